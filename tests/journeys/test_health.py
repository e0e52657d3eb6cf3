"""Health and metrics of the running service: what a monitor sees while mail goes through it."""

import json
import urllib.error
import urllib.request
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bridge.demo.pki import Pki
from store.mail import MailState
from tests.journeys.house import DOOR, House
from tests.journeys.post import from_agency, from_business, signed
from tests.servers.wait import LOOPBACK


def asked(house: House, path: str) -> tuple[int, str, bytes]:
    """Status, media type and body."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{LOOPBACK}:{house.web}{path}", timeout=20) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def samples(house: House) -> dict[str, float]:
    """Every sample of /metrics, by name and labels as they are written."""
    status, media_type, body = asked(house, "/metrics")
    assert (status, media_type.partition(";")[0]) == (200, "text/plain")
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_what_went_through_is_counted(bridge: House, pki: Pki) -> None:
    before = samples(bridge)
    good, bad = from_agency(signed(pki)), from_business(())
    for mail in (good, bad):
        bridge.send(mail.raw, mail.mail_from)
    bridge.judged(good.message_id, MailState.ACCEPTED)
    bridge.judged(bad.message_id, MailState.HELD)
    bridge.settled()
    after = samples(bridge)
    for name, more in (
        ("docbridge_mails[accepted]", 1),
        ("docbridge_mails[held]", 1),
        ("docbridge_deliveries[envelope][done]", 1),
    ):
        assert after[name] - before.get(name, 0) == more, name
    assert after["docbridge_intake_commits_total"] > before["docbridge_intake_commits_total"]
    assert after["docbridge_queue_age_seconds[judge]"] == 0
    assert after["docbridge_store_up"] == after["docbridge_part_up[worker-0]"] == 1
    assert after["process_resident_memory_bytes"] > 0


def test_ready_names_each_part_and_how_long_each_queue_has_waited(bridge: House) -> None:
    bridge.settled()
    status, media_type, body = asked(bridge, "/health/ready")
    told = json.loads(body)
    # One account of these journeys has a wrong password, and that is all that is wrong.
    assert {name.partition("/")[0] for name, said in told["parts"].items() if said != "ok"} == {"imap-wrong"}
    assert (status, media_type, told["ready"], told["store"]) == (503, "application/json", False, "ok")
    assert {"worker-0", "notifier", "axis-tinh"} <= set(told["parts"])
    assert told["queues"]["judge"] == {"count": 0, "oldest_seconds": 0.0}


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "/health/live"])
def test_a_monitor_sees_no_word_of_a_mail(bridge: House, path: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "nobody@stranger.test", DOOR
    mail["Subject"], mail["Message-ID"] = "Chuyen rieng", f"<{path[1:].replace('/', '-')}@stranger.test>"
    mail.set_content("Noi dung rieng")
    bridge.send(mail.as_bytes(policy=SMTP), "nobody@stranger.test")
    bridge.judged(mail["Message-ID"])
    _, _, body = asked(bridge, path)
    for word in ("stranger", "rieng", "nobody"):
        assert word not in body.decode()
