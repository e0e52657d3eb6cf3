"""A hundred thousand organs come from a table, and one of them is found as quickly as among ten."""

import time
from datetime import UTC, datetime
from pathlib import Path

from bridge.registers.organs import COLUMNS, NEEDED, of_sheet
from bridge.registers.sheet import read
from store.connection import migrate, open_database
from store.settings import StoreSettings
from store.store import open_store

COUNT = 100_000


def test_a_hundred_thousand_organs_come_from_a_table(tmp_path: Path) -> None:
    file, settings = tmp_path / "organs.csv", StoreSettings(data=tmp_path / "var")
    database = open_database(settings)
    migrate(database)
    database.close()
    with file.open("w", encoding="utf-8") as out:
        out.write("name,ids,addresses\n")
        out.writelines(f"Ủy ban nhân dân xã {n},H99.{n},xa{n}@mau.example\n" for n in range(100, 100 + COUNT))
    store = open_store(settings)
    try:
        began = time.monotonic()
        organs = of_sheet(read(file, COLUMNS, NEEDED))
        assert store.registry.organs.put_all(organs, "test", datetime.now(UTC)) == (COUNT, 0)
        print(f"{COUNT} organs in {time.monotonic() - began:.1f} s")
        assert time.monotonic() - began < 120
        began = time.monotonic()
        (found,) = store.registry.organs.having(("h99.77777",))
        assert found.name == "Ủy ban nhân dân xã 77777"
        assert time.monotonic() - began < 0.1
    finally:
        store.close()
