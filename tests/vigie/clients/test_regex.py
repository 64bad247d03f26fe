"""What is taken as a regular expression. That RE2 takes it too is shown against a real Prometheus."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.clients.errors import BadFilter
from vigie.clients.regex import check_regex, quote

TAKEN = [
    "", "a", "error|fatal", "(?i)shell", r"^\d{1,3}(\.\d{1,3}){3}$", "[a-z0-9_-]+", "[^]a-z]".replace("]", "", 1),
    "(?P<name>x+)y*?", r"\bFATAL\b", "a{3}", "a{3,}", "a{3,5}?", "(?:a|b)*", r"\$\{x\}", "[[:alpha:]_]+", r"[\w.-]+",
    "(?i:x)y", r"\x41", ".+", "()", "a||b", "é+", r"\Aabc\z", "(?s-i:.)", "((a{10}){10}){10}", "^*",
]  # fmt: skip
REFUSED = {
    "(": "never closed",
    ")": "has no (",
    "a(?!b)": "limited to",
    "a(?=b)": "limited to",
    "(?<=a)b": "limited to",
    "(?<!a)b": "limited to",
    "(?>a)": "limited to",
    "(?#x)": "limited to",
    "(?P=n)": "limited to",
    "(?<n>a)": "limited",
    "(?(1)a|b)": "limited to",
    r"(a)\1": "back references",
    r"\Z": "no escape",
    r"\u0041": "no escape",
    "\\": "no escape",
    r"\pL": "no escape",
    r"\Qa": "no escape",
    "*a": "nothing to repeat",
    "a**": "nothing to repeat",
    "a*+": "nothing to",
    "a{2}{3}": "nothing to repeat",
    "(?i)*": "nothing to repeat",
    "a|*": "nothing to repeat",
    "(*)": "nothing to repeat",
    "a{,3}": "brace",
    "a{x}": "brace",
    "a{1001}": "1000",
    "a{3,1}": "ends before",
    "((a{11}){11}){11}": "1000",
    "[": "never closed",
    "[]": "never closed",
    "[]a]": "never closed",
    "[z-a]": "ends before",
    r"[\d-z]": "never closed",
    "[a-c-e]": "never closed",
    "[[:nope:]]": "never closed",
    "(?P<a>x)(?P<a>y)": "same name",
    "(" * 60 + ")" * 60: "deep",
    "a" * 201: "201 characters",
    "\ud800": "half a character",
}


@pytest.mark.parametrize("pattern", TAKEN)
def test_it_takes_what_re2_takes(pattern: str) -> None:
    assert check_regex(pattern) == pattern


@pytest.mark.parametrize("pattern", REFUSED)
def test_it_refuses_what_re2_may_not_take_and_says_why(pattern: str) -> None:
    with pytest.raises(BadFilter) as raised:
        check_regex(pattern)
    assert REFUSED[pattern] in raised.value.sentence


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=90))
def test_quoted_text_is_always_taken(text: str) -> None:
    assert check_regex(quote(text))[:0] == ""


def taken(pattern: str) -> bool:
    """Whether it is taken; anything but a clear refusal fails the test, and endless backtracking never ends it."""
    with contextlib.suppress(BadFilter):
        return check_regex(pattern) == pattern
    return False


@given(st.text("()[]{}?*+|\\^$.-,:ia01<>P=!d", max_size=200))
def test_it_takes_or_refuses_and_never_fails_in_any_other_way(pattern: str) -> None:
    assert taken(pattern) in (True, False)


@pytest.mark.parametrize("pattern", ["[" + "a" * 199, "[" + "-a" * 99, "(" * 200, "[a" * 100, "{" * 200])
def test_it_answers_at_once_for_what_is_made_to_be_slow(pattern: str) -> None:
    assert not taken(pattern)
