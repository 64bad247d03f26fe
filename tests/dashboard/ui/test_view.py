"""The view that a browser sends: believed where it makes sense, the default where it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ui.view import LONGEST, PRESETS, read_view

NOW = datetime(2026, 11, 20, 7, 12, 40, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(["range", "from", "to", "zone", "at", "user", "ip", "outcome", "mark"])


def test_a_relative_range_ends_at_the_next_full_minute_of_the_browsers_instant() -> None:
    view = read_view({"range": "12h", "at": "2026-11-20T07:10:30+00:00"}, NOW)
    assert view.window.until == datetime(2026, 11, 20, 7, 11, tzinfo=UTC)
    assert view.window.length == timedelta(hours=12)


def test_an_absolute_range_is_kept_and_named_in_the_readers_zone() -> None:
    view = read_view({"from": "2026-11-20T01:00:00Z", "to": "2026-11-20T02:00:00Z", "zone": "Europe/Paris"}, NOW)
    assert (view.window.length, view.is_live) == (timedelta(hours=1), False)
    assert view.words == "Fri 20 Nov 02:00 – 03:00"


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2026-11-19T06:00:00Z", "2026-11-20T06:00:00Z", "Thu 07:00 – Fri 07:00"),
        ("2026-11-13T06:00:00Z", "2026-11-20T06:00:00Z", "13 Nov 07:00 – 20 Nov 07:00"),
        ("2026-11-11T06:00:00Z", "2026-11-12T06:00:00Z", "11 Nov 07:00 – 12 Nov 07:00"),
        ("2025-11-19T06:00:00Z", "2025-11-20T06:00:00Z", "19 Nov 2025 07:00 – 20 Nov 2025 07:00"),
        ("2025-11-20T06:00:00Z", "2025-11-20T07:00:00Z", "Thu 20 Nov 2025 07:00 – 08:00"),
    ],
)
def test_a_window_is_named_so_that_it_can_be_no_other(since: str, until: str, said: str) -> None:
    assert read_view({"from": since, "to": until, "zone": "Europe/Paris"}, NOW).words == said


@pytest.mark.parametrize(
    "wrong",
    [
        {"range": "13h"},
        {"from": "2026-11-20T02:00:00Z", "to": "2026-11-20T01:00:00Z"},
        {"from": "1026-11-20T02:00:00Z", "to": "2026-11-20T01:00:00Z"},
        {"from": "2026-11-19T02:00:00", "to": "2026-11-20T01:00:00"},
        {"from": "2026-11-19T02:00:00Z", "to": "2036-11-20T01:00:00Z"},
        {"at": "2036-11-20T01:00:00Z"},
        {"zone": "../../etc/passwd", "user": "x" * 400, "outcome": "perhaps"},
    ],
)
def test_what_makes_no_sense_becomes_the_default(wrong: dict[str, str]) -> None:
    assert read_view(wrong, NOW) == read_view({}, NOW)


@given(st.dictionaries(KEYS | st.text(), JSON | st.text(), max_size=9) | JSON)
def test_any_json_gives_a_window_that_can_be_asked_for(data: Any) -> None:
    window = read_view(data, NOW).window
    assert timedelta(0) < window.length <= max(LONGEST, *PRESETS.values())
    assert window.until <= NOW + timedelta(days=1, minutes=1)


def test_filters_are_taken_as_they_are() -> None:
    chosen = read_view({"user": "<b>o'neil</b>", "ip": "2001:db8::1", "outcome": "failure"}, NOW).chosen
    assert (chosen.user_name, chosen.source_ip, chosen.outcome) == ("<b>o'neil</b>", "2001:db8::1", "failure")
