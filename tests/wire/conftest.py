"""Doors for the conversations: one with the tests' defaults, or as many as a test opens itself."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
import structlog

from smtp_in.given import Look
from smtp_in.settings import SmtpSettings
from store.reply import Reply
from tests.wire.served import SETTINGS, Keep, MayReceive, Served, Store, ours, served


class OpenDoor(Protocol):
    """Opens a door for the rest of the test."""

    def __call__(
        self,
        settings: SmtpSettings = ...,
        *,
        may_receive: MayReceive = ...,
        keep: Keep | None = ...,
        room: Callable[[], Reply | None] = ...,
        look: Look | None = ...,
    ) -> Served: ...


@pytest.fixture(scope="session", autouse=True)
def quiet_log() -> None:
    """Nobody reads the log here; what it holds is tested where it is asked for."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with its schema and folders: copying it is quicker than making one for each test."""
    folder = tmp_path_factory.mktemp("empty") / "store"
    Store.open(folder).close()
    return folder


@pytest.fixture
def open_door(tmp_path: Path, empty_store: Path) -> Iterator[OpenDoor]:
    """A factory of doors, each with a store of its own."""
    with contextlib.ExitStack() as stack:
        count = 0

        def opened(
            settings: SmtpSettings = SETTINGS,
            *,
            may_receive: MayReceive = ours,
            keep: Keep | None = None,
            room: Callable[[], Reply | None] = lambda: None,
            look: Look | None = None,
        ) -> Served:
            nonlocal count
            count += 1
            folder = shutil.copytree(empty_store, tmp_path / f"store{count}")
            return stack.enter_context(served(folder, settings, may_receive, keep, room, look))

        yield opened


@pytest.fixture
def door(open_door: OpenDoor) -> Served:
    """A door as the defaults have it."""
    return open_door()


@pytest.fixture(scope="session")
def shared_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One door for all conversations that leave no mail behind."""
    with served(tmp_path_factory.mktemp("shared") / "store", SETTINGS) as opened:
        yield opened
