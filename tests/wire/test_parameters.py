"""Addresses and parameters as MAIL and RCPT carry them: what is understood, and which reply the rest gets."""

import pytest

from smtp_in import replies
from smtp_in.address import is_mailbox
from smtp_in.parameters import ReversePath, read_mail, read_rcpt
from smtp_in.xtext import decode
from store.mail import ForwardPath
from store.reply import Reply


@pytest.mark.parametrize(
    ("address", "good"),
    [
        pytest.param("a@b.example", True, id="plain"),
        pytest.param("a.b+c=d@b-c.example", True, id="atoms with specials"),
        pytest.param('"a b>@c"@b.example', True, id="quoted local part"),
        pytest.param("a@[192.0.2.1]", True, id="IPv4 literal"),
        pytest.param("a@[IPv6:2001:db8::1]", True, id="IPv6 literal"),
        pytest.param("a@my_host.example", True, id="underscore in a host"),
        pytest.param("a@localhost", True, id="one label"),
        pytest.param("văn.thư@bộ.example", True, id="beyond ASCII"),
        pytest.param("x" * 64 + "@b.example", True, id="local part of 64 octets"),
        pytest.param("x" * 65 + "@b.example", False, id="local part of 65 octets"),
        pytest.param("a@" + "x" * 64 + ".example", False, id="label of 64 octets"),
        pytest.param("a@" + ".".join(["abcdefgh"] * 30), False, id="domain over 255 octets"),
        pytest.param("a", False, id="no domain"),
        pytest.param("@b.example", False, id="no local part"),
        pytest.param("a@", False, id="an empty domain"),
        pytest.param("a..b@b.example", False, id="two dots"),
        pytest.param(".a@b.example", False, id="dot first"),
        pytest.param("a@b..example", False, id="an empty label"),
        pytest.param("a@-b.example", False, id="hyphen first"),
        pytest.param("a b@b.example", False, id="a blank"),
        pytest.param("a@b@c.example", False, id="two at signs"),
        pytest.param("a@[192.0.2.300]", False, id="no such IPv4 address"),
        pytest.param("a@[mailto:x]", False, id="an unknown literal"),
        pytest.param("a\u0085b@b.example", False, id="a C1 control"),
        pytest.param("a\u2028b@b.example", False, id="a line separator"),
        pytest.param("a\r\n@b.example", False, id="CR LF"),
        pytest.param("a%b@c.example", True, id="percent is only a character"),
    ],
)
def test_what_is_a_mailbox(address: str, good: bool) -> None:
    assert is_mailbox(address) is good


