"""`doctor`: finds what is wrong with what the service stands on, on real ports, servers and directories."""

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bridge.demo.office import DemoOffice
from bridge.doctor.anchors import anchors
from bridge.doctor.checkup import Checkup, Condition
from bridge.doctor.departing import mail_servers, signatures
from bridge.doctor.machine import directories
from bridge.doctor.mailboxes import mailboxes
from bridge.doctor.names import dns
from bridge.doctor.ports import ports
from bridge.doctor.records import schema
from bridge.doctor.relays import relays
from bridge.settings import Settings, load
from tests.cli.command import Command
from tests.outbound import signers
from tests.servers.dovecot import Dovecot, ImapUser
from tests.servers.postfix import PostfixSink


def settings(command: Command, **variables: str) -> Settings:
    """The settings with some laid over."""
    return load(command.settings, {f"DOCBRIDGE_{key}": value for key, value in variables.items()})


def of(found: "list[Checkup]", beginning: str) -> Checkup:
    """The only checkup whose name begins so."""
    (one,) = (checkup for checkup in found if checkup.check.startswith(beginning))
    return one


def test_every_part_is_looked_at_and_every_problem_says_what_to_do(office: Command) -> None:
    said = office("doctor", "--json", code=1)
    found = {one["check"]: one for one in said.lines}
    assert all(one.keys() == {"check", "state", "says", "do"} for one in said.lines)
    assert {one["state"] for one in said.lines} <= {"ok", "warning", "problem"}
    assert all(one["do"] for one in said.lines if one["state"] != "ok")
    assert [check for check, one in found.items() if one["state"] == "problem"] == ["smarthost 127.0.0.1:9"]
    assert {f"sandbox {wall}" for wall in ("memory", "cpu", "network", "files", "processes")} <= found.keys()
    for check in ("settings", "libraries", "schema", "disk", "trust government", "revocation", "port 127.0.0.1:1"):
        assert found[check]["state"] == "ok", found[check]


def test_bad_settings_are_a_problem_too_and_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "docbridge.toml"
    file.write_text("[offic]\n", encoding="utf-8")
    said = Command(file)("doctor", code=1)
    assert 'did you mean "office"' in said.out
    assert "✓ libraries: " in said.out


def test_a_port_that_another_program_holds_is_a_problem(office: Command) -> None:
    with create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        other.settimeout(0)
        found = list(ports(settings(office, SMTP_IN__LISTEN=f'["{taken}"]')))
    assert of(found, f"port {taken}").state is Condition.PROBLEM


def test_a_port_that_a_mail_server_of_others_holds_is_told_by_its_greeting(
    office: Command, postfix_server: PostfixSink
) -> None:
    taken = f"127.0.0.1:{postfix_server.port}"
    found = of(list(ports(settings(office, SMTP_IN__LISTEN=f'["{taken}"]'))), f"port {taken}")
    assert (found.state, found.says) == (Condition.PROBLEM, "taken by another program (greets with 220)")


def test_a_smarthost_that_answers_is_well(office: Command, postfix_server: PostfixSink) -> None:
    found = list(mail_servers(settings(office, OUTBOUND__SMARTHOST=f"127.0.0.1:{postfix_server.port}")))
    assert [one.state for one in found] == [Condition.OK]
    assert "DSN" in found[0].says


