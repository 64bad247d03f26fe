"""Words: short, in the reader's zone, and harmless whatever the text from outside holds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ui import words

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 20, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "said"),
    [(timedelta(hours=1), "07:12"), (timedelta(hours=12), "Thu 20:12"), (timedelta(days=39), "12 Oct 09:12")],
)
def test_a_time_is_as_short_as_its_distance_allows(before: timedelta, said: str) -> None:
    assert words.clock_time(NOW - before, PARIS, NOW) == said


@pytest.mark.parametrize(("seconds", "said"), [(40, "40 s"), (1860, "31 min"), (18_000, "5 h"), (1_100_000, "12 days")])
def test_a_length_of_time_has_one_unit(seconds: int, said: str) -> None:
    assert words.span(timedelta(seconds=seconds)) == said


def test_a_share_of_nothing_is_not_zero() -> None:
    assert (words.percent(0, 0), words.percent(1, 4)) == ("–", "25.0")


def test_direction_marks_and_control_signs_do_not_reach_the_screen() -> None:
    assert words.outside("ali\u202ece\x00\u2066x") == "ali ce  x"


def test_text_in_a_figure_is_never_markup() -> None:
    assert words.in_figure('<b onload="x">&lt;') == '&lt;b onload="x"&gt;&amp;lt;'


@given(st.text(max_size=400))
def test_text_from_outside_is_never_longer_than_its_place(text: str) -> None:
    assert 0 < len(words.outside(text, 24)) <= 24
