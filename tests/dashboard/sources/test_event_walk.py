"""A walk covers its window once, newest first; a budget ends a statement and leaves the transaction usable."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from dashboard.sources.event_walk import Budget, Walk
from dashboard.sources.interface import Completeness, TimeRange
from tests.conftest import Store
from vigie.store.engine import transaction

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def before_noon(length: timedelta) -> TimeRange:
    return TimeRange(NOON - length, NOON, ZoneInfo("Europe/Paris"))


@given(st.timedeltas(timedelta(0), timedelta(days=900)), st.timedeltas(timedelta(minutes=1), timedelta(days=9)))
def test_slices_follow_one_another_from_the_newest_to_the_oldest(length: timedelta, first: timedelta) -> None:
    window = before_noon(length)
    walk = Walk(window, first)
    slices = list(walk.slices())
    edges = [NOON, *(since for since, _ in slices)]
    assert [until for _, until in slices] == edges[:-1]
    assert edges[-1] == window.since
    assert (walk.is_done, walk.missing()) == (True, None)


def test_slices_grow_while_they_are_quick() -> None:
    widths = [until - since for since, until in Walk(before_noon(timedelta(days=30)), HOUR).slices()]
    assert widths[:4] == [HOUR, 4 * HOUR, 16 * HOUR, 64 * HOUR]


def test_a_walk_that_ends_early_says_how_far_it_got() -> None:
    walk = Walk(before_noon(timedelta(days=2)), HOUR)
    for since, _ in walk.slices():
        if since == NOON - 5 * HOUR:
            break
    missing = walk.missing()
    assert missing is not None
    assert (missing.completeness, missing.since) == (Completeness.TRUNCATED, NOON - HOUR)
    assert missing.sentence == "Searched back to 20 Nov 12:00."


def test_hours_that_the_sieve_leaves_out_count_as_looked_at() -> None:
    part = (NOON - 3 * HOUR, NOON - 2 * HOUR)
    walk = Walk(before_noon(5 * HOUR), 5 * HOUR, lambda since, until: [part])
    slices = walk.slices()
    assert next(slices) == part
    assert walk.back_to == part[1]
    assert list(slices) == []
    assert walk.is_done


def test_a_statement_that_takes_too_long_is_ended_and_the_next_one_has_its_own_time(store: Store) -> None:
    budget, started = Budget(0.2), time.monotonic()
    with transaction(store.console) as connection:
        assert budget.rows(connection, text("SELECT pg_sleep(60)"), {}) is None
        assert time.monotonic() - started < 30
        assert connection.scalar(text("SHOW statement_timeout")) == "10s"
    assert budget.left_s == 0


def test_hardly_any_time_left_is_no_error(store: Store) -> None:
    with transaction(store.console) as connection:
        for _ in range(50):
            Budget(1e-4).rows(connection, text("SELECT count(*) FROM generate_series(1, 100000)"), {})
        assert connection.scalar(text("SHOW statement_timeout")) == "10s"


def test_a_spent_budget_asks_nothing(store: Store) -> None:
    with transaction(store.console) as connection:
        assert Budget(0).rows(connection, text("SELECT 1"), {}) is None


def test_a_wrong_statement_stays_a_defect(store: Store) -> None:
    with transaction(store.console) as connection, pytest.raises(ProgrammingError):
        Budget(5).rows(connection, text("SELECT nothing"), {})
