"""`organs`: history, search without accents, and the axis' list with what it would change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.axis.standin import StandIn
from tests.cli.command import Command


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """An axis."""
    opened = StandIn()
    yield opened
    opened.close()


@pytest.fixture
def with_axis(office: Command, stand_in: StandIn, tmp_path: Path) -> Command:
    """An office whose settings name that axis, too."""
    (tmp_path / "secret").write_bytes(stand_in.secret)
    with office.settings.open("a", encoding="utf-8") as out:
        out.write(
            f'\n[[axis]]\nname = "truc"\nkind = "vxp"\nurl = "{stand_in.url}"\n'
            f'system_id = "{stand_in.system_id}"\nsecret_file = "{tmp_path / "secret"}"\nagency_levels = [1, 2]\n'
        )
    return office


def agency(code: str, name: str, level: str = "1", old: str = "", mail: str = "") -> dict[str, str]:
    """A row of the axis' list."""
    return {"id": code, "code": code, "name": name, "mail": mail, "code102": old, "level": level}


def test_ids_and_names_have_their_time(office: Command, tmp_path: Path) -> None:
    file = tmp_path / "organs.csv"
    file.write_text(
        "id,name,ids,abbreviations,domains,tax_code,former_names\n"
        "khcn,Sở Khoa học và Công nghệ,H99.7 [2025-03-01..]|000.07.00.H99 [..2025-02-28],SKHCN,khcn.mau.example,"
        "0100109106,Ban Khoa học [..1992-12-31]|Sở KHCN\n",
        encoding="utf-8",
    )
    office("organs", "import", file)
    found = office("organs", "show", "000.07.00.H99", "--json").one
    assert [(one["value"], one["since"], one["until"]) for one in found["ids"]] == [
        ("H99.7", "2025-03-01", None),
        ("000.07.00.H99", None, "2025-02-28"),
    ]
    assert found["former_names"] == ["Sở KHCN", "Ban Khoa học"]
    assert (found["abbreviations"], found["domains"], found["tax_code"]) == (
        ["SKHCN"],
        ["khcn.mau.example"],
        "0100109106",
    )
    assert "Ban Khoa học [..1992-12-31]" in office("organs", "show", "khcn").out


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("H1 [2025..]", "a time is written"),
        ("H1 [2025-02-30..]", "a time is written"),
        ("H1 [2026-01-01..2025-01-01]", "ends before it begins"),
    ],
)
def test_a_time_that_is_none_is_refused(office: Command, value: str, says: str) -> None:
    assert says in office("organs", "add", "--name", "A", "--organ-id", value, code=2).err


def test_organs_are_found_by_words_without_accents(office: Command) -> None:
    office("organs", "add", "--name", "Sở Tài chính tỉnh Mẫu", "--organ-id", "H99.9", "--abbreviation", "STC")
    office("organs", "add", "--name", "Sở Y tế", "--organ-id", "H99.8", "--former-name", "Ty Y tế [..1995-12-31]")
    names = {
        words: [one["name"] for one in office("organs", "list", "--find", words, "--json").lines]
        for words in ("so tai chinh", "TÀI chính", "stc", "ty y te", "H99.9", "chinh khong co")
    }
    finance, health = ["Sở Tài chính tỉnh Mẫu"], ["Sở Y tế"]
    assert names == {
        "so tai chinh": finance,
        "TÀI chính": finance,
        "stc": finance,
        "ty y te": health,
        "H99.9": finance,
        "chinh khong co": [],
    }


def test_the_axis_list_is_shown_first_and_written_when_it_is_approved(with_axis: Command, stand_in: StandIn) -> None:
    with_axis("organs", "add", "--name", "Sở Cũ", "--organ-id", "H99.7", "--address", "cu@mau.example")
    with_axis("organs", "add", "--name", "Sở Khác", "--organ-id", "H99.6")
    stand_in.agencies = [
        agency("H99", "UBND tỉnh Mẫu", old="000.00.00.H99", mail="vanthu@mau.example"),
        agency("H99.7", "Sở Mới", "2", "000.00.07.H99", "moi@mau.example"),
        agency("H99 8", "Mã hỏng", "2"),
    ]
    shown = with_axis("organs", "sync", "--json", code=1).lines
    told = {(row["change"], row["id"]): row["what"] for row in shown if "change" in row}
    assert told["added", "H99"] == ["name", "ids", "addresses"]
    assert told["changed", "H99.7"] == ["name", "ids", "addresses"]
    assert ("not-listed", "H99.6") in told
    assert "is no organ id" in told["unfit", "H99 8"][0]
    assert with_axis("organs", "show", "H99.7", "--json").one["name"] == "Sở Cũ"  # nothing is written before
    digest = shown[-1]["digest"]
    assert shown[-1]["changes"] == 2
    assert "look again" in with_axis("organs", "sync", "--approve", "000000000000", code=2).err
    assert with_axis("organs", "sync", "--approve", digest, "--json").lines[-1] == {
        "digest": digest,
        "added": 1,
        "replaced": 1,
    }
    found = with_axis("organs", "show", "000.00.07.H99", "--json").one
    assert (found["id"], found["name"], found["former_names"]) == ("H99.7", "Sở Mới", ["Sở Cũ"])
    assert found["addresses"] == ["cu@mau.example", "moi@mau.example"]
    assert [one["value"] for one in found["ids"]] == ["H99.7", "000.00.07.H99"]
    stand_in.agencies = stand_in.agencies[:2]
    assert {row["change"] for row in with_axis("organs", "sync", "--json").lines} == {"not-listed"}
    assert digest in with_axis("journal", "list", "--json").out


def test_a_list_that_cannot_be_had_changes_nothing(with_axis: Command, stand_in: StandIn) -> None:
    stand_in.fault = lambda operation: "html"
    with_axis("organs", "sync", code=3)
    assert "keeps a list" in with_axis("organs", "sync", "--axis", "tinh", code=2).err
