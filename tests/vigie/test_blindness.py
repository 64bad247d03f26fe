"""The rule of blindness, and what is learned, against brute force."""

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.blindness import (
    LEAST_PERIOD_S,
    LONGEST_PERIOD_S,
    Blind,
    Expectation,
    Origin,
    Watched,
    Why,
    blind,
    bucket_of,
    hours_touched,
    learned_hours_s,
    learned_period_s,
    longest_in,
    still_silent_from,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOGETHER = timedelta(seconds=20)
EVERY_MINUTE = Expectation(Origin.SET, timedelta(seconds=60), timedelta(seconds=20))
GAPS = st.lists(st.floats(0, 9e5), min_size=99, max_size=400)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def watched(silent_s: float, **more: object) -> Watched:
    """Looked at now, last heard `silent_s` ago."""
    made = Watched("file", ago(9e6), NOW, timedelta(seconds=30), False, ago(silent_s), ago(silent_s), EVERY_MINUTE)
    return replace(made, **more)  # type: ignore[arg-type]


def exact_period_s(gaps: list[float]) -> float:
    ordered = sorted(gaps)
    return max(60, 2 * ordered[math.ceil(0.99 * len(ordered)) - 1])


@pytest.mark.parametrize(("silent_s", "is_blind"), [(0, False), (61, False), (80, False), (80.001, True)])
def test_a_source_is_blind_once_period_and_grace_are_past_and_not_before(silent_s: float, is_blind: bool) -> None:
    found = blind(watched(silent_s), NOW)
    assert found == (Blind(Why.SILENT, ago(silent_s)) if is_blind else None)


@given(st.floats(0, 1e6), st.integers(1, 10**6), st.integers(0, 10**5))
def test_silence_is_said_exactly_beyond_period_and_grace(silent_s: float, period_s: int, grace_s: int) -> None:
    expects = Expectation(Origin.LEARNED, timedelta(seconds=period_s), timedelta(seconds=grace_s))
    source = watched(silent_s, expects=expects)
    assert (blind(source, NOW) is not None) == (source.silence > timedelta(seconds=period_s + grace_s))


@pytest.mark.parametrize("origin", [Origin.LEARNING, Origin.IRREGULAR, Origin.NEVER])
def test_silence_is_no_blindness_where_nothing_is_expected(origin: Origin) -> None:
    assert blind(watched(9e6, expects=Expectation(origin)), NOW) is None


def test_an_import_is_never_blind() -> None:
    assert blind(watched(9e6, kind="import", last_look_at=ago(9e6), has_error=True), NOW) is None


def test_a_source_that_nobody_looks_at_is_blind_since_the_last_look_not_silent() -> None:
    unwatched = watched(300, last_look_at=ago(31))
    assert blind(unwatched, NOW) == Blind(Why.UNWATCHED, ago(31))
    assert blind(watched(300, last_look_at=None), NOW) == Blind(Why.UNWATCHED, ago(9e6))


def test_a_source_that_cannot_be_read_is_blind_at_once() -> None:
    assert blind(watched(0, has_error=True), NOW) == Blind(Why.ERROR, NOW)


def test_a_source_that_was_never_heard_is_blind_since_it_was_registered() -> None:
    assert blind(watched(90, last_sign_at=None), NOW) == Blind(Why.SILENT, ago(9e6))


@given(st.lists(st.tuples(st.floats(-9e4, 9e4), st.booleans()), max_size=40))
def test_only_watched_time_is_silence_however_the_clock_jumps(steps: list[tuple[float, bool]]) -> None:
    at = looked = silent_from = NOW
    silence = 0.0
    for step, is_sign in steps:
        at = looked + timedelta(seconds=step)
        silent_from = at if is_sign else still_silent_from(silent_from, looked, at, TOGETHER)
        silence = 0 if is_sign else silence + (step if 0 <= step <= 20 else 0)
        looked = at
        assert (at - silent_from).total_seconds() == pytest.approx(silence, abs=1e-3)


@given(st.floats(0, 3e6))
def test_a_bucket_is_at_most_five_per_cent_wide(gap_s: float) -> None:
    longest = longest_in(bucket_of(timedelta(seconds=gap_s)))
    assert gap_s <= longest + 1e-5
    assert longest <= max(1.0, gap_s * 1.0501)


@given(GAPS)
def test_the_learned_period_is_that_of_brute_force_and_up_to_five_per_cent_more(gaps: list[float]) -> None:
    counts = Counter(bucket_of(timedelta(seconds=gap)) for gap in gaps)
    learned, exact = learned_period_s([counts]) or 0, exact_period_s(gaps)
    assert exact - 1e-3 <= learned <= exact * 1.0501 + 1


def test_a_hundred_signs_of_life_are_needed() -> None:
    assert learned_period_s([{0: 98}]) is None
    assert learned_period_s([{0: 99}]) == LEAST_PERIOD_S


def test_a_source_that_is_seldom_heard_is_learned_over_more_than_seven_days() -> None:
    hour, day = bucket_of(timedelta(hours=1)), bucket_of(timedelta(days=1))
    quiet: list[dict[int, int]] = [{}] * 8
    assert 7200 <= (learned_period_s([*quiet, {hour: 99}, {day: 9999}]) or 0) <= 7560
    assert learned_period_s([{hour: 99}, *quiet[1:], {day: 9999}]) == learned_period_s([{hour: 99}])


def test_no_learned_period_is_longer_than_a_month() -> None:
    assert learned_period_s([{bucket_of(timedelta(days=400)): 99}]) == LONGEST_PERIOD_S


NIGHT = (22, 23, 0, 1, 2, 3, 4, 5, 6)
EIGHT_HOURS = 8 * 3600


def nights(count: int) -> dict[tuple[date, int], int]:
    """A gap of eight hours, ended on each of so many days."""
    days = [date(2026, 11, 13 + number) for number in range(count)]
    return {(day, hour): EIGHT_HOURS for day in days for hour in NIGHT}


def test_where_a_source_is_quiet_on_three_nights_it_is_expected_later_at_night() -> None:
    periods = learned_hours_s(60, nights(3))
    assert {hour for hour, period in enumerate(periods) if period == 2 * EIGHT_HOURS} == {*NIGHT, 21, 7}
    assert {periods[hour] for hour in range(8, 21)} == {60}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_quiet_night_or_two_change_nothing(count: int) -> None:
    assert learned_hours_s(60, nights(count)) == [60] * 24


def test_one_long_outage_changes_nothing() -> None:
    assert learned_hours_s(60, {(date(2026, 11, 13), hour): 4 * 86_400 for hour in range(24)}) == [60] * 24


@given(st.timedeltas(timedelta(), timedelta(days=300)), st.timedeltas(timedelta(), timedelta(hours=40)))
def test_the_hours_a_gap_touches_are_those_of_brute_force(back: timedelta, gap: timedelta) -> None:
    since = NOW - back
    minutes = [since + timedelta(minutes=number) for number in range(int(gap.total_seconds() // 60) + 1)]
    assert set(hours_touched(since, since + gap)) == {at.hour for at in [*minutes, since + gap]}
