"""A server that lies, breaks off or falls silent costs one round and nothing else: no hang, no loss, no half mail."""

import re
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from store.errors import Unavailable
from tests.imap.office import Office, mail, port_of
from tests.servers.wait import wait_until

_MAIL = mail(1)
_PATIENCE = 0.5


@dataclass
class Hostile:
    """What the scripted server does; a command that is not named is answered as it should be."""

    #: Command name -> what is written instead of an answer; "" = nothing and the line closed; None = silence.
    answers: dict[str, bytes | None]
    port: int = 0
    #: Whether the conversation goes on after an answer that is named.
    stays: bool = False


def _good(command: str, tag: str, line: str) -> bytes:
    match command:
        case "SELECT":
            return (
                f"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n{tag} OK [READ-WRITE] done\r\n"
            ).encode()
        case "SEARCH":
            return f"* SEARCH 1\r\n{tag} OK done\r\n".encode()
        case "LISTING":
            item = f'(UID 1 RFC822.SIZE {len(_MAIL)} FLAGS () INTERNALDATE " 1-Nov-2026 00:00:00 +0000")'
            return f"* 1 FETCH {item}\r\n{tag} OK done\r\n".encode()
        case "BODY":
            found = re.search(r"<(\d+)\.(\d+)>", line)
            assert found is not None
            piece = _MAIL[int(found[1]) : int(found[1]) + int(found[2])]
            return b"* 1 FETCH (UID 1 BODY[]<%d> {%d}\r\n%b)\r\n%b OK done\r\n" % (
                int(found[1]),
                len(piece),
                piece,
                tag.encode(),
            )
        case "CAPABILITY":
            return f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()
        case _:
            return f"{tag} OK done\r\n".encode()


def _name(line: str) -> str:
    words = line.upper().split()
    word = words[2] if words[1] == "UID" else words[1]
    if word == "FETCH":
        return "BODY" if "BODY.PEEK" in line.upper() else "LISTING"
    return word


@contextmanager
def serving(script: Hostile) -> Iterator[Hostile]:
    """The scripted server until the block ends."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = 20

        def handle(self) -> None:
            greeting = script.answers.get("GREETING", b"* OK hello\r\n")
            self.wfile.write(greeting or b"")
            while line := self.rfile.readline(100_000).decode("latin-1"):
                tag, name = line.split()[0], _name(line)
                answer = script.answers.get(name, _good(name, tag, line))
                if answer is None:
                    self.rfile.read()  # silence until the client goes
                    return
                self.wfile.write(answer.replace(b"TAG", tag.encode()))
                if name in script.answers and not script.stays:
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        script.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join(5)


LIES: dict[str, dict[str, bytes | None]] = {
    "silence instead of a greeting": {"GREETING": None},
    "a greeting that says BYE": {"GREETING": b"* BYE go away\r\n"},
    "a greeting that is no IMAP": {"GREETING": b"220 smtp.example ESMTP\r\n"},
    "silence after LOGIN": {"LOGIN": None},
    "BYE after LOGIN": {"LOGIN": b"* BYE too many\r\n"},
    "SELECT without UIDVALIDITY": {"SELECT": b"* 1 EXISTS\r\nTAG OK done\r\n"},
    "SELECT refused": {"SELECT": b"TAG NO not here\r\n"},
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
    assert office.kept() == [_MAIL]


def test_a_mail_that_was_taken_but_could_not_be_marked_is_marked_later(office: Office) -> None:
    with serving(Hostile({"STORE": b"* BYE\r\n"})) as script:
        watcher = office.watcher(port=script.port, timeout=timedelta(seconds=_PATIENCE))
        with pytest.raises(Unavailable):
            watcher.round()
        assert office.kept() == [_MAIL]
        script.answers = {}
        assert watcher.round() == 0
    assert office.kept() == [_MAIL]


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
    office.put(_MAIL)
    real, broken = port_of(office.store), True

    def taken(account: str, mailbox: str, uidvalidity: int, above: int) -> dict[int, datetime | None]:
        if broken:
            raise ZeroDivisionError(account)
        return real.taken(account, mailbox, uidvalidity, above)

    watcher = office.watcher(into=replace(real, taken=taken))
    watcher.start()
    wait_until(lambda: "ZeroDivisionError at taken" in watcher.health.problem, what="the bug being told")
    broken = False
    wait_until(lambda: office.kept() == [_MAIL], what="the mail")
