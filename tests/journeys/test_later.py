"""What cannot be judged now is judged later; what cannot be judged at all stands aside and delays nobody."""

import shutil
import signal
from collections.abc import Callable

from bridge.demo.mails import PDF, File
from bridge.demo.pki import AGENCY, Pki
from store.mail import MailState
from tests.journeys.house import House
from tests.journeys.outcome import packet_of, receipt_of, subject_of
from tests.journeys.post import agency_address, decision, from_agency, from_person, signed, written
from tests.servers.postfix import PostfixSink
from tests.servers.wait import wait_until
from validation.codes import Code


def test_while_no_revocation_list_is_there_the_mail_waits_and_when_one_comes_it_goes_on(
    build: Callable[..., House], postfix_server: PostfixSink, pki: Pki
) -> None:
    bridge = build({"POLICY__POSTPONE_EVERY": "500 ms"})
    lists, away = bridge.folder / "trust" / "crls", bridge.folder / "crls-away"
    lists.rename(away)
    bridge.start()
    mail = from_agency(signed(pki))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.POSTPONED)
    assert Code.SIGNATURE_REVOCATION_UNKNOWN in bridge.codes(kept)
    assert bridge.envelopes(kept) == []
    assert "đang xác minh" in subject_of(receipt_of(postfix_server, mail))
    # It is asked again and again; that nothing has changed is told once.
    wait_until(lambda: bridge.judgement(kept).number >= 4, 60, "further looks at the mail")

    shutil.copytree(away, lists)
    packet_of(bridge, bridge.judged(mail.message_id, MailState.ACCEPTED))
    letters = postfix_server.wait_for(mail.mail_from, count=2)
    bridge.settled()
    assert ["Đã tiếp nhận" in subject_of(letter) for letter in letters] == [False, True]
    assert len(postfix_server.letters(mail.mail_from)) == 2


def test_a_mail_that_stops_its_reader_three_times_is_set_aside_and_delays_no_other(
    build: Callable[..., House], pki: Pki
) -> None:
    bridge = build({"SANDBOX__SECONDS": "1", "SANDBOX__SECONDS_PER_MEGABYTE": "0", "SANDBOX__CHILDREN": "1"})
    bridge.start()
    pdf = signed(pki)
    heavy = written([File(f"{number}.pdf", PDF, pdf) for number in range(99)], agency_address(), AGENCY.email)
    bridge.send(heavy.raw, heavy.mail_from)
    light = from_person((File("don.pdf", PDF, decision()),), "an@stranger.example")
    bridge.send(light.raw, light.mail_from)
    bridge.judged(light.message_id)
    (stuck,) = bridge.store.mails.list(MailState.RECEIVED)
    assert stuck.sha256 != bridge.judged(light.message_id).sha256

    (aside,) = held_for_crashing(bridge)
    assert aside == stuck.id
    assert bridge.said.count('"event": "crashed"') == 3


def held_for_crashing(bridge: House) -> list[str]:
    """Ids of mails that were set aside, once there is one."""

    def found() -> list[str]:
        held = bridge.store.mails.list(MailState.HELD)
        return [mail.id for mail in held if Code.MAIL_CRASHED in bridge.codes(mail)]

    return wait_until(found, 60, "a mail that is set aside")


def test_a_stop_in_mid_work_loses_nothing_and_a_new_start_finishes_it(
    build: Callable[..., House], postfix_server: PostfixSink, pki: Pki
) -> None:
    bridge = build()
    bridge.start()
    mails = [from_agency(signed(pki)) for _ in range(4)]
    for mail in mails:
        bridge.send(mail.raw, mail.mail_from)
    assert bridge.stop() == 0
    unfinished = bridge.store.mails.states().get("received", 0)
    assert unfinished > 0
    assert '"event": "crashed"' not in bridge.said
    bridge.start()
    for mail in mails:
        packet_of(bridge, bridge.judged(mail.message_id, MailState.ACCEPTED))
        receipt_of(postfix_server, mail)


def test_a_mail_that_only_waits_while_the_service_is_killed_again_and_again_is_not_blamed(
    build: Callable[..., House], pki: Pki
) -> None:
    bridge = build({"WORKER__CRASHES": "2"})
    mail = from_agency(signed(pki))
    bridge.start()
    bridge.send(mail.raw, mail.mail_from)
    for _ in range(2):
        bridge.stop(signal.SIGKILL)
        bridge.start()
    packet_of(bridge, bridge.judged(mail.message_id))
