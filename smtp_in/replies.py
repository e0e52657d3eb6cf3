"""Everything the door says, in one table: each reply once, named, with the section that asks for it.

Enhanced codes are RFC 3463's (and RFC 5248's registry); the greeting, EHLO and 354 carry none (RFC 2034 section 4).
Nothing here tells the peer how we work inside: causes are for the log (`Reply.because`).
"""

from store.reply import Reply

# 2yz: done.
OK = Reply(250, "2.0.0", "OK")
SENDER_OK = Reply(250, "2.1.0", "Sender OK")
RECIPIENT_OK = Reply(250, "2.1.5", "Recipient OK")
BYE = Reply(221, "2.0.0", "Bye")  #: RFC 5321 section 4.1.1.10
READY_FOR_TLS = Reply(220, "2.0.0", "Ready to start TLS")  #: RFC 3207 section 4
AUTHENTICATED = Reply(235, "2.7.0", "Authenticated")  #: RFC 4954 section 6, as the others of AUTH
CANNOT_VERIFY = Reply(252, "2.1.5", "Not verified here; send the mail and see")  #: RFC 5321 section 3.5.3
HELP = Reply(214, "2.0.0", "Commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY STARTTLS AUTH HELP")
SEND_DATA = Reply(354, "", "Send the mail, end with <CR><LF>.<CR><LF>")  #: RFC 5321 section 4.1.1.4


def greeting(hostname: str, protocol: str) -> Reply:
    """220: the door's first words (RFC 5321 section 4.3.1)."""
    return Reply(220, "", f"{hostname} {protocol} docbridge")


def challenge(question: str) -> Reply:
    """334: what is to be answered (RFC 4954 section 4); the question is base64, and may be empty."""
    return Reply(334, "", question)


def chunk_taken(octets: int) -> Reply:
    """250 to a BDAT that is not the last (RFC 3030 section 2). Nothing is promised yet."""
    return Reply(250, "2.0.0", f"{octets} octets received")


def kept(mail_id: str) -> Reply:
    """250: the mail is on disk. From here on losing it is our fault (RFC 5321 section 6.1)."""
    return Reply(250, "2.0.0", f"Kept as {mail_id}")


# 4yz: not now. 421 also ends the connection (RFC 5321 section 3.8).
TOO_MANY_CONNECTIONS = Reply(421, "4.7.0", "Too many connections, come back later")
TOO_MANY_FROM_YOU = Reply(421, "4.7.0", "Too many connections from your address, come back later")
TOO_MANY_FROM_NETWORK = Reply(421, "4.7.0", "Too many connections from your network, come back later")
TOO_MANY_ERRORS = Reply(421, "4.7.0", "Too many errors in this connection")
TOO_MANY_IDLE_COMMANDS = Reply(421, "4.7.0", "Too many commands without a mail")
TOO_MANY_MAILS = Reply(421, "4.7.0", "Enough mails for one connection, open another")
TOO_LATE = Reply(421, "4.4.2", "Waited too long for you")  #: RFC 5321 section 4.5.3.2
TOO_SLOW = Reply(421, "4.4.2", "The mail arrives too slowly")
STOPPING = Reply(421, "4.3.2", "The service is stopping, come back later")
TRY_LATER = Reply(451, "4.3.0", "Cannot keep the mail now, send it again later")
TOO_FAST_SENDER = Reply(451, "4.7.1", "Too many mails of this sender in a minute, send it again later")
TOO_FAST_PEER = Reply(451, "4.7.1", "Too many mails from your address in a minute, send it again later")
DISK_FULL = Reply(452, "4.3.1", "No room for mails now, send it again later")  #: RFC 1870 section 6.2
NO_MEMORY = Reply(452, "4.3.1", "No memory for mails now, send it again later")
BUSY = Reply(452, "4.3.2", "Too busy now, send it again later")
QUEUE_FULL = Reply(452, "4.3.2", "Too many mails wait to be examined, send it again later")
TOO_MANY_RECIPIENTS = Reply(452, "4.5.3", "Too many recipients, send the rest in another mail")  #: 4.5.3.1.10
AUTH_LATER = Reply(454, "4.7.0", "Cannot check the password now, try again later")
NO_TLS_NOW = Reply(454, "4.7.0", "TLS not available")  #: RFC 3207 section 4


