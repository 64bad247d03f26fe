"""Addresses as applications write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.parsers.addresses import address_in


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1/32 ", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_an_address_is_found_with_what_stands_beside_it(text: str, address: str) -> None:
    assert str(address_in(text)) == address


@pytest.mark.parametrize(
    "text", [None, "", "unknown", "192.0.2.1, 198.51.100.2", "192.0.2.256", "1:2", "[", "1" * 5000]
)
def test_anything_else_is_no_address(text: str | None) -> None:
    assert address_in(text) is None


@given(st.text(alphabet="0123456789abcdef:.[]%/ x\u0661", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    found = address_in(text)
    assert found is None or "%" not in str(found)
