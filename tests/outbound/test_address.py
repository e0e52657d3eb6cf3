"""Addresses of the SMTP envelope: one mailbox or none."""

import pytest

from outbound import address


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        pytest.param("vanthu@ninhbinh.gov.vn", "vanthu@ninhbinh.gov.vn", id="an office"),
        pytest.param("A.b+c@Example.VN", "A.b+c@example.vn", id="only the domain is folded"),
        pytest.param('"a b"@example.vn', '"a b"@example.vn', id="a quoted local part"),
        pytest.param('"a\\"b@c"@example.vn', '"a\\"b@c"@example.vn', id="a quoted quote and at"),
        pytest.param("a@công-ty.vn", "a@xn--cng-ty-ixa.vn", id="an IDN"),
        pytest.param("người@example.vn", "người@example.vn", id="a local part beyond ASCII"),
        pytest.param("ngu\u031bo\u031b\u0300i@example.vn", "người@example.vn", id="decomposed letters are composed"),
        pytest.param("a@[192.0.2.1]", "a@[192.0.2.1]", id="an address literal"),
        pytest.param("root@localhost", "root@localhost", id="the machine itself"),
    ],
)
def test_one_mailbox_is_read(text: str, wire: str) -> None:
    assert str(address.read(text)) == wire


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("a", id="no domain"),
        pytest.param("@example.vn", id="no local part"),
        pytest.param("a@", id="an empty domain"),
        pytest.param("a@gmailcom", id="a domain without a dot"),
        pytest.param("a@b..vn", id="an empty label"),
        pytest.param("a@-b.vn", id="a label that begins with a hyphen"),
        pytest.param(".a@b.vn", id="a dot in front"),
        pytest.param("a b@c.vn", id="a blank"),
        pytest.param("a@b.vn ", id="a blank behind"),
        pytest.param("<a@b.vn>", id="angle brackets"),
        pytest.param("A <a@b.vn>", id="a display name"),
        pytest.param("a@b.vn,c@d.vn", id="two"),
        pytest.param("a@b.vn\r\nRCPT TO:<c@d.vn>", id="a command"),
        pytest.param('"a\r\n"@b.vn', id="CR LF in quotes"),
        pytest.param("a\u200b@b.vn", id="an invisible character"),
        pytest.param(f"{'a' * 65}@b.vn", id="a local part of 65 octets"),
        pytest.param(f"a@{'b.' * 130}vn", id="a domain of more than 253 octets"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(address.UnfitAddressError) as refused:
        address.read(text)
    assert text == "" or text not in str(refused.value)
