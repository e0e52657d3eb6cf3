"""The folder axis on a real folder: complete or absent, once, and never over another file."""

import os
import resource
import threading
from pathlib import Path

import pytest

from bridge.axis.folder import Folder
from bridge.axis.protocol import Axis, Bad, Taken
from bridge.axis.settings import FolderAxis
from store.delivery import Delivered, Refused, TryLater
from store.errors import Unavailable


@pytest.fixture
def axis(tmp_path: Path) -> Folder:
    return Folder(FolderAxis("tinh", tmp_path / "axis"))


def files(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(axis: Folder, name: str, content: bytes = b"<edXML/>", age: int = 0) -> Path:
    folder = axis.settings.directory / "in"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (1_800_000_000 - age, 1_800_000_000 - age))
    return path


def test_it_is_an_axis(axis: Folder) -> None:
    spoken: Axis = axis
    assert spoken.name == "tinh"
    assert list(spoken.organs()) == []


@pytest.mark.parametrize("on_disk", [False, True], ids=["from memory", "from a file"])
def test_an_envelope_is_written_whole_and_nothing_else(axis: Folder, tmp_path: Path, on_disk: bool) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"packet")
    attempt = axis.send("e-1", source if on_disk else b"packet")
    assert isinstance(attempt, Delivered)
    assert attempt.reply.enhanced == "2.0.0"
    assert files(axis.settings.directory) == {"out/e-1.edxml": b"packet"}


@pytest.mark.parametrize("where", ["out", "out/taken"], ids=["still there", "taken by the province"])
def test_an_id_that_is_there_is_delivered_and_never_written_again(axis: Folder, where: str) -> None:
    folder = axis.settings.directory / where
    folder.mkdir(parents=True)
    (folder / "e-1.edxml").write_bytes(b"first")
    assert isinstance(axis.send("e-1", b"second"), Delivered)
    assert files(axis.settings.directory) == {f"{where}/e-1.edxml": b"first"}


def test_a_draft_of_a_killed_sender_does_not_stay(axis: Folder) -> None:
    out = axis.settings.directory / "out"
    out.mkdir(parents=True)
    (out / "e-1.edxml.0123.tmp").write_bytes(b"pac")
    assert isinstance(axis.send("e-1", b"packet"), Delivered)
    assert files(out) == {"e-1.edxml": b"packet"}


def test_senders_at_once_write_one_envelope(axis: Folder) -> None:
    start = threading.Barrier(8)
    attempts: list[object] = []

    def send(number: int) -> None:
        start.wait(10)
        attempts.append(axis.send("e-1", bytes([number]) * 100_000))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # one that lost its draft to a faster one tries again and finds the envelope there
    assert all(isinstance(attempt, Delivered | TryLater) for attempt in attempts)
    assert isinstance(axis.send("e-1", b"late"), Delivered)
    ((name, content),) = files(axis.settings.directory).items()
    assert name == "out/e-1.edxml"
    assert len(content) == 100_000
    assert len(set(content)) == 1


@pytest.mark.parametrize("envelope_id", ["../e", "", ".hidden", "a/b", "e\n"])
def test_an_id_that_is_no_file_name_is_refused(axis: Folder, envelope_id: str) -> None:
    assert isinstance(axis.send(envelope_id, b"x"), Refused)
    assert not axis.settings.directory.exists()


def test_a_folder_that_cannot_be_used_is_try_later_and_unavailable(tmp_path: Path) -> None:
    (tmp_path / "axis").write_bytes(b"a file where the folder should be")
    axis = Folder(FolderAxis("tinh", tmp_path / "axis"))
    attempt = axis.send("e-1", b"x")
    assert isinstance(attempt, TryLater)
    assert attempt.reply.code == 451
    assert str(tmp_path) not in attempt.reply.text + attempt.reply.cause
    with pytest.raises(Unavailable):
        list(axis.received())
    with pytest.raises(Unavailable):
        axis.fetch("a.edxml")


def test_a_write_that_breaks_off_leaves_nothing_and_is_tried_later(axis: Folder) -> None:
    axis.send("e-0", b"x")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))  # what a full disk does, without one
    try:
        attempt = axis.send("e-1", b"y" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(attempt, TryLater)
    assert files(axis.settings.directory) == {"out/e-0.edxml": b"x"}
    assert isinstance(axis.send("e-1", b"y"), Delivered)


def test_complete_packets_are_received_oldest_first(axis: Folder, tmp_path: Path) -> None:
    put(axis, "b.edxml", age=10)
    put(axis, "a.edxml", age=5)
    put(axis, "c.edxml.tmp")
    put(axis, "d.tmp")
    put(axis, "note.txt")
    (axis.settings.directory / "in" / "folder.edxml").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (axis.settings.directory / "in" / "link.edxml").symlink_to(tmp_path / "secret")
    assert list(axis.received()) == ["b.edxml", "a.edxml"]
    assert axis.fetch("a.edxml") == b"<edXML/>"


def test_an_empty_or_new_folder_receives_nothing(axis: Folder) -> None:
    assert list(axis.received()) == []
    assert (axis.settings.directory / "in" / "done").is_dir()


def test_a_taken_packet_moves_to_done_and_saying_it_twice_does_no_harm(axis: Folder) -> None:
    put(axis, "a.edxml")
    axis.acknowledge("a.edxml", Taken())
    axis.acknowledge("a.edxml", Taken())
    assert files(axis.settings.directory) == {"in/done/a.edxml": b"<edXML/>"}
    assert list(axis.received()) == []


def test_a_bad_packet_moves_to_bad_with_its_reason(axis: Folder) -> None:
    put(axis, "a.edxml", b"junk")
    axis.acknowledge("a.edxml", Bad("Tệp không phải là gói tin edXML."))
    assert files(axis.settings.directory) == {
        "in/bad/a.edxml": b"junk",
        "in/bad/a.edxml.txt": "Tệp không phải là gói tin edXML.\n".encode(),
    }


def test_the_same_name_again_never_covers_the_first(axis: Folder) -> None:
    for content in (b"1", b"2", b"3"):
        put(axis, "a.edxml", content)
        axis.acknowledge("a.edxml", Taken())
        put(axis, "a.edxml", content)
        axis.acknowledge("a.edxml", Bad("hỏng"))
    kept = files(axis.settings.directory / "in")
    assert sorted(name for name in kept if name.startswith("done")) == [
        "done/a-2.edxml",
        "done/a-3.edxml",
        "done/a.edxml",
    ]
    assert kept["bad/a.edxml"] == b"1"
    assert kept["bad/a-3.edxml"] == b"3"
    assert kept["bad/a-3.edxml.txt"] == "hỏng\n".encode()


@pytest.mark.parametrize("name", ["../out/e.edxml", "a.txt", "done/a.edxml"])
def test_a_name_that_was_never_received_is_our_bug(axis: Folder, name: str) -> None:
    with pytest.raises(ValueError, match="received"):
        axis.fetch(name)


def test_a_packet_beyond_the_largest_is_cut_just_above_it(tmp_path: Path) -> None:
    axis = Folder(FolderAxis("tinh", tmp_path, largest_packet=10))
    put(axis, "a.edxml", b"x" * 100)
    assert axis.fetch("a.edxml") == b"x" * 11
