"""Properties of the mail reader over generated input: it never raises, and agrees with the standard library."""

import email
import email.policy
import unicodedata
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from validation.bounce import bounces
from validation.classify import classify
from validation.message import read

FRAGMENTS = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"--",
        b"--b",
        b"--b--",
        b" ",
        b"\t",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        b"Content-Type: message/delivery-status",
        b"Content-Type: message/rfc822",
        b"Content-Type: text/html; charset=utf-16",
        b"Content-Type: text/plain; charset=idna",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*0*=utf-8''a%",
        b"; filename*99999=x",
        b'; name="',
        b"Subject: =?utf-8?B?",
        b"?=",
        b"=?x?Q?",
        b"From: <",
        b"To: a:;,(((",
        b"Date: Mon, 99 Foo 99999 99:99:99 +9999",
        b"Final-Recipient: rfc822;",
        b"Action: failed",
        b"begin 644 a",
        b"end",
        b"=",
        b"QUJD",
        b"\x00\xff\xfe",
        b"<script>",
        b"<!--",
    ]
)
HOSTILE = st.lists(st.one_of(FRAGMENTS, st.binary(max_size=12)), max_size=40).map(b"".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=400), HOSTILE))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    """Nothing that is asked of a mail raises, and every text is NFC without surrogates."""
    message = read(raw)
    texts = [message.subject, message.text, message.message_id, message.header("Content-Type")]
    texts += [segment for attachment in message.attachments for segment in attachment.path]
    texts += [part for mailbox in message.mailboxes("To") for part in (mailbox.name, mailbox.address)]
    for text in texts:
        assert unicodedata.normalize("NFC", text) == text
        text.encode("utf-8")
    for attachment in message.attachments:
        assert attachment.name
        assert not set(attachment.name) & set("/\\\x00\r\n")
    assert len({attachment.path for attachment in message.attachments}) == len(message.attachments)
    assert message.date is None or message.date.tzinfo is not None
    classify(message, "")
    bounces(message)


NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20).map(lambda text: f"{text}.bin")
FILES = st.lists(st.tuples(NAMES, st.binary(max_size=300)), max_size=5)


@settings(max_examples=100, deadline=None)
@given(FILES, st.sampled_from([email.policy.SMTP, email.policy.default]))
def test_attachments_of_a_sane_mail_are_what_the_standard_library_reads(
    files: list[tuple[str, bytes]], policy: email.policy.EmailPolicy
) -> None:
    """Same octets, same order."""
    built = EmailMessage(policy=policy)
    built["Subject"] = "Hồ sơ"
    built.set_content("Kính gửi\n")
    for name, content in files:
        built.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    raw = built.as_bytes()
    theirs = [
        part.get_payload(decode=True)
        for part in email.message_from_bytes(raw, policy=email.policy.default).walk()
        if part.get_content_disposition() == "attachment"
    ]
    message = read(raw)
    assert [attachment.content for attachment in message.attachments] == theirs == [content for _, content in files]
    assert message.subject == "Hồ sơ"
    assert message.text.strip() == "Kính gửi"
    assert not message.observations


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=15), st.sampled_from(["utf-8", "utf-16", "cp1258", "iso-2022-jp"])), max_size=6)
)
def test_encoded_words_decode_to_nfc(words: list[tuple[str, str]]) -> None:
    """What was encoded comes back, composed; control characters apart."""
    kept = [
        (text, charset)
        for text, charset in words
        if text.isprintable() and _encodes(text, charset) and not set(text) & set("\x1b=?")
    ]
    encoded = b" ".join(
        b"=?" + charset.encode() + b"?Q?" + b"".join(b"=%02X" % byte for byte in text.encode(charset)) + b"?="
        for text, charset in kept
        if text
    )
    expected = "".join(text for text, charset in kept)
    if all(charset == "utf-8" for _, charset in kept):
        assert read(b"X: " + encoded + b"\r\n\r\n").header("X") == unicodedata.normalize("NFC", expected).strip()
    else:
        read(b"X: " + encoded + b"\r\n\r\n").header("X")


def _encodes(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
