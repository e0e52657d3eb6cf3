"""The command as a process: exit codes, standard output and error, settings found and refused, never a traceback."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bridge.axis.settings import FolderAxis
from bridge.settings import BadSettings, load
from tests.cli.command import Command, id_of

_NOBODY = {key: value for key, value in os.environ.items() if not key.startswith("DOCBRIDGE_")}


def docbridge(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """One call of the installed command."""
    command = [Path(sys.executable).parent / "docbridge", *arguments]
    done = subprocess.run(
        command, cwd=cwd, env={**_NOBODY, **(env or {})}, capture_output=True, check=False, timeout=60
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def test_init_writes_what_the_commands_need_and_overwrites_nothing(tmp_path: Path) -> None:
    assert docbridge("init", cwd=tmp_path).returncode == 0
    command = Command(tmp_path / "docbridge.toml")
    command("settings", "check")
    assert command("mails", "list", "--json").out == ""
    command("audit")
    before = (tmp_path / "docbridge.toml").read_bytes()
    assert "is there already" in command("init", tmp_path, code=2).err
    assert (tmp_path / "docbridge.toml").read_bytes() == before


def test_the_settings_file_is_that_of_the_option_else_of_the_environment_else_the_one_here(
    office: Command, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    missing = docbridge("mails", "list", cwd=elsewhere)
    assert (missing.returncode, b"`docbridge init` writes one" in missing.stderr) == (2, True)
    by_environment = {"DOCBRIDGE_CONFIG": str(office.settings)}
    assert docbridge("mails", "list", cwd=elsewhere, env=by_environment).returncode == 0
    absent = docbridge("--config", "absent.toml", "mails", "list", cwd=elsewhere, env=by_environment)
    assert (absent.returncode, b"absent.toml" in absent.stderr) == (2, True)
    assert docbridge("mails", "list", cwd=office.settings.parent).returncode == 0


def test_a_schema_of_another_version_stops_the_service_and_names_what_to_do(office: Command) -> None:
    database = office.settings.parent / "var" / "docbridge.sqlite3"
    for wal in database.parent.glob("docbridge.sqlite3*"):
        wal.unlink()
    said = docbridge("serve", cwd=office.settings.parent)
    assert (said.returncode, b"docbridge db migrate" in said.stderr) == (3, True)
    assert "docbridge db migrate" in office("mails", "list", code=3).err
    assert office("db", "status", "--json", code=1).one["version"] == "none"
    office("db", "migrate")
    assert office("db", "status", "--json").one["current"] is True


def test_a_world_that_is_away_is_exit_code_3(office: Command) -> None:
    away = {"DOCBRIDGE_STORE__DATABASE": "postgresql+psycopg://nobody@127.0.0.1:9/none"}
    said = docbridge("mails", "list", cwd=office.settings.parent, env=away)
    assert (said.returncode, said.stdout) == (3, b"")
    assert said.stderr.startswith(b"docbridge: not available now: ")


def test_octets_go_out_as_they_are_and_a_reader_that_leaves_is_no_error(reading: Command) -> None:
    mail_id = id_of(reading, "accepted")
    folder = reading.settings.parent
    said = docbridge("mails", "raw", mail_id, cwd=folder)
    assert said.stdout == (folder / "mails" / "correct.eml").read_bytes()
    script = f"{Path(sys.executable).parent / 'docbridge'} mails raw {mail_id} | head -c 10"
    piped = subprocess.run(["sh", "-c", script], cwd=folder, env=_NOBODY, capture_output=True, check=False)
    assert piped.stdout == said.stdout[:10]
    assert b"Traceback" not in piped.stderr


def test_module_and_command_are_the_same(tmp_path: Path) -> None:
    module = [sys.executable, "-m", "bridge", "--version"]
    by_module = subprocess.run(module, cwd=tmp_path, env=_NOBODY, capture_output=True, check=True)
    assert by_module.stdout == docbridge("--version", cwd=tmp_path).stdout
    assert re.fullmatch(rb"docbridge \d+\.\d+\.\d+\n", by_module.stdout)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[smtp_in]\nlisten = []\nmaxsize = "5 MB"\n', ':5: [smtp_in.maxsize] unknown key; did you mean "max_size"?'),
        ("[smtp]\nlisten = []\n", ':3: [smtp] unknown key; did you mean "smtp_in"?'),
        ('[smtp_in]\nmax_size = "5 miles"\n', ":4: [smtp_in.max_size]"),
        ('[web]\nlisten = "0.0.0.0:80"\n', ":4: [web.listen] without accounts only loopback"),
        (
            "[[axis]]\nname = 'a'\ndirectory = 'x'\n[[axis]]\nname = 'b'\ndirectory = 'y'\nkind = 'rest2'\n",
            ":9: [axis.1.kind]",
        ),
        ("[[axis]]\nname = 'cli'\ndirectory = 'x'\n", ":3: [axis.0] name:"),
        ("[office]\n", "docbridge.toml: "),
        ("=\n", "docbridge.toml: "),
    ],
    ids=lambda value: value.splitlines()[-1] if "\n" in value else "",
)
def test_a_setting_that_is_none_is_refused_with_file_line_and_the_nearest_key(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "docbridge.toml"
    file.write_text('office.organ_id = "H99"\noffice.name = "Sở"\n' + text, encoding="utf-8")
    said = Command(file)("settings", "check", code=2)
    assert says in said.err
    assert str(file) in said.err
    assert said.out == ""


def test_the_environment_stands_over_the_file_and_names_elements_of_arrays(office: Command) -> None:
    folder = office.settings.parent
    found = load(
        office.settings,
        {
            "DOCBRIDGE_SMTP_IN__MAX_SIZE": "7 MB",
            "DOCBRIDGE_SMTP_IN__LISTEN": '["127.0.0.1:7"]',
            "DOCBRIDGE_AXIS__TINH__ORGAN_ID_OF_OTHERS": "H99.1",
            "DOCBRIDGE_AXIS__SO__DIRECTORY": "./so",
            "DOCBRIDGE_IMAP_POLL__ACCOUNT__VAN_THU__HOST": "localhost",
            "DOCBRIDGE_IMAP_POLL__ACCOUNT__VAN_THU__USER": "a",
            "DOCBRIDGE_IMAP_POLL__ACCOUNT__VAN_THU__PASSWORD_FILE": "./secret",
        },
    )
    assert (found.smtp_in.max_size, found.smtp_in.listen) == (7_000_000, ("127.0.0.1:7",))
    assert [(axis.name, axis.organ_id_of_others) for axis in found.axis] == [("tinh", "H99.1"), ("so", "")]
    assert isinstance(found.axis[1], FolderAxis)
    assert found.axis[1].directory == folder / "so"
    assert [(one.name, one.host) for one in found.imap_poll.account] == [("van_thu", "localhost")]


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DOCBRIDGE_SMTP_IN__MAXSIZE", "1", 'did you mean "max_size"'),
        ("DOCBRIDGE_SMPT_IN__LISTEN", "1", 'did you mean "smtp_in"'),
        ("DOCBRIDGE_AXIS__TINH__FOLDER", "x", "unknown key"),
        ("DOCBRIDGE_DEBUG", "1", "names no setting"),
        ("DOCBRIDGE_OFFICE__NAME__X", "1", "below something that is no table"),
        ("DOCBRIDGE_SMTP_IN__MAX_SIZE", "many", "is not a size"),
    ],
)
def test_a_variable_that_sets_nothing_is_an_error_that_names_it(
    office: Command, variable: str, value: str, says: str
) -> None:
    with pytest.raises(BadSettings, match=re.escape(says)) as told:
        load(office.settings, {variable: value})
    assert variable in str(told.value)


@pytest.mark.parametrize(
    "noise",
    [b"", b"\0", bytes(range(256)) * 40, b"PK\3\4" + b"\0" * 50, b"<" * 5000],
    ids=["nothing", "a zero", "every octet", "half an archive", "brackets"],
)
def test_no_file_however_broken_brings_a_traceback(office: Command, tmp_path: Path, noise: bytes) -> None:
    file = tmp_path / "noise.eml"
    file.write_bytes(noise)
    for arguments in (
        ("ingest", file),
        ("organs", "import", file),
        ("correspondents", "import", file),
        ("routes", "import", file),
        ("trust", "add", file, "--list", "public", "--source", "x"),
        ("mails", "replay", "0", "--policy", file),
        ("settings", "check"),
    ):
        assert office(*arguments, code=None).code in (0, 1, 2)
    Command(file)("settings", "check", code=2)


@pytest.mark.parametrize("command", [(), ("mails",), ("mail",), ("mails", "show"), ("--config",), ("serve", "now")])
def test_wrong_usage_is_exit_code_2_and_says_nothing_on_standard_output(
    office: Command, command: tuple[str, ...]
) -> None:
    said = office(*command, code=2)
    assert said.out == ""
    assert said.err


@pytest.mark.parametrize(
    "command", [("--help",), ("mails", "complete", "-h"), ("findings", "list"), ("settings", "describe")]
)
def test_help_and_descriptions_need_no_settings_file(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert Command(tmp_path / "absent.toml")(*command).out