def test_an_account_that_lets_us_in_is_well_and_one_that_does_not_is_a_problem(
    office: Command, dovecot: Dovecot, imap_user: ImapUser, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text(imap_user.password, encoding="utf-8")
    bad.write_text("wrong", encoding="utf-8")
    states = {}
    for name, file in (("good", good), ("bad", bad), ("absent", tmp_path / "absent")):
        account = {
            "HOST": "127.0.0.1",
            "PORT": str(dovecot.port),
            "USER": imap_user.name,
            "TLS": "none",
            "PASSWORD_FILE": str(file),
            "ADDRESSES": '["a@mau.test"]',
        }
        laid = {f"IMAP_POLL__ACCOUNT__{name.upper()}__{key}": value for key, value in account.items()}
        states[name] = of(list(mailboxes(settings(office, **laid))), f"imap {name}/INBOX").state
    assert states == {"good": Condition.OK, "bad": Condition.PROBLEM, "absent": Condition.PROBLEM}


def test_a_resolver_that_does_not_answer_is_a_warning(office: Command) -> None:
    (found,) = dns(settings(office, RESOLVER__NAMESERVERS='["127.0.0.1:9"]', RESOLVER__TIMEOUT="300 ms"))
    assert found.state is Condition.WARNING
    (found,) = dns(settings(office, RESOLVER__NAMESERVERS='["resolver.example"]'))
    assert found.state is Condition.PROBLEM


@pytest.mark.parametrize(
    ("listen", "relays_named", "states"),
    [
        ("127.0.0.1:2525", "", [Condition.WARNING]),
        ("[::1]:2525", "", [Condition.WARNING]),
        ("127.0.0.1:2525", "127.0.0.1/32", [Condition.OK]),
        ("0.0.0.0:25", "", []),
    ],
    ids=[
        "only this machine can reach the door and no relay is named",
        "the same by IPv6",
        "the relay of this machine is named",
        "the world can reach the door",
    ],
)
def test_whoever_stands_in_front_of_the_door_must_be_named(
    office: Command, listen: str, relays_named: str, states: list[Condition]
) -> None:
    laid = {
        "SMTP_IN__LISTEN": f'["{listen}"]',
        "POLICY__TRUSTED_RELAYS": f'["{relays_named}"]' if relays_named else "[]",
    }
    assert [found.state for found in relays(settings(office, **laid))] == states


@pytest.mark.parametrize(
    ("days", "check", "state"),
    [(3, "revocation", Condition.OK), (400, "revocation", Condition.WARNING)],
    ids=["lists that are current", "lists that have ended"],
)
def test_lists_of_revocation_are_looked_at_in_time(
    template: DemoOffice, days: int, check: str, state: Condition
) -> None:
    moment = datetime.now(UTC) + timedelta(days=days)
    found = [one for one in anchors(load(template.settings_file, {}), moment) if one.check == check]
    assert {one.state for one in found} == {state}


def test_a_trust_directory_without_anchors_is_a_problem_and_an_anchor_near_its_end_a_warning(office: Command) -> None:
    found = list(anchors(settings(office), datetime.now(UTC) + timedelta(days=365 * 19 - 10)))
    assert of(found, "certificate government").state is Condition.WARNING
    shutil.rmtree(office.settings.parent / "trust" / "government")
    found = list(anchors(settings(office), datetime.now(UTC)))
    assert of(found, "trust government").state is Condition.PROBLEM
    assert "docbridge trust add" in of(found, "trust government").do


def test_a_schema_that_is_older_newer_or_absent_is_a_problem(office: Command) -> None:
    database = office.settings.parent / "var" / "docbridge.sqlite3"
    for version, does in (("0001", "docbridge db migrate"), ("9999", "install that docbridge")):
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        (found,) = schema(settings(office))
        assert (found.state, found.do) == (Condition.PROBLEM, does)
    shutil.rmtree(database.parent)
    (found,) = schema(settings(office))
    assert (found.state, found.do) == (Condition.PROBLEM, "docbridge db migrate")
    assert not database.parent.exists(), "looking makes nothing"


def test_a_directory_that_is_a_file_is_a_problem(office: Command) -> None:
    shutil.rmtree(office.settings.parent / "trust")
    (office.settings.parent / "trust").touch()
    assert of(list(directories(settings(office))), "directory [trust]").state is Condition.PROBLEM


def test_without_a_smarthost_the_machine_needs_a_name_that_others_know(office: Command) -> None:
    (one,) = mail_servers(settings(office, OUTBOUND__SMARTHOST=""))
    assert one.state is Condition.WARNING
    (one,) = mail_servers(settings(office, OUTBOUND__SMARTHOST="", OUTBOUND__HOSTNAME="mail.office.example"))
    assert one.state is Condition.OK


def test_a_certificate_that_may_not_sign_letters_is_a_problem_and_one_that_ends_soon_a_warning(
    office: Command, tmp_path: Path
) -> None:
    now, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
    chain, secret = signers.write(tmp_path, key, signers.certificate(key, ends=timedelta(days=100)))
    given = settings(
        office,
        OUTBOUND__SENDER=signers.OFFICE,
        OUTBOUND__SMIME_CERTIFICATE=str(chain),
        OUTBOUND__SMIME_KEY=str(secret),
    )
    states = [of(list(signatures(given, now + timedelta(days=days))), "signing") for days in (0, 90, 101)]
    assert [one.state for one in states] == [Condition.OK, Condition.WARNING, Condition.PROBLEM]
    assert "ended" in states[2].says
