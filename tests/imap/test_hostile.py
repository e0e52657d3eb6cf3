"""A server that lies, breaks off or falls silent costs one round and nothing else: no hang, no loss, no half mail."""

import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from store.errors import Unavailable
from tests.fuzz.imap import ANSWERED, Server
from tests.imap.office import Office, port_of
from tests.imap.scripted import MAIL, Hostile, serving
from tests.servers.wait import wait_until

_PATIENCE = 0.5

LIES: dict[str, dict[str, bytes | None]] = {
    "silence instead of a greeting": {"GREETING": None},
    "a greeting that says BYE": {"GREETING": b"* BYE go away\r\n"},
    "a greeting that is no IMAP": {"GREETING": b"220 smtp.example ESMTP\r\n"},
    "silence after LOGIN": {"LOGIN": None},
    "BYE after LOGIN": {"LOGIN": b"* BYE too many\r\n"},
    "SELECT without UIDVALIDITY": {"SELECT": b"* 1 EXISTS\r\nTAG OK done\r\n"},
    "SELECT refused": {"SELECT": b"TAG NO not here\r\n"},
    "a line of two megabytes for SEARCH": {"SEARCH": b"* SEARCH " + b"1234567 " * 250_000 + b"\r\nTAG OK done\r\n"},
    "lines without end for SEARCH": {"SEARCH": b"* 1 EXISTS\r\n" * 500_000 + b"TAG OK done\r\n"},
    "OK without text": {"SEARCH": b"* SEARCH 1\r\nTAG OK\r\n"},
    "another command's tag": {"SEARCH": b"* SEARCH 1\r\nZZZ9 OK done\r\n"},
    "a FETCH that is not balanced": {"BODY": b"* 1 FETCH (UID 1 BODY[]<0> {2}\r\nab))\r\nTAG OK done\r\n"},
    "garbage for SEARCH": {"SEARCH": b"* SEARCH one two\r\nTAG OK\r\n"},
    "a listing without sizes": {"LISTING": b"* 1 FETCH (UID 1 FLAGS ())\r\nTAG OK done\r\n"},
    "a listing that is not closed": {"LISTING": b"* 1 FETCH (UID 1 RFC822.SIZE 5 FLAGS (\r\nTAG OK done\r\n"},
    "a literal longer than what follows": {"BODY": b"* 1 FETCH (UID 1 BODY[]<0> {900}\r\nshort)\r\nTAG OK done\r\n"},
    "a literal of a terabyte": {"BODY": b"* 1 FETCH (UID 1 BODY[]<0> {1099511627776}\r\nshort"},
    "a literal of a gigabyte": {"BODY": b"* 1 FETCH (UID 1 BODY[]<0> {1000000000}\r\nshort"},
    "a literal of no length": {"BODY": b"* 1 FETCH (UID 1 BODY[]<0> {-1}\r\n)\r\nTAG OK done\r\n"},
    "a line without end": {"BODY": b"* 1 FETCH " + b"x" * 1_100_000},
    "the line closed within the mail": {"BODY": b"* 1 FETCH (UID 1 BODY[]<0> {90}\r\nhalf"},
    "octets that are nothing": {"BODY": bytes(range(256)) * 4 + b"\r\n"},
    "silence within the mail": {"BODY": None},
}


@pytest.mark.parametrize("answers", LIES.values(), ids=LIES)
def test_a_lying_server_costs_one_round(office: Office, answers: dict[str, bytes | None]) -> None:
    with serving(Hostile(answers)) as script:
        watcher = office.watcher(port=script.port, timeout=timedelta(seconds=_PATIENCE))
        began = time.monotonic()
        with pytest.raises(Unavailable):
            watcher.round()
        assert time.monotonic() - began < 10 * _PATIENCE
        assert office.all() == []
        assert list((office.store.settings.data / "spool").glob("*")) == []
        script.answers = {}
        assert watcher.round() == 1
    assert office.kept() == [MAIL]


def test_a_server_that_after_the_login_has_no_answer_to_what_it_can_costs_one_round(office: Office) -> None:
    """imapclient makes an AttributeError of it."""
    with closing(Server()) as server:
        watcher = office.watcher(port=server.port)
        server.begin(ANSWERED * 4 + b"TAG OK done\r\n")
        with pytest.raises(Unavailable, match="AttributeError"):
            watcher.round()
        server.begin(b"")
        assert watcher.round() == 1
    assert office.kept() == [MAIL]


def test_a_mail_that_was_taken_but_could_not_be_marked_is_marked_later(office: Office) -> None:
    with serving(Hostile({"STORE": b"* BYE\r\n"})) as script:
        watcher = office.watcher(port=script.port, timeout=timedelta(seconds=_PATIENCE))
        with pytest.raises(Unavailable):
            watcher.round()
        assert office.kept() == [MAIL]
        script.answers = {}
        assert watcher.round() == 0
    assert office.kept() == [MAIL]


def test_a_server_that_gives_more_than_was_asked_for_is_not_believed(office: Office) -> None:
    more = b"* 1 FETCH (UID 1 BODY[]<0> {5000}\r\n" + b"x" * 5000 + b")\r\nTAG OK done\r\n"
    with serving(Hostile({"BODY": more})) as script:
        watcher = office.watcher(port=script.port, timeout=timedelta(seconds=_PATIENCE), piece=100)
        with pytest.raises(Unavailable):
            watcher.round()
    assert office.all() == []


def test_a_mail_that_never_ends_is_too_large(office: Office) -> None:
    endless = b"* 1 FETCH (UID 1 BODY[]<0> {100}\r\n" + b"x" * 100 + b")\r\nTAG OK done\r\n"
    with serving(Hostile({"BODY": endless}, stays=True)) as script:
        watcher = office.watcher(port=script.port, timeout=timedelta(seconds=_PATIENCE), piece=100, max_size=5000)
        assert watcher.round() == 0
        assert watcher.health.left == 1
    assert office.all() == []


