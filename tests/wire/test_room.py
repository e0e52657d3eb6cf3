"""Back-pressure: who comes too fast, or when there is no room, keeps the mail and is told so before sending it."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from smtp_in import memory, replies
from smtp_in.network import network_of
from smtp_in.room import Room
from store.reply import Reply
from tests.servers.wait import wait_until
from tests.wire.conftest import OpenDoor
from tests.wire.served import SETTINGS
from tests.wire.talk import Peer, talk

_HELLO = "S: 220 *\nC: EHLO me.example\nS: 250-*\n"
_ANOTHER = "C: RSET\nS: 250 *\nC: MAIL FROM:<{}>\nS: {} *\n"


def _mails(*senders: tuple[str, str]) -> str:
    return _HELLO + "".join(_ANOTHER.format(sender, reply) for sender, reply in senders)


def test_a_sender_who_is_too_fast_is_put_off_in_every_connection_and_no_other_is(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_mails_per_minute_of_sender=2))
    talk(door.port, _mails(("a@b.example", "250"), ("a@b.example", "250")))
    talk(door.port, _mails(("A@b.example", "451 4.7.1"), ("c@b.example", "250"), *[("", "250")] * 3))


def test_an_address_that_is_too_fast_is_put_off_whoever_it_says_it_is(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_mails_per_minute_from_address=2))
    talk(door.port, _mails(("a@b.example", "250"), ("", "250"), ("c@b.example", "451 4.7.1"), ("", "451 4.7.1")))


def test_without_room_a_mail_is_put_off_before_it_is_sent_and_taken_when_there_is_again(open_door: OpenDoor) -> None:
    said: list[Reply] = [Reply(452, "4.3.1", "No room", "0 octets free")]
    door = open_door(room=lambda: said[0] if said else None)
    with Peer(door.port) as peer:
        peer.talk(_mails(("a@b.example", "452 4.3.1")))
        assert "octets" not in "".join(peer.said)  # the cause is for the log
        said.clear()
        peer.talk(_ANOTHER.format("a@b.example", "250"))


@dataclass(frozen=True)
class State:
    """Of the machine, against limits of one octet, two mails and three mails unless said otherwise."""

    least_disk: int = 1
    least_memory: int = 1
    waiting: int = 2
    to_judge: int = 3
    folder: str = "."


ROOMS = {
    "enough of all": (State(), None),
    "a disk below the limit": (State(least_disk=2**62), replies.DISK_FULL),
    "a disk that cannot be asked": (State(least_disk=0, folder="none"), replies.DISK_FULL),
    "memory below the limit": (State(least_memory=2**62), replies.NO_MEMORY),
    "too many wait for the commit": (State(waiting=3), replies.BUSY),
    "too many wait to be judged": (State(to_judge=4), replies.QUEUE_FULL),
}


@pytest.mark.parametrize(("state", "reply"), ROOMS.values(), ids=ROOMS)
def test_room_is_on_the_disk_in_memory_and_in_the_queues(tmp_path: Path, state: State, reply: Reply | None) -> None:
    settings = replace(
        SETTINGS, min_free_disk=state.least_disk, min_free_memory=state.least_memory, max_waiting=2, max_to_judge=3
    )
    room = Room(settings, tmp_path / state.folder, lambda: state.waiting, lambda most: min(most, state.to_judge))
    said = room()
    assert (said.line if said else None) == (reply.line if reply else None)


_MEMINFO = "MemTotal: 4000 kB\nMemAvailable: 3000 kB\n"
GROUPS = {
    "a machine alone": (_MEMINFO, {}, 3_072_000),
    "a container with less": (
        _MEMINFO,
        {"max": "2000000", "current": "1500000", "stat": "inactive_file 400000"},
        900_000,
    ),
    "a container with more": (_MEMINFO, {"max": "9000000", "current": "1", "stat": "anon 1"}, 3_072_000),
    "a container without a limit": (_MEMINFO, {"max": "max", "current": "1", "stat": "anon 1"}, 3_072_000),
    "a system that does not say": ("", {}, None),
}


@pytest.mark.parametrize(("machine", "group", "free"), GROUPS.values(), ids=GROUPS)
def test_memory_is_the_machines_or_the_containers(
    tmp_path: Path, machine: str, group: dict[str, str], free: int | None
) -> None:
    (tmp_path / "meminfo").write_text(machine)
    for name, text in group.items():
        (tmp_path / f"memory.{name}").write_text(f"{text}\n")
    assert memory.available(tmp_path / "meminfo", tmp_path) == free


def test_room_is_there_again_when_the_disk_is(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    room = Room(replace(SETTINGS, min_free_disk=0), folder, lambda: 0)
    assert room() is not None
    folder.mkdir()
    room.look()
    assert room() is None


def test_connections_are_limited_by_network(open_door: OpenDoor) -> None:
    door = open_door(replace(SETTINGS, max_connections_per_network=1))
    with Peer(door.port) as first:
        first.expect("220 *")
        talk(door.port, "S: 421 4.7.0 *your network*\nEOF")
    wait_until(lambda: door.connections() == 0, what="the end of the first")
    talk(door.port, "S: 220 *")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("-", "-"),
    ],
)
def test_neighbours_share_a_network(address: str, network: str) -> None:
    assert network_of(address) == network
