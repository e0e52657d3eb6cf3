"""A bridge without a smarthost that signs: its letters go straight to the domain, sealed; without its key they wait."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bridge.demo.pki import Pki
from store.delivery import Done
from tests.journeys.house import DOOR, OFFICE, House
from tests.journeys.post import signed
from tests.journeys.test_way_out import letters, put, receiver, taken
from tests.outbound import signers
from tests.servers.dns import NameServer
from tests.servers.postfix import PostfixSink
from tests.servers.wait import LOOPBACK, wait_until


@pytest.mark.timeout(240)
def test_letters_go_straight_to_the_domain_signed_and_wait_while_they_cannot_be(
    build: Callable[..., House], postfix_server: PostfixSink, names: NameServer, pki: Pki, tmp_path: Path
) -> None:
    names.zone["nhan.example"] = {"MX": ["10 mx.nhan.example."]}
    names.zone["mx.nhan.example"] = {"A": [LOOPBACK]}
    key, domain_key = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)
    config = signers.signing_settings(tmp_path, key, signers.certificate(key, address=DOOR), dkim=domain_key)
    assert config.smime_certificate is not None
    good = config.smime_certificate.read_bytes()
    bridge = build(
        {
            "OUTBOUND__SMARTHOST": "",
            "OUTBOUND__MX_PORT": str(postfix_server.port),
            "OUTBOUND__TLS": "opportunistic",
            "OUTBOUND__HOSTNAME": f"bridge.{OFFICE}",
            "OUTBOUND__SMIME_CERTIFICATE": str(config.smime_certificate),
            "OUTBOUND__SMIME_KEY": str(config.smime_key),
            "OUTBOUND__DKIM_KEY": str(config.dkim_key),
            "OUTBOUND__DKIM_SELECTOR": config.dkim_selector,
            "RESOLVER__NAMESERVERS": f'["{LOOPBACK}:{names.port}"]',
            "RESOLVER__TIMEOUT": "2 s",
        }
    )
    bridge.start()
    address, pdf = receiver(bridge), signed(pki)
    put(bridge, pdf, [address])
    (letter,) = postfix_server.wait_for(address, deadline=60)
    raw = letter.raw[letter.raw.index(b"DKIM-Signature:") :].replace(b"\n", b"\r\n")
    assert signers.openssl_says(raw, config.smime_certificate, tmp_path)[0]
    assert "dkim=pass" in signers.opendkim_says(raw, signers.dns_record(domain_key), tmp_path, OFFICE)
    parts = [part for part in message_from_bytes(raw, policy=default).walk() if part.get_filename()]
    assert parts[0].get_payload(decode=True) == pdf

    config.smime_certificate.write_bytes(signers.old_pem(key, DOOR, ends=timedelta(days=-1)))
    other = receiver(bridge)
    mail = taken(bridge, put(bridge, signed(pki), [other]))
    (delivery,) = letters(bridge, mail)
    (first, *_) = wait_until(lambda: bridge.store.deliveries.attempts(delivery.id), 60, "an attempt")
    assert (first.word, first.reply.enhanced) == ("try-later", "4.7.0")
    assert "ended" in first.reply.cause
    assert postfix_server.letters(other) == []
    config.smime_certificate.write_bytes(good)
    (late,) = postfix_server.wait_for(other, deadline=60)
    assert b"multipart/signed" in late.raw

    def settled() -> bool:
        found = bridge.store.deliveries.get(delivery.id)
        return found is not None and isinstance(found.state, Done)

    wait_until(settled, 30, "the outcome on record")