def local_fault(name: str) -> Reply:
    """451: a bug of ours. `name` finds it in our log."""
    return Reply(451, "4.3.0", f"A fault of ours ({name}), try again later")


def local_fault_ends(name: str) -> Reply:
    """421: a bug of ours in the middle of a mail."""
    return Reply(421, "4.3.0", f"A fault of ours ({name}), come back later")


# 5yz: never like this.
UNKNOWN_COMMAND = Reply(500, "5.5.1", "Command unknown")
BAD_LINE = Reply(500, "5.5.2", "Commands end in CR LF and hold no control characters")
LINE_TOO_LONG = Reply(500, "5.5.2", "Command line too long")
NOT_UTF8 = Reply(500, "5.5.2", "Command is not UTF-8")
BAD_SYNTAX = Reply(501, "5.5.4", "Arguments not understood")
NO_ARGUMENTS = Reply(501, "5.5.4", "This command takes no arguments")
BAD_HELO = Reply(501, "5.5.4", "Say your name: EHLO host.example")
BAD_SENDER = Reply(501, "5.1.7", "Sender address not understood")
BAD_RECIPIENT = Reply(501, "5.1.3", "Recipient address not understood")
BAD_PARAMETER = Reply(501, "5.5.4", "Parameter value not understood, or given twice")
NOT_IMPLEMENTED = Reply(502, "5.5.1", "Not implemented")
HELO_FIRST = Reply(503, "5.5.1", "Say EHLO first")
NO_LMTP_RECIPIENTS = Reply(503, "5.5.1", "No valid recipients")  #: RFC 2033 section 4.2 asks for this code
BAD_CHUNK = Reply(501, "5.5.4", "BDAT takes a size and perhaps LAST; without a size we part here")
MAIL_FIRST = Reply(503, "5.5.1", "Say MAIL first")
MAIL_NESTED = Reply(503, "5.5.1", "A mail is already under way")
CHUNKS_BEGUN = Reply(503, "5.5.1", "The mail is arriving by BDAT; go on, or say RSET")  #: RFC 3030 section 2
TLS_ALREADY = Reply(503, "5.5.1", "TLS is already on")
AUTH_LINE_TOO_LONG = Reply(500, "5.5.6", "Line of the authentication too long")
AUTH_CANCELLED = Reply(501, "5.7.0", "Authentication cancelled")
AUTH_NOT_UNDERSTOOD = Reply(501, "5.5.2", "Authentication not understood")
AUTH_ALREADY = Reply(503, "5.5.1", "Authenticated already")
AUTH_MECHANISM = Reply(504, "5.5.4", "PLAIN or LOGIN")
AUTH_FAILED = Reply(535, "5.7.8", "Name or password wrong")
AUTH_NEEDS_TLS = Reply(538, "5.7.11", "Passwords only over TLS")
NO_SUCH_RECIPIENT = Reply(550, "5.1.1", "No such recipient here")
PROGRAM_REFUSED = Reply(550, "5.7.1", "A program is attached to the mail; send documents, as PDF")  #: RFC 3463, X.7.1
BARE_LINE_END = Reply(550, "5.6.0", "CR or LF alone in the mail; lines end in CR LF")  #: RFC 5321 section 2.3.8
TOO_LARGE = Reply(552, "5.3.4", "The mail is larger than this door takes")  #: RFC 1870 section 6
TOO_LARGE_FOR_RECIPIENT = Reply(552, "5.3.4", "The mail is larger than this recipient takes")
NEEDS_SMTPUTF8 = Reply(553, "5.6.7", "Non-ASCII address without SMTPUTF8")  #: RFC 6531 section 3.5
NO_RECIPIENTS = Reply(554, "5.5.1", "No valid recipients")  #: RFC 5321 section 3.3
MAIL_LINE_TOO_LONG = Reply(554, "5.6.0", "A line of the mail is too long")
UNKNOWN_PARAMETER = Reply(555, "5.5.4", "Parameter unknown")  #: RFC 5321 section 4.1.1.11