def test_a_bug_of_ours_costs_one_round_and_not_the_account(office: Office) -> None:
    office.put(MAIL)
    real, broken = port_of(office.store), True

    def taken(account: str, mailbox: str, uidvalidity: int, above: int) -> dict[int, datetime | None]:
        if broken:
            raise ZeroDivisionError(account)
        return real.taken(account, mailbox, uidvalidity, above)

    watcher = office.watcher(into=replace(real, taken=taken))
    watcher.start()
    wait_until(lambda: "ZeroDivisionError at test_hostile.py:" in watcher.health.problem, what="the bug being told")
    broken = False
    wait_until(lambda: office.kept() == [MAIL], what="the mail")


@pytest.mark.parametrize(
    "said",
    {
        "BYE": b"+ idling\r\n* BYE idle for too long\r\n",
        "a closed line": b"+ idling\r\n",
        "a closed line before it begins": b"",
        "NO": b"TAG NO not now\r\n",
        "garbage": b"+ idling\r\n\xff\xfe\r\n",
    }.values(),
    ids=["BYE", "a closed line", "a closed line before it begins", "NO", "garbage"],
)
def test_whatever_ends_idle_costs_a_pause_and_no_spin(office: Office, said: bytes) -> None:
    with serving(Hostile({"IDLE": said}, can="IDLE")) as script:
        watcher = office.watcher(port=script.port, timeout=timedelta(seconds=_PATIENCE))
        watcher.start()
        wait_until(lambda: office.kept() == [MAIL], what="the mail")
        began = time.monotonic()
        wait_until(lambda: script.asked.count("IDLE") >= 3, what="three connections")
        assert time.monotonic() - began > 0.5  # two pauses of half a second at least
        assert watcher.health.failures <= 1  # the look between was well
        script.answers = {}
        wait_until(lambda: watcher.health.says == "ok" and watcher.health.doing == "idle", what="health")
    assert office.kept() == [MAIL]


def test_a_server_that_tells_of_nothing_without_end_is_asked_ever_more_calmly(office: Office) -> None:
    answers: dict[str, bytes | None] = {"IDLE": b"* 1 EXISTS\r\n+ idling\r\n* 1 EXISTS\r\n", "DONE": b"TAG OK done\r\n"}
    with serving(Hostile(answers, can="IDLE", stays=True)) as script:
        watcher = office.watcher(port=script.port, timeout=timedelta(seconds=_PATIENCE))
        watcher.start()
        wait_until(lambda: script.asked.count("IDLE") >= 5, what="five times IDLE")
        began, before = time.monotonic(), script.asked.count("IDLE")
        wait_until(lambda: script.asked.count("IDLE") >= before + 3, what="three more")
        assert time.monotonic() - began > 0.5
    assert office.kept() == [MAIL]


def test_a_message_that_the_server_keeps_silent_about_is_open_and_comes_later(office: Office) -> None:
    with serving(Hostile({"BODY": b"TAG OK done\r\n"}, stays=True)) as script:
        watcher = office.watcher(port=script.port, timeout=timedelta(seconds=_PATIENCE))
        assert watcher.round() == 0
        assert watcher.health.says == "fetch: nothing came"
        script.answers = {}
        assert watcher.round() == 1
    assert office.kept() == [MAIL]


@pytest.mark.parametrize("claimed", [0, 1, len(MAIL) - 1, len(MAIL) + 1, 10 * len(MAIL), 150_000_000])
def test_a_size_that_is_an_estimate_changes_nothing(office: Office, claimed: int) -> None:
    item = f'* 1 FETCH (UID 1 RFC822.SIZE {claimed} FLAGS () INTERNALDATE " 1-Nov-2026 00:00:00 +0000")\r\n'
    with serving(Hostile({"LISTING": item.encode() + b"TAG OK done\r\n"}, stays=True)) as script:
        assert office.watcher(port=script.port, piece=50).round() == 1
    assert office.kept() == [MAIL]


def test_an_old_message_for_an_open_range_is_not_taken_for_new(office: Office) -> None:
    with serving(Hostile({})) as script:
        watcher = office.watcher(port=script.port, after="keep")
        assert [watcher.round(), watcher.round()] == [1, 0]
        assert script.asked.count("BODY") == 1


FORMS: dict[str, bytes] = {
    "the UID behind the body": b"* 1 FETCH (BODY[]<0> {%d}\r\n%b UID 1)\r\n",
    "flags behind the body": b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%b FLAGS (\\Seen))\r\n",
    "another message's flags before": b"* 9 FETCH (UID 9 FLAGS ())\r\n* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%b)\r\n",
    "another message's flags behind": b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%b)\r\n* 9 FETCH (FLAGS ())\r\n",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_body_is_found_however_the_answer_is_put(office: Office, form: bytes) -> None:
    with serving(Hostile({"BODY": form % (len(MAIL), MAIL) + b"TAG OK done\r\n"}, stays=True)) as script:
        assert office.watcher(port=script.port).round() == 1
    assert office.kept() == [MAIL]


def test_a_short_body_may_come_as_a_quoted_string(office: Office) -> None:
    answers: dict[str, bytes | None] = {"BODY": b'* 1 FETCH (UID 1 BODY[]<0> "a \\"b\\" c")\r\nTAG OK done\r\n'}
    with serving(Hostile(answers, stays=True)) as script:
        assert office.watcher(port=script.port).round() == 1
    assert office.kept() == [b'a "b" c']
