"""The office's signatures: checked by OpenSSL, by opendkim and by dkimpy's own verifier; never left out in silence."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from io import BytesIO
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from outbound import domainkeys
from outbound.content import Message, kept, whole
from outbound.letter import Letter, LetterFile, compose
from outbound.settings import OutboundSettings
from outbound.signing import Signing
from store.delivery import TryLater
from tests.outbound.signers import (
    OFFICE,
    Key,
    certificate,
    dns_record,
    opendkim_says,
    openssl_says,
    pem,
    signing_settings,
    write,
)

NOW = datetime.now(UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def letter(content: bytes = PDF) -> bytes:
    return compose(
        Letter(
            sender=OFFICE,
            sender_name="Sở Nội vụ",
            recipient="người@nhan.example",
            subject="[Sở Nội vụ] 35/QĐ-SNV 20/11/2026 - V/v kiện toàn tổ chức",
            text="Kính gửi Quý cơ quan,\n\n.một dòng bắt đầu bằng dấu chấm  \n\n\n",
            html="<p>Kính gửi</p>",
            attachments=(LetterFile("Quyết định số 35.pdf", "application/pdf", content),),
            message_id="<018f@office.example>",
            date=datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
        )
    )


def octets(message: Message | TryLater) -> bytes:
    assert isinstance(message, Message), message
    return b"".join(message.blocks())


def files_of(raw: bytes) -> list[bytes]:
    """What a reader finds attached, the signature apart."""
    parts = [part for part in message_from_bytes(raw).walk() if part.get_filename()]
    found = [part.get_payload(decode=True) for part in parts if part.get_content_subtype() != "pkcs7-signature"]
    return [one for one in found if isinstance(one, bytes)]


@pytest.mark.parametrize("kind", ["rsa_key", "ec_key"])
def test_openssl_and_opendkim_take_the_signatures_for_good(
    kind: str, rsa_key: rsa.RSAPrivateKey, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    key: Key = request.getfixturevalue(kind)
    settings = signing_settings(tmp_path, key, certificate(key), dkim=rsa_key)
    original = letter()
    raw = octets(Signing(settings).sign(whole(original), NOW))
    assert settings.smime_certificate is not None
    good, content = openssl_says(raw, settings.smime_certificate, tmp_path)
    assert good
    assert content.replace(b"\r\n", b"\n").endswith(original.partition(b"\r\n\r\n")[2].replace(b"\r\n", b"\n"))
    record = dns_record(rsa_key)
    assert dkim.verify(raw, dnsfunc=lambda *_, **__: record.encode())
    assert "dkim=pass" in opendkim_says(raw, record, tmp_path)
    assert files_of(raw) == [PDF]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_changed_letter_is_seen_by_both(rsa_key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    settings = signing_settings(tmp_path, rsa_key, certificate(rsa_key), dkim=rsa_key)
    raw = octets(Signing(settings).sign(whole(letter()), NOW))
    assert settings.smime_certificate is not None
    changed = raw.replace(b"JVBERi", b"JVBERj", 1)
    assert changed != raw
    assert not openssl_says(changed, settings.smime_certificate, tmp_path)[0]
    assert not dkim.verify(changed, dnsfunc=lambda *_, **__: dns_record(rsa_key).encode())
    second_author = b"From: other@evil.example\r\n" + raw
    assert not dkim.verify(second_author, dnsfunc=lambda *_, **__: dns_record(rsa_key).encode())


@pytest.mark.parametrize("kind", ["rsa_key", "ec_key"])
def test_a_letter_tried_twice_is_the_same_letter_and_a_large_one_is_never_in_memory(
    kind: str, rsa_key: rsa.RSAPrivateKey, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    key: Key = request.getfixturevalue(kind)
    signing = Signing(signing_settings(tmp_path, key, certificate(key), dkim=rsa_key))
    raw = letter(os.urandom(700_000))
    first = octets(signing.sign(whole(raw), NOW))
    later = signing.sign(kept(lambda: BytesIO(raw), len(raw)), NOW + timedelta(hours=1))
    assert octets(later) == first
    assert isinstance(later, Message)
    assert sum(len(piece) for piece in later.body if isinstance(piece, bytes)) < 10_000
    assert later.size == len(first)


@pytest.mark.parametrize(
    ("made", "now", "why"),
    [
        pytest.param(lambda key: certificate(key, ends=timedelta(days=-1)), NOW, "ended", id="ended"),
        pytest.param(lambda key: certificate(key, begins=timedelta(days=1)), NOW, "from", id="not yet"),
        pytest.param(certificate, NOW + timedelta(days=400), "ended", id="ended since it was read"),
        pytest.param(
            lambda key: certificate(key, address="noivu@office.example"), NOW, "address", id="of another address"
        ),
        pytest.param(
            lambda _: certificate(rsa.generate_private_key(65537, 2048)), NOW, "another certificate", id="another key's"
        ),
        pytest.param(
            lambda key: certificate(key, use=ExtendedKeyUsageOID.SERVER_AUTH), NOW, "not made for mail", id="a server's"
        ),
    ],
)
def test_a_certificate_that_may_not_sign_keeps_the_letter_waiting(
    made: Callable[[Key], object], now: datetime, why: str, rsa_key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    chain, secret = write(tmp_path, rsa_key, made(rsa_key))  # type: ignore[arg-type]
    signing = Signing(OutboundSettings(smime_certificate=chain, smime_key=secret))
    waits = signing.sign(whole(letter()), now)
    assert isinstance(waits, TryLater)
    assert waits.reply.code == 451
    assert why in waits.reply.cause
    assert signing.problem(OFFICE, now) == waits.reply.cause


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("office.crt", b"no certificate", id="no certificate"),
        pytest.param("office.key", b"no key", id="no key"),
        pytest.param("office.key", None, id="no file"),
        pytest.param("dkim.key", b"no key", id="no key of the domain"),
    ],
)
def test_a_file_that_is_none_keeps_the_letter_waiting_until_it_is_mended(
    name: str, content: bytes | None, rsa_key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    signing = Signing(signing_settings(tmp_path, rsa_key, certificate(rsa_key), dkim=rsa_key))
    good = (tmp_path / name).read_bytes()
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    waits = signing.sign(whole(letter()), NOW)
    assert isinstance(waits, TryLater)
    assert signing.problem(OFFICE, NOW)
    (tmp_path / name).write_bytes(good)
    assert isinstance(signing.sign(whole(letter()), NOW), Message)
    assert not signing.problem(OFFICE, NOW)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="no body"),
        pytest.param(b"\r\n", id="an empty line"),
        pytest.param(b"\r\n\r\n\r\n", id="empty lines"),
        pytest.param(b"\r\n\r\na\r\n", id="empty lines before"),
        pytest.param(b"a\r\n\r\n\r\n", id="empty lines behind"),
        pytest.param(b"a  \t b \r\n c\t\r\n \r\n\r\n", id="blanks"),
        pytest.param(b"a\r\n\r\n\r\nb\r\n", id="empty lines between"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_a_body_cut_anywhere_is_hashed_as_dkimpy_hashes_it_whole(
    body: bytes, size: int, rsa_key: rsa.RSAPrivateKey
) -> None:
    head = b"From: a@office.example\r\nDate: Fri, 20 Nov 2026 08:00:00 +0000\r\n"
    pieces = tuple(body[at : at + size] for at in range(0, len(body), size))
    key = domainkeys.loaded(pem(rsa_key))
    raw = octets(domainkeys.signed(Message(head, pieces), key, "office.example", "s2026", NOW))
    assert dkim.verify(raw, dnsfunc=lambda *_, **__: dns_record(rsa_key).encode())