@pytest.mark.parametrize(
    ("argument", "read"),
    [
        pytest.param("FROM:<>", ReversePath(""), id="the empty reverse path"),
        pytest.param("from: <a@b.example>", ReversePath("a@b.example"), id="a blank behind the colon"),
        pytest.param("FROM:<@x.example,@y.example:a@b.example>", ReversePath("a@b.example"), id="a source route"),
        pytest.param("FROM:<a@b.example> size=12", ReversePath("a@b.example", 12), id="a size"),
        pytest.param("FROM:<a@b.example> BODY=7bit", ReversePath("a@b.example", body="7BIT"), id="a body"),
        pytest.param(
            "FROM:<ă@b.example> SMTPUTF8", ReversePath("ă@b.example", smtputf8=True), id="beyond ASCII, asked for"
        ),
        pytest.param("FROM:<a@b.example> RET=full", ReversePath("a@b.example", ret="FULL"), id="what to return"),
        pytest.param("FROM:<a@b.example> ENVID=a+3Db", ReversePath("a@b.example", envid="a=b"), id="an xtext id"),
        pytest.param("FROM:a@b.example", replies.BAD_SENDER, id="no angle brackets"),
        pytest.param("TO:<a@b.example>", replies.BAD_SENDER, id="the wrong keyword"),
        pytest.param("FROM:<a@b.example>x", replies.BAD_SENDER, id="rubbish behind the path"),
        pytest.param("FROM:<a@b.example", replies.BAD_SENDER, id="no closing bracket"),
        pytest.param("FROM:<postmaster>", replies.BAD_SENDER, id="a sender without a domain"),
        pytest.param("FROM:<ă@b.example>", replies.NEEDS_SMTPUTF8, id="beyond ASCII, not asked for"),
        pytest.param("FROM:<a@b.example> SIZE=x", replies.BAD_PARAMETER, id="a size that is none"),
        pytest.param("FROM:<a@b.example> SIZE=", replies.BAD_PARAMETER, id="a size left out"),
        pytest.param("FROM:<a@b.example> SIZE=" + "9" * 21, replies.BAD_PARAMETER, id="a size of 21 digits"),
        pytest.param("FROM:<a@b.example> SIZE=1 SIZE=1", replies.BAD_PARAMETER, id="given twice"),
        pytest.param("FROM:<a@b.example> BODY=BINARYMIME", replies.BAD_PARAMETER, id="BINARYMIME is not announced"),
        pytest.param("FROM:<a@b.example> SMTPUTF8=1", replies.BAD_PARAMETER, id="a flag with a value"),
        pytest.param("FROM:<a@b.example> RET=ALL", replies.BAD_PARAMETER, id="RET of neither kind"),
        pytest.param("FROM:<a@b.example> ENVID=a+3db", replies.BAD_PARAMETER, id="xtext in small letters"),
        pytest.param("FROM:<a@b.example> ENVID=a+0D+0A", replies.BAD_PARAMETER, id="CR LF hidden in xtext"),
        pytest.param("FROM:<a@b.example> ENVID=" + "x" * 101, replies.BAD_PARAMETER, id="an id over 100 characters"),
        pytest.param("FROM:<a@b.example> AUTH=<>", replies.UNKNOWN_PARAMETER, id="AUTH is not announced"),
    ],
)
def test_mail(argument: str, read: ReversePath | Reply) -> None:
    assert read_mail(argument, extended=True) == read


@pytest.mark.parametrize(
    ("argument", "read"),
    [
        pytest.param("TO:<Postmaster>", ForwardPath("Postmaster"), id="the postmaster without a domain"),
        pytest.param("TO:<a@b.example> NOTIFY=never", ForwardPath("a@b.example", ("NEVER",)), id="never"),
        pytest.param(
            "TO:<a@b.example> NOTIFY=FAILURE,SUCCESS",
            ForwardPath("a@b.example", ("FAILURE", "SUCCESS")),
            id="two wishes in their order",
        ),
        pytest.param(
            "TO:<a@b.example> ORCPT=RFC822;c+2Bd@e.example",
            ForwardPath("a@b.example", (), "rfc822;c+d@e.example"),
            id="the original recipient",
        ),
        pytest.param("TO:<abuse>", replies.BAD_RECIPIENT, id="anyone else without a domain"),
        pytest.param("TO:<a@b.example> NOTIFY=NEVER,DELAY", replies.BAD_PARAMETER, id="never and yet"),
        pytest.param("TO:<a@b.example> NOTIFY=DELAY,DELAY", replies.BAD_PARAMETER, id="the same wish twice"),
        pytest.param("TO:<a@b.example> NOTIFY=SOON", replies.BAD_PARAMETER, id="an unknown wish"),
        pytest.param("TO:<a@b.example> ORCPT=a@b.example", replies.BAD_PARAMETER, id="ORCPT without a type"),
        pytest.param("TO:<a@b.example> ORCPT=rfc822;", replies.BAD_PARAMETER, id="ORCPT without an address"),
        pytest.param("TO:<a@b.example> ORCPT=rfc822;a+0Ab", replies.BAD_PARAMETER, id="LF hidden in ORCPT"),
        pytest.param("TO:<ă@b.example>", replies.NEEDS_SMTPUTF8, id="beyond ASCII, not asked for"),
    ],
)
def test_rcpt(argument: str, read: ForwardPath | Reply) -> None:
    assert read_rcpt(argument, extended=True, smtputf8=False) == read


def test_xtext_of_every_printable_character_comes_back() -> None:
    plain = "".join(chr(code) for code in range(32, 127))
    coded = "".join(f"+{ord(letter):02X}" if letter in "+= " else letter for letter in plain)
    assert decode(coded) == plain
