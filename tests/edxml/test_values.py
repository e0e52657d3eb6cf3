"""Dates, organ ids, document ids and file names, each by its table."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bridge.edxml.conform import conform
from bridge.edxml.forms import clean, document_id, is_organ_id, parse_timestamp, timestamp_text
from bridge.edxml.names import safe_name, safe_names
from bridge.edxml.status import StatusCode
from tests.edxml.samples import NEW, written


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        pytest.param("000.00.00.H41", True, id="QCVN 102, level 1"),
        pytest.param("002.00.20.H13", True, id="QCVN 102, level 4 under an empty level 3"),
        pytest.param("H29.12.34", True, id="Decision 20"),
        pytest.param("H37.DN.001", True, id="Decision 20 with letters"),
        pytest.param("0300000003-001", True, id="a branch's registration number"),
        pytest.param("Z99.1", False, id="no such level 1"),
        pytest.param("28.22.H17", False, id="seen in the wild, not to be sent"),
        pytest.param("h29.12", False, id="lower case"),
        pytest.param("H29." + "1" * 40, False, id="longer than 35"),
        pytest.param("H29.12\n", False, id="with a line end"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_organ_ids_that_we_may_send(text: str, allowed: bool) -> None:
    assert is_organ_id(text) is allowed


def test_a_document_id_has_the_form_that_others_parse() -> None:
    made = document_id("000.00.00.G22", date(2015, 9, 30), "7816", "VPCP-TTĐT")
    assert made == "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026/11/20 08:05:30", datetime(2026, 11, 20, 1, 5, 30, tzinfo=UTC)),
        ("2026-11-20T08:05:30Z", datetime(2026, 11, 20, 8, 5, 30, tzinfo=UTC)),
        ("2026-11-20T08:05:30.123+07:00", datetime(2026, 11, 20, 1, 5, 30, tzinfo=UTC)),
        ("20/11/2026 08:05", datetime(2026, 11, 20, 1, 5, tzinfo=UTC)),
        ("2026/11/20 28:05:30", None),
        ("soon", None),
    ],
    ids=["Vietnam's time", "ISO in UTC", "ISO with an offset", "day first", "no such hour", "no time"],
)
def test_timestamps_are_read(text: str, moment: datetime | None) -> None:
    assert parse_timestamp(text) == moment


def test_timestamps_are_written_in_vietnams_time() -> None:
    at = datetime(2026, 12, 31, 20, 0, 0, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp_text(at) == "2027/01/01 01:00:00"
    with pytest.raises(ValueError, match="zone"):
        timestamp_text(datetime(2026, 12, 31))  # noqa: DTZ001


def test_text_is_cleaned_of_what_xml_cannot_carry() -> None:
    assert clean("\ufffea\x0bb\x00 Vie\u0323\u0302t ") == "ab Việt"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        pytest.param("35-QĐ-UBND.pdf", "35-QĐ-UBND.pdf", id="a good name stays"),
        pytest.param("../../a.pdf", "a.pdf", id="a path"),
        pytest.param("C:\\Users\\x\\a.pdf", "a.pdf", id="a Windows path"),
        pytest.param("a\x00\r\n.pdf", "a.pdf", id="control characters"),
        pytest.param("fdp.\u202eexe", "fdp.exe", id="a direction override"),
        pytest.param("CON.txt", "_CON.txt", id="a device name"),
        pytest.param("..", "tep", id="dots alone"),
        pytest.param("a:b?.txt", "a_b_.txt", id="characters of Windows"),
        pytest.param("a.pdf. ", "a.pdf", id="a trailing dot and space"),
        pytest.param("dossier.ZIP", "dossier.zip", id="a capital ZIP"),
    ],
)
def test_file_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_ending_and_whole_letters() -> None:
    name = safe_name("ế" * 200 + ".pdf")
    assert name.endswith("ế.pdf")
    assert len(name.encode()) <= 200


def test_names_are_told_apart_whatever_their_case() -> None:
    names = safe_names(("a.pdf", "A.PDF", "x/a.pdf", "a (2).pdf"))
    assert names == ("a.pdf", "A (2).PDF", "a (3).pdf", "a (2) (2).pdf")
    assert safe_names(names) == names


def test_every_status_has_a_vietnamese_name() -> None:
    assert [code.value for code in StatusCode] == ["01", "02", "03", "04", "05", "06", "13", "15", "16"]
    assert all(code.says for code in StatusCode)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(b"2026/12/01", b"2026-12-01", "DueDate", id="a date in another form"),
        pytest.param(b"edXML:DueDate>", b"DueDate>", "prefix of DueDate", id="a missing prefix"),
        pytest.param("<edXML:Subject>kiểm".encode(), b"<edXML:Subject>" + b"q" * 501, "Subject", id="too long"),
        pytest.param(b"</edXML>", b"", "well-formed", id="cut short"),
    ],
)
def test_a_packet_that_does_not_conform_is_told_without_its_content(old: bytes, new: bytes, problem: str) -> None:
    problems = conform(written(NEW).replace(old, new))
    assert any(problem in said for said in problems)
    assert not any("qqq" in said or "2026-12" in said for said in problems)
