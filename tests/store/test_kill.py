"""SIGKILL in the middle of taking in: every id that was answered is there, byte for byte, exactly once."""

import random
import signal
import subprocess
import sys

from store.audit import audit
from store.settings import StoreSettings
from store.store import Store
from tests.store.given import NOW, keep

KEEPER = """
import sys, threading
from datetime import datetime, UTC
from pathlib import Path
from store.mail import FileOrigin
from store.settings import StoreSettings
from store.store import open_store

store = open_store(StoreSettings(data=Path(sys.argv[1]), database=sys.argv[2]))
store.intake.start()
say = threading.Lock()

def run(thread):
    for number in range(10000):
        name = f"{sys.argv[3]}.{thread}.{number}"
        body = name.encode() * (1 if number % 3 else 15000)
        with store.incoming() as incoming:
            for start in range(0, len(body), 50000):
                incoming.write(body[start:start + 50000])
            kept = store.intake.keep(incoming, FileOrigin("a.eml"), datetime.now(UTC))
        with say:
            print(name, kept.mail_id, flush=True)

for thread in range(6):
    threading.Thread(target=run, args=(thread,)).start()
"""


def test_what_was_answered_survives_sigkill(store: Store, settings: StoreSettings) -> None:
    answered: dict[str, str] = {}
    for life in range(2):
        arguments = [sys.executable, "-c", KEEPER, str(settings.data), settings.database, str(life)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as keeper:
            assert keeper.stdout is not None
            enough = random.randrange(20, 120)
            for _ in range(enough):
                name, mail_id = keeper.stdout.readline().split()
                answered[name] = mail_id
            keeper.send_signal(signal.SIGKILL)
            rest = keeper.stdout.read().splitlines()
            whole = [line.partition(" ") for line in rest if len(line.partition(" ")[2]) == 36]
            answered.update((name, mail_id) for name, _, mail_id in whole)
    assert len(set(answered.values())) == len(answered)
    for name, mail_id in answered.items():
        number = int(name.rpartition(".")[2])
        assert store.mails.body(mail_id) == name.encode() * (1 if number % 3 else 15000)
    store.intake.start()
    assert not list((settings.data / "spool").glob("*"))
    result = audit(store.db, store.blobs, NOW, deep=True)
    assert result.clean, result.differences
    assert result.taken_in >= len(answered)
    assert store.journal.verify() is None
    assert not keep(store, b"and on it goes").again
