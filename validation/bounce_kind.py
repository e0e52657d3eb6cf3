"""Hard or soft: what the words and codes of a failed delivery mean.

Hard = unknown user or host, a host that takes no mail, or an address that has moved; every other failure is soft.
The words come first: servers answer 550 5.1.1 for a full mailbox and 550 5.7.1 for an unknown user every day.
"""

import re

_SOFT = re.compile(
    r"mail ?box (?:is )?(?:\w+ )?full|quota|over ?(?:the )?(?:size )?limit|exceed|too (?:large|big"
    r"|much mail)|not enough (?:disk )?space"
    r"|insufficient|storage|spam|virus|infected|blocked|black ?list|blocklist|\bdns?bl\b|reputation|policy"
    r"|\bspf\b|dkim|dmarc|relay"
    r"|greylist|try again|temporar|timed? ?out|timeout|expired|too many|rate limit|throttl|suspended"
    r"|disabled|inactive"
    r"|authenticat|unauthenticated|not authorized|security|reverse dns|\bptr\b|loop|syntax error|content"
    r"|attachment|denied"
    r"|refused|connection|protected|restrict",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"user(?:name)? unknown|unknown (?:or illegal )?(?:local )?(?:user|recipient|address|alias|account|mailbox)"
    r"|no such (?:user|recipient|mailbox|account|address|person|local user|email)|(?:user|recipient"
    r"|mailbox|account|address)"
    r"(?: name)?(?:\s*\S*@\S*)? (?:is |was )?(?:not found|does not exist|doesn'?t exist|not exist|unknown"
    r"|not known|unavailable or not local)"
    r"|does not exist|doesn'?t have an? \S+ account|no mailbox here|not a valid (?:mailbox|user|recipient"
    r"|address)"
    r"|(?:invalid|bad|illegal|undeliverable) (?:recipient|user|address|mailbox|destination mailbox)"
    r"|recipient not found|not listed in"
    r"|recipientnotfound|no account by that name|user not found|not our customer"
    r"|address (?:rejected: )?(?:unknown|not found)"
    r"|recipient (?:unknown|does not exist)|delivery to .{1,80} not possible|unrouteable address"
    r"|user .{1,60} not known"
    r"|couldn't be found|wasn't found|address not found|(?:not|n't) (?:find|found) .{0,40}(?:recipient"
    r"|address|user)"
    r"|account (?:has been )?(?:deleted|closed)|no longer (?:exists|here|employed|with)"
    r"|rcpt to.{0,40}no such|no user"
    r"|(?:recipient|user|mailbox|person|address|account) (?:is )?(?:no longer|not) (?:valid|active|local|present|ok\b)"
    r"|(?:invalid|unknown|bad|incorrect|wrong) (?:final delivery |e-?mail |recipient'?s? )?"
    r"(?:user ?id|user|mail ?box|local[- ]?part|e-?mail address|addressee|destination)"
    r"|(?:not a|no) (?:known|valid|local|registered) (?:user|recipient|mailbox|address)"
    r"|non-?existent (?:user|recipient|mailbox|address|account)|nobody (?:here )?by that name|no one at this address"
    r"|bad ?rcpt ?to|valid ?rcptto|recipient address rejected: access denied"
    r"|5\.1\.[01] (?:<\S{1,300}> )?address rejected"
    r"|(?:user|mailbox|recipient|account) (?:\S{1,100} )?(?:was |is |has been )?(?:not found|deleted|removed)"
    r"|recipient(?: name| address)? is not recogni[sz]ed|(?:user|recipient|mailbox) cannot be found"
    r"|không tìm thấy|n'a pas été trouvée|wurde nicht gefunden|no se (?:ha encontrado|encontró)|non è stato trovato"
    r"|пользователь не найден|нет такого|不存在"
    r"|utilisateur inconnu|usuario desconocido|no existe (?:ese|dicha)|benutzer unbekannt|empf\S{1,3}nger unbekannt"
    r"|utente sconosciuto|見つかりません|存在しません|宛先不明|用户不存在|không tồn tại",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"host (?:unknown|not found|name lookup)|unknown host|domain (?:not found|does not exist"
    r"|doesn'?t exist|name not found|unknown)"
    r"|unknown domain|host or domain name not found|name or service not known|no such (?:host|domain)"
    r"|nxdomain|bad destination (?:system|host)"
    r"|dns lookup failure: host|unrouteable mail domain"
    r"|all relevant mx records point to non-existent hosts|couldn't find any host"
    r"|(?:account or )?domain (?:may|must) (?:not )?exist|(?:mail )?domain .{0,60}is (?:unknown|not reachable)"
    r"|recipient'?s? domain .{0,60}not (?:exist|found)|illegal host/domain|host .{1,80} not found"
    r"|domain .{1,80} not found|invalid (?:domain|host)(?: ?name)?|no route to domain|unresolvable",
    re.IGNORECASE,
)
_MOVED = re.compile(r"has moved|address(?: has)? changed|moved to |no longer accepts? mail|new address", re.IGNORECASE)
_NO_MAIL = re.compile(
    r"null ?mx|indicated no smtp service|does not accept (?:any )?(?:e-?)?mail|nullmx|accepts? no mail"
    r"|server does not accept|smtp service is disabled",
    re.IGNORECASE,
)
_SENDER = re.compile(
    r"(?:after|in reply to) (?:mail from|e?helo)|my name was rejected|domain of sender"
    r"|sender (?:address )?(?:rejected|verify|domain)|invalid sender",
    re.IGNORECASE,
)
# Who takes a recipient at RCPT and says "unknown" after the content has a filter, not an unknown user; KDDI's server
# says so whatever the cause.
_FILTERED = re.compile(r"in reply to (?:end of )?data|smtp command\s{0,5}data\b|\b550 : user unknown", re.IGNORECASE)
# Sendmail's transcript: with PIPELINING (RFC 2920) the answer to RCPT is read, and printed, behind DATA.
_TRANSCRIPT = re.compile(r">>> data\s{0,5}<<< 5", re.IGNORECASE)
# One server's words quoted by another, whose own opinion stands in front.
_QUOTING = re.compile(r"\A.{0,60}unknown address error 5\d\d-", re.IGNORECASE)
_DNS_TROUBLE = re.compile(r"malformed or unexpected name server|name server loop|dns server returned", re.IGNORECASE)
_TRY_LATER = re.compile(r"try again|temporar|timed? ?out|expired", re.IGNORECASE)
# RFC 3463 section 3.2 and IANA: bad mailbox, bad system, bad syntax, moved; 4.4 unable to route; null MX (RFC 7505).
_HARD_STATUS = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "4.4"})


