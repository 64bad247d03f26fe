"""Whatever is typed: a query or a QueryError, at once."""

import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vigie.query.made import HOSTILE, patient
from vigie.query import FIELDS, QueryError, complete, parse
from vigie.query.fields import ALIASES
from vigie.query.parser import MOST_LETTERS

_BITS = [
    *HOSTILE, *FIELDS, *ALIASES, "\0", "\ud800", "AND", "OR", "NOT", " ", ":", "(", ")", '"', "-", "*", "..", "/24",
    "source:(", "severity:>=", "rule:*", "é" * 50, "(" * 30, "-" * 30, "NOT " * 30,
]  # fmt: skip


def refusal(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def test_ten_thousand_hostile_texts_are_queries_or_refused_at_a_place_within_them() -> None:
    chance = random.Random(20)
    for _ in range(10_000):
        text = "".join(chance.choices(_BITS, k=chance.randrange(1, 12)))
        error = refusal(text)
        assert error is None or 0 <= error.position <= error.position + error.length <= len(text), text


@patient
@given(st.text(st.characters(), max_size=80))
def test_random_text_is_a_query_or_refused_in_printable_words(text: str) -> None:
    error = refusal(text)
    assert error is None or (str(error).isprintable() and len(str(error)) < 300)


@patient
@given(st.text(st.characters(), max_size=60), st.integers(-5, 70))
def test_completing_never_fails_and_marks_a_place_in_the_text(text: str, cursor: int) -> None:
    found = complete(text, cursor)
    assert 0 <= found.start <= found.end <= len(text)


@pytest.mark.parametrize(
    "bit", ["(", "-", "NOT ", "-(", "source:(", '"', "\\", "*", "a*", "x ", "x OR ", "user:", "a.", "..", ">", "1"]
)
def test_the_longest_text_of_one_sign_costs_few_steps(bit: str) -> None:
    """Counted in calls and lines rather than in seconds: a square of the length would be millions."""
    text = (bit * MOST_LETTERS)[:MOST_LETTERS]
    assert _lines_run(lambda: refusal(text)) < 300 * MOST_LETTERS
    assert _lines_run(lambda: complete(text, len(text))) < 300 * MOST_LETTERS


@settings(patient, max_examples=30)
@given(st.integers(61, 1990))
def test_deep_nesting_is_refused_before_it_is_deep(levels: int) -> None:
    error = refusal("(" * levels)
    assert error is not None
    assert error.sentence == "The query is nested too deep."


def test_a_query_that_is_too_long_says_so_at_the_first_letter_too_many() -> None:
    error = refusal("x" * 2001)
    assert error is not None
    assert (error.position, error.length, error.sentence) == (2000, 1, "The query is 2001 characters long.")


@pytest.mark.parametrize("letter", ["\0", "\ud800"])
def test_what_no_event_can_hold_is_refused_where_it_stands(letter: str) -> None:
    error = refusal(f"ab{letter}")
    assert error is not None
    assert (error.position, error.length) == (2, 1)


def _lines_run(work: Callable[[], object]) -> int:
    lines = 0

    def count(_frame: FrameType, _event: str, _given: Any) -> Any:
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines
