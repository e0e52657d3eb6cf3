"""The token of return paths and reply addresses: survives mail servers, cannot be forged."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound import address, token

_SECRET = b"a secret of the tests, 32 octets"
_DELIVERY = "01936b2e-7f00-7abc-8def-0123456789ab"


@given(st.uuids(), st.binary(min_size=16, max_size=64))
def test_what_was_minted_is_read_in_any_case_of_letters(delivery: uuid.UUID, secret: bytes) -> None:
    made = token.mint(str(delivery), secret)
    assert token.read(made, secret) == str(delivery)
    assert token.read(made.upper(), secret) == str(delivery)
    address.read(f"bounce+{made}@example.vn")


@given(st.integers(0, 41), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_one_letter_changed_is_not_ours(place: int, letter: str) -> None:
    made = token.mint(_DELIVERY, _SECRET)
    forged = made[:place] + letter + made[place + 1 :]
    assert token.read(forged, _SECRET) == (_DELIVERY if forged == made else None)


def test_a_token_of_another_secret_is_not_ours() -> None:
    assert token.read(token.mint(_DELIVERY, b"another secret"), _SECRET) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("bounce+{0}@example.vn", id="as sent"),
        pytest.param("BOUNCE+{1}@EXAMPLE.VN", id="in capitals"),
    ],
)
def test_an_address_of_ours_names_its_delivery(text: str) -> None:
    made = token.mint(_DELIVERY, _SECRET)
    assert token.ours(text.format(made, made.upper()), "bounce+{token}@example.vn", _SECRET) == _DELIVERY


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("reply+{0}@example.vn", id="another pattern"),
        pytest.param("bounce+{0}@example.com", id="another domain"),
        pytest.param("bounce+{0}x@example.vn", id="longer"),
        pytest.param("bounce+@example.vn", id="no token"),
        pytest.param("bounce+" + "a" * 42 + "@example.vn", id="a token made up"),
        pytest.param("bounce+{0}@example.vn\r\nRSET", id="more behind it"),
    ],
)
def test_any_other_address_names_nothing(text: str) -> None:
    made = token.mint(_DELIVERY, _SECRET)
    assert token.ours(text.format(made), "bounce+{token}@example.vn", _SECRET) is None


def test_a_pattern_without_a_place_is_a_fixed_address_and_names_nothing() -> None:
    assert token.address("bounces@example.vn", _DELIVERY, _SECRET) == "bounces@example.vn"
    assert token.ours("bounces@example.vn", "bounces@example.vn", _SECRET) is None


def test_the_pattern_gives_the_address_that_is_read_back() -> None:
    made = token.address("bounce+{token}@example.vn", _DELIVERY, _SECRET)
    assert token.ours(made, "bounce+{token}@example.vn", _SECRET) == _DELIVERY
