"""What the journeys look at in the end: the receipt at the sender's, the packet at the province's."""

from email import message_from_bytes
from email.policy import default
from email.utils import parseaddr

from bridge.edxml.conform import conform
from bridge.edxml.packet import DocumentPacket
from bridge.edxml.read import read
from store.mail import ReceivedMail
from tests.journeys.house import DOOR, House
from tests.journeys.post import Mail
from tests.servers.postfix import Letter, PostfixSink


def subject_of(letter: Letter) -> str:
    """The letter's subject, decoded."""
    return str(message_from_bytes(letter.raw, policy=default)["Subject"])


def text_of(letter: Letter) -> str:
    """The letter's text, line ends apart."""
    message = message_from_bytes(letter.raw, policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def receipt_of(smarthost: PostfixSink, mail: Mail) -> Letter:
    """The one receipt that the mail's sender got; its envelope and marks are those of an automatic answer."""
    (letter,) = smarthost.wait_for(mail.mail_from)
    message = message_from_bytes(letter.raw, policy=default)
    assert letter.return_path == ""
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == mail.message_id
    assert parseaddr(str(message["From"]))[1] == DOOR
    return letter


def packet_of(bridge: House, mail: ReceivedMail) -> DocumentPacket:
    """The one packet made of that mail: it conforms, and reads as a document."""
    (file,) = bridge.envelopes(mail)
    content = file.read_bytes()
    assert conform(content) == []
    packet = read(content)
    assert isinstance(packet, DocumentPacket)
    return packet
