"""A look before the mail is kept: what is certain is refused while the sender waits, what is not is kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.glance import Glance
from smtp_in import replies
from store.errors import Unavailable
from store.mail import SmtpOrigin
from store.reply import Reply
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS
from tests.wire.talk import talk

_LMTP = replace(SETTINGS, listen=(), lmtp_listen=("127.0.0.1:0",))
_TO_BOTH = """
    C: MAIL FROM:<a@b.example>
    C: RCPT TO:<strict@ours.example>
    C: RCPT TO:<mild@ours.example>
    S: 250 *
    S: 250 *
    S: 250 *
"""
_SMTP_HELLO = "S: 220 *\nC: EHLO me.example\nS: 250-*\n"
_LMTP_HELLO = "S: 220 *\nC: LHLO me.example\nS: 250-*\n"
_PROGRAM = r'Content-Disposition: attachment; filename="a.exe"\r\n\r\nx\r\n'
_REFUSED = f"S: {replies.PROGRAM_REFUSED.line}"
_STRICT: Mapping[str, Reply] = {"strict@ours.example": replies.PROGRAM_REFUSED}


@dataclass
class Watchman:
    """Refuses a mail that is worth a look for those recipients that are strict."""

    strict: Mapping[str, Reply] = field(default_factory=lambda: _STRICT)
    before: Callable[[], None] = lambda: None  #: what happens to him when he is asked
    takes: float = 0.0  #: seconds
    seen: list[bytes] = field(default_factory=list)

    def glance(self) -> Glance:
        return Glance()

    async def __call__(self, content: bytes | Path, origin: SmtpOrigin) -> tuple[Reply | None, ...]:
        self.seen.append(content if isinstance(content, bytes) else await asyncio.to_thread(content.read_bytes))
        self.before()
        await asyncio.sleep(self.takes)
        return tuple(self.strict.get(path.address) for path in origin.rcpt_to)


def test_in_smtp_the_strictest_recipient_speaks_for_all_and_nothing_stays(open_door: OpenDoor) -> None:
    door = open_door(look=Watchman())
    talk(
        door.port,
        f"{_SMTP_HELLO}{_TO_BOTH}C: DATA\nS: 354 *\nR: {_PROGRAM}.\\r\\n\n{_REFUSED}\nC: NOOP\nS: 250 2.0.0 OK\n",
    )
    assert door.store.mails() == []
    assert door.store.spooled() == []


@pytest.mark.parametrize("by_chunks", [False, True], ids=["DATA", "BDAT"])
def test_in_lmtp_each_recipient_has_an_answer_and_the_mail_is_kept_for_the_others(
    open_door: OpenDoor, by_chunks: bool
) -> None:
    door = open_door(_LMTP, look=Watchman())
    size = len(_PROGRAM.encode().decode("unicode_escape"))
    sent = rf"R: BDAT {size} LAST\r\n{_PROGRAM}" if by_chunks else f"C: DATA\nS: 354 *\nR: {_PROGRAM}.\\r\\n"
    talk(
        door.port,
        f"{_LMTP_HELLO}{_TO_BOTH}{sent}\n{_REFUSED}\nS: 250 2.0.0 Kept as *\nC: NOOP\nS: 250 2.0.0 OK\n",
    )
    (mail,) = door.store.mails()
    assert [path.address for path in mail.origin.rcpt_to] == ["mild@ours.example"]
    assert mail.content == _PROGRAM.encode().decode("unicode_escape").encode()


def test_in_lmtp_a_mail_that_is_refused_for_all_is_not_kept(open_door: OpenDoor) -> None:
    both = {**_STRICT, "mild@ours.example": replies.PROGRAM_REFUSED}
    door = open_door(_LMTP, look=Watchman(both))
    talk(door.port, f"{_LMTP_HELLO}{_TO_BOTH}C: DATA\nS: 354 *\nR: {_PROGRAM}.\\r\\n\n{_REFUSED}\n{_REFUSED}\n")
    assert door.store.mails() == []
    assert door.store.spooled() == []


def test_a_mail_in_which_nothing_looks_like_a_program_is_not_looked_at(open_door: OpenDoor) -> None:
    watchman = Watchman()
    door = open_door(look=watchman)
    talk(door.port, f"{_SMTP_HELLO}{_TO_BOTH}C: DATA\nS: 354 *\nC: Subject: a name\nC: \nC: x\nC: .\nS: 250 *\n")
    assert watchman.seen == []
    assert len(door.store.mails()) == 1


def test_a_large_mail_is_seen_whole(open_door: OpenDoor) -> None:
    watchman = Watchman({})
    door = open_door(look=watchman)
    body = "y" * 998 + r"\r\n"
    talk(door.port, f"{_SMTP_HELLO}{_TO_BOTH}C: DATA\nS: 354 *\nR: {_PROGRAM}{body * 700}.\\r\\n\nS: 250 *\n")
    assert [mail.content for mail in door.store.mails()] == watchman.seen
    assert len(watchman.seen[0]) > 700_000


def _away() -> None:
    raise Unavailable("no sandbox")


WITHOUT_AN_ANSWER = {
    "too slow": Watchman(takes=60),
    "away": Watchman(before=_away),
}


@pytest.mark.parametrize("watchman", WITHOUT_AN_ANSWER.values(), ids=WITHOUT_AN_ANSWER)
def test_who_cannot_look_in_time_lets_the_mail_in_to_be_judged_later(open_door: OpenDoor, watchman: Watchman) -> None:
    door = open_door(replace(SETTINGS, look_timeout=timedelta(seconds=0.1)), look=watchman)
    talk(door.port, f"{_SMTP_HELLO}{_TO_BOTH}C: DATA\nS: 354 *\nR: {_PROGRAM}.\\r\\n\nS: 250 2.0.0 Kept as *\n")
    assert [len(mail.origin.rcpt_to) for mail in door.store.mails()] == [2]


def test_a_bug_of_the_look_costs_nobody_a_mail(open_door: OpenDoor) -> None:
    def stumble() -> None:
        raise KeyError("a bug")

    door = open_door(look=Watchman(before=stumble))
    talk(
        door.port, f"{_SMTP_HELLO}{_TO_BOTH}C: DATA\nS: 354 *\nR: {_PROGRAM}.\\r\\n\nS: 451 4.3.0 *\nC: NOOP\nS: 250 *"
    )
    assert door.store.mails() == []
    assert door.store.spooled() == []


def test_names_without_end_are_left_to_the_look() -> None:
    glance = Glance()
    glance.feed(b"x: y\r\n" + b"name=" * 13_000)
    assert glance.aroused


_PART = b"Content-Type: application/pdf; name=%s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n"
GLANCED = {
    "a program by its name": (_PART % (b'"a.exe"', b"AAAA"), True),
    "by its name without quotes": (_PART % (b"a.exe", b"AAAA"), True),
    "by its name in capital letters": (_PART % (b'"A.EXE"', b"AAAA"), True),
    "by its name in RFC 2231": (b"x: y\r\nfilename*=utf-8''B%C3%A1o.scr\r\n\r\nx", True),
    "by the end of a name in pieces": (b'x: y\r\n filename*0="a.";\r\n filename*1="b.js"\r\n\r\nx', True),
    "by a blank behind the name": (_PART % (b'"a.exe "', b"AAAA"), True),
    "a program by its content": (_PART % (b'"a.pdf"', b"TVqQAAMAAAA"), True),
    "a script by its content": (_PART % (b'"a.pdf"', b"IyEvYmluL3NoCg=="), True),
    "a program without an encoding": (b'x: y; filename="a.pdf"\r\n\r\nMZ\x90', True),
    "a document": (_PART % (b'"a.exe.pdf"', b"JVBERi0xLjcK"), False),
    "a text about programs": (b"Subject: a.exe\r\n\r\nthe name of it: a.exe\r\n", False),
    "a mail without a colon": (b"filename=a.exe", False),
}


@pytest.mark.parametrize(("mail", "aroused"), GLANCED.values(), ids=GLANCED)
def test_a_glance_sees_the_same_however_the_octets_are_cut(mail: bytes, aroused: bool) -> None:
    mail = b"From: a@b.example\r\n" + mail if aroused else mail
    for size in (1, 2, 3, 7, len(mail)):
        glance = Glance()
        for at in range(0, len(mail), size):
            glance.feed(mail[at : at + size])
        assert glance.aroused is aroused, size
    large = Glance()
    large.feed(b"QUJD" * 20_000)
    for at in range(0, len(mail), 50):
        large.feed(mail[at : at + 50])
    assert large.aroused is aroused