def tells(words: str) -> bool:
    """Do the words say anything of the cause?"""
    return any(rule.search(words) for rule in (_UNKNOWN, _HOST, _NO_MAIL, _MOVED, _SENDER, _SOFT))


def kind_of(status: str, words: str) -> str:
    """hard or soft, from an enhanced status ("" = none) and the words of the server that refused."""
    words = _QUOTING.sub("", words)
    if _NO_MAIL.search(words) or _MOVED.search(words) or status.endswith((".1.6", ".1.10")):
        return "hard"
    temporary = status.startswith("4.")
    if _FILTERED.search(words) or _DNS_TROUBLE.search(words):
        return "soft"
    if status.endswith((".1.7", ".1.8")) or _SENDER.search(words):
        return "soft"  # it is our own address that displeased
    if _HOST.search(words):
        return "soft" if temporary and _TRY_LATER.search(words) else "hard"
    if _UNKNOWN.search(words):
        return "hard"
    if _SOFT.search(words) or temporary:
        return "soft"
    return "hard" if status.startswith("5.") and status[2:] in _HARD_STATUS else "soft"


def refused_after_data(status: str, words: str, recipient: str) -> bool:
    """Does the text beside a report say that the content was refused, and not this recipient?"""
    if status[1:4] == ".1.":
        return False
    found = _FILTERED.search(words) or (_TRANSCRIPT.search(words) if status[1:4] in (".2.", ".7.") else None)
    if found is None:
        return False
    around = words[max(0, found.start() - 600) : found.end() + 300]
    return not recipient or recipient.lower() in around.lower()
