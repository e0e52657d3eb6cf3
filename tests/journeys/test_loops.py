"""What answers a letter of ours is a reply; a letter of ours that comes back is filed, and nobody answers it."""

import secrets
import uuid
from email import message_from_bytes
from email.policy import SMTP

from bridge.demo.pki import Pki
from store.delivery import Done
from store.mail import MailState
from tests.journeys.house import OFFICE, House
from tests.journeys.outcome import receipt_of
from tests.journeys.post import decision, from_agency, signed
from tests.journeys.test_way_out import letters, put, receiver, taken
from tests.servers.postfix import PostfixSink
from tests.servers.wait import wait_until


def test_an_answer_to_a_letter_of_ours_is_a_reply_and_a_made_up_id_makes_none(
    bridge: House, postfix_server: PostfixSink, pki: Pki
) -> None:
    first = from_agency(signed(pki))
    bridge.send(first.raw, first.mail_from)
    ours = str(message_from_bytes(receipt_of(postfix_server, first).raw, policy=SMTP)["Message-ID"])
    made_up = f"<{uuid.uuid4()}@{OFFICE}>"
    for name, ids, kind in (
        ("In-Reply-To", ours, "reply"),
        ("References", f"<other@{secrets.token_hex(3)}.example> {ours}", "reply"),
        ("In-Reply-To", made_up, "document"),
        ("In-Reply-To", "<other@agency.example>", "document"),
    ):
        mail = from_agency(signed(pki), headers=((name, ids),))
        bridge.send(mail.raw, mail.mail_from)
        assert bridge.judged(mail.message_id).classification == kind, (name, ids)


def test_our_own_letter_that_comes_back_is_filed_and_not_answered(bridge: House, postfix_server: PostfixSink) -> None:
    address = receiver(bridge)
    packet = taken(bridge, put(bridge, decision(), [address]))
    (letter,) = postfix_server.wait_for(address)
    wait_until(
        lambda: all(isinstance(one.state, Done) for one in letters(bridge, packet)), what="the letter being done"
    )
    bridge.send(letter.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), address)
    back = bridge.judged(str(message_from_bytes(letter.raw, policy=SMTP)["Message-ID"]))
    assert (back.state, back.classification) == (MailState.FILED, "other")
    bridge.settled()
    assert letters(bridge, back) == []
    assert bridge.envelopes(back) == []
