"""Lengths of time, written and read."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.sources_board.lengths import exact, length, length_in


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (137, "2 min 17 s"), (7200, "2 h"), (97200, "1 day 3 h"), (200_000, "2 days 7 h")],
)
def test_a_length_is_said_in_at_most_two_units(seconds: int, said: str) -> None:
    assert length(timedelta(seconds=seconds)) == said


@given(st.integers(0, 40 * 86_400))
def test_what_stands_in_a_field_is_read_back_to_the_second(seconds: int) -> None:
    assert length_in(exact(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@given(st.integers(0, 86_399))
def test_what_is_said_of_less_than_an_hour_is_read_back(seconds: int) -> None:
    span = timedelta(seconds=seconds % 3600)
    assert length_in(length(span)) == span


@pytest.mark.parametrize(
    ("given_text", "seconds"),
    [
        ("90 s", 90),
        ("5 min", 300),
        ("5min", 300),
        (" 2 Hours ", 7200),
        ("1 d", 86400),
        ("2 min 17 s", 137),
        ("1 day 3 h", 97200),
        ("0 s", 0),
    ],
)
def test_a_length_of_time_is_read_as_people_write_it(given_text: str, seconds: int) -> None:
    assert length_in(given_text) == timedelta(seconds=seconds)


@given(
    st.none() | st.integers() | st.text() | st.lists(st.text()) | st.from_regex(r"[0-9.,-]+ ?[a-z]+", fullmatch=True)
)
def test_anything_else_is_no_length_of_time(given_value: object) -> None:
    found = length_in(given_value)
    assert found is None or isinstance(given_value, str)
