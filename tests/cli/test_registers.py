"""`routes`, `organs`, `correspondents`: kept by hand or brought in from tables, all of it or nothing."""

import json
from pathlib import Path

import pytest

from bridge.demo.office import DOOR, RECEIVER
from tests.cli.command import Command


def test_a_rule_is_added_changed_and_removed_and_each_change_is_journaled(office: Command) -> None:
    added = office("routes", "add", "--recipient", "@Mau.test", "--organ", RECEIVER, "--reason", "văn bản 5", "--json")
    assert (added.one["id"], added.one["recipient"], added.one["organs"]) == ("r1", "@mau.test", [RECEIVER])
    office("routes", "edit", "r1", "--subject", "hỏa tốc", "--position", "0.5")
    assert [rule["id"] for rule in office("routes", "list", "--json").lines] == ["r1", "vanthu"]
    assert "hỏa tốc" in office("routes", "list").out
    office("routes", "remove", "r1")
    assert "there is no rule 'r1'" in office("routes", "remove", "r1", code=2).err
    told = [(row["actor"], row["verb"], row["detail"]) for row in office("journal", "list", "--json").lines[-3:]]
    assert told[0] == ("lan", "routes.added", {"id": "r1", "reason": "văn bản 5"})
    assert [verb for _, verb, _ in told] == ["routes.added", "routes.edited", "routes.removed"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--organ", "H99"], "a recipient, a sender or a subject is wanted"),
        (["--recipient", "*"], "an organ is wanted"),
        (["--recipient", "*", "--organ", "H99", "--axis", "tin"], 'no axis is called "tin"; known are tinh'),
        (["--recipient", "somebody", "--organ", "H99"], "fits no address"),
        (["--recipient", "a b@c.example", "--organ", "H99"], "holds blanks"),
        (["--recipient", "*", "--organ", "H" * 36], "at most 35 characters"),
        (["--recipient", "*", "--organ", "H99", "--id", "vanthu"], "already has vanthu"),
        (["--recipient", "*", "--organ", "H99", "--id", "đường"], "is no id"),
        (["--recipient", "*", "--organ", "H99", "--position", "first"], "not a valid float"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(office: Command, options: list[str], says: str) -> None:
    before = office("routes", "export").octets
    assert says in office("routes", "add", *options, code=2).err
    assert office("routes", "export").octets == before


def test_a_test_says_where_a_mail_goes_and_which_rule_said_so(office: Command) -> None:
    office("routes", "add", "--id", "so", "--recipient", "so@mau.test", "--organ", "H99.7", "--organ", RECEIVER)
    file = office.settings.parent / "mails" / "correct.eml"
    assert "Sở Nội vụ tỉnh Mẫu" in office("routes", "test", file).out
    recipients = ("--rcpt-to", DOOR, "--rcpt-to", "so@mau.test", "--rcpt-to", "x@y.example")
    first, second, third = office("routes", "test", file, *recipients, "--json").lines
    assert (first["recipient"], first["rule"], first["axis"]) == (DOOR, "vanthu", "tinh")
    assert first["organs"] == [{"id": RECEIVER, "name": "Sở Nội vụ tỉnh Mẫu", "instead_of": ""}]
    assert [organ["id"] for organ in second["organs"]] == ["H99.7", RECEIVER]
    assert (third["organs"], third["says"]) == ([], "Không có địa chỉ nhận nào thuộc hệ thống này.")


def test_a_mail_that_would_go_nowhere_is_exit_code_1(office: Command) -> None:
    file = office.settings.parent / "mails" / "correct.eml"
    assert "Không có địa chỉ nhận nào" in office("routes", "test", file, "--rcpt-to", "x@y.example", code=1).out


def test_rules_are_exported_and_come_back_as_they_were(office: Command, tmp_path: Path) -> None:
    office("routes", "add", "--sender", "@bo.example", "--organ", "H99", "--sender-class", "agency", "--comment", "Bộ")
    file = tmp_path / "routes.jsonl"
    office("routes", "export", file)
    before = office("routes", "export").octets
    assert file.read_bytes() == before
    office("routes", "remove", "r1")
    assert office("routes", "import", file, "--json").one == {"added": 1, "replaced": 1}
    assert office("routes", "export").octets == before


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2"),
        ("[1]", "line 2: no JSON object"),
        ('{"id": "b", "organ": ["H99"]}', "line 2: unknown key organ"),
        ('{"id": "b", "recipient": 5}', "line 2: recipient"),
        ('{"id": "b", "recipient": "*"}', "line 2: an organ is wanted"),
        ('{"id": "a", "recipient": "*", "organs": ["H99"]}', "a stands in it twice"),
        ("[" * 100_000, "line 2"),
    ],
)
def test_a_bad_line_of_rules_imports_nothing(office: Command, tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "routes.jsonl"
    file.write_text(json.dumps({"id": "a", "recipient": "*", "organs": ["H99"]}) + "\n" + line, encoding="utf-8")
    assert says in office("routes", "import", file, code=2).err
    assert [rule["id"] for rule in office("routes", "list", "--json").lines] == ["vanthu"]


def test_organs_come_from_a_table_of_excel_and_are_found_by_any_id(office: Command, tmp_path: Path) -> None:
    file = tmp_path / "organs.csv"
    file.write_bytes(
        "\ufeffname;ids;addresses;former_names\r\n"
        "Sở Tư pháp tỉnh Mẫu;H99.8|000.08.00.H99;tp@mau.example|stp@mau.example;Ty Tư pháp\r\n"
        "\r\n"
        '"Sở Mới;H99.9;;\r\n'.encode()
    )
    assert "unexpected end of data" in office("organs", "import", file, code=2).err  # a quote that is never closed
    file.write_bytes(file.read_bytes().replace(b'"', b""))
    assert office("organs", "import", file, "--json").one == {"added": 2, "replaced": 0}
    found = office("organs", "show", "000.08.00.h99", "--json").one
    assert [(known["scheme"], known["value"]) for known in found["ids"]] == [
        ("qd-20", "H99.8"),
        ("qcvn-102", "000.08.00.H99"),
    ]
    assert found["addresses"] == ["tp@mau.example", "stp@mau.example"]
    assert found["former_names"] == ["Ty Tư pháp"]
    assert office("organs", "import", file, "--json").one == {"added": 0, "replaced": 2}
    assert len(office("organs", "list", "--json").lines) == 3
    assert "there is no organ" in office("organs", "show", "H98", code=2).err


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "no column name, ids"),
        (b"nam,ids\n", 'unknown column "nam"; did you mean "name"?'),
        (b"name,ids,ids\n", "ids twice"),
        (b"name,ids\nA,H1\nB\n", "line 3: 1 cells, the header has 2"),
        (b"name,ids\nA,H1\nB,\n", "line 3: an organ id is wanted"),
        (b"name,ids\nA,H1\nB,h1\n", "line 3: h1 stands in line 2 already"),
        (b"name,ids\nA,H1\n\xff\xfe,H2\n", "line 3: not UTF-8"),
        ("name,ids\nA,H1\n".encode("utf-16"), "not UTF-8"),
        (b"name,ids\n\0,H1\n", "zero octets"),
        (b"name,ids,addresses\nA,H1,nobody\n", 'line 2: "nobody" is no mail address'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_table_of_organs_imports_nothing(office: Command, tmp_path: Path, octets: bytes, says: str) -> None:
    file = tmp_path / "organs.csv"
    file.write_bytes(octets)
    said = office("organs", "import", file, code=2)
    assert says in said.err
    assert "nothing was imported" in said.err
    assert len(office("organs", "list", "--json").lines) == 1


def test_an_organ_is_added_by_hand_once(office: Command) -> None:
    options = ("--name", "Sở  Y tế", "--organ-id", "H99.3", "--address", "yte@mau.example")
    added = office("organs", "add", *options, "--json").one
    assert (added["id"], added["name"]) == ("H99.3", "Sở Y tế")
    assert "already has H99.3" in office("organs", "add", *options, code=2).err


def test_a_correspondent_is_added_changed_and_found_by_an_address(office: Command) -> None:
    office("correspondents", "add", "--class", "business", "--name", "Công ty A", "--address", "A@Vidu.example")
    changed = office("correspondents", "edit", "A@vidu.example", "--domain", "@VIDU.example", "--class", "agency")
    assert "vidu.example" in changed.out
    found = office("correspondents", "show", "a@vidu.example", "--json").one
    assert (found["class"], found["domains"], found["addresses"]) == ("agency", ["vidu.example"], ["A@vidu.example"])
    office("correspondents", "edit", found["id"], "--domain", "")
    assert office("correspondents", "show", found["id"], "--json").one["domains"] == []
    assert "there is no correspondent" in office("correspondents", "show", "b@vidu.example", code=2).err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--class", "state", "--name", "A"], "'state' is not one of"),
        (["--class", "agency", "--name", "A"], "is wanted"),
        (["--class", "agency", "--name", " ", "--address", "a@b.example"], "a name is wanted"),
        (["--class", "agency", "--name", "A", "--address", "a@b"], "no mail address"),
        (["--class", "agency", "--name", "A", "--domain", "b"], "no domain"),
        (["--class", "business", "--name", "A", "--tax-code", "123"], "no tax code"),
        (["--class", "business", "--name", "A", "--certificate", "00:11"], "fingerprint"),
    ],
)
def test_a_correspondent_that_cannot_be_is_refused(office: Command, options: list[str], says: str) -> None:
    assert says in office("correspondents", "add", *options, code=2).err
    assert len(office("correspondents", "list", "--json").lines) == 2


def test_correspondents_come_from_a_table(office: Command, tmp_path: Path) -> None:
    file = tmp_path / "correspondents.csv"
    file.write_text(
        "class,name,tax_code,addresses\n"
        "business,Công ty A,0312345678,a@vidu.example\n"
        "individual,Bà B,,b@vidu.example\n",
        encoding="utf-8",
    )
    assert office("correspondents", "import", file, "--json").one == {"added": 2, "replaced": 0}
    assert {row["id"] for row in office("correspondents", "list", "--json").lines} >= {"0312345678", "b@vidu.example"}
    file.write_text("class,name,addresses\nbusiness,A,c@vidu.example\nbusiness,B,C@vidu.example\n", encoding="utf-8")
    assert "line 3: c@vidu.example stands in line 2" in office("correspondents", "import", file, code=2).err
    assert len(office("correspondents", "list", "--json").lines) == 4
