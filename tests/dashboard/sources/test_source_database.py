"""The Sources page's questions on a real PostgreSQL, with the console's role."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from dashboard.sources.interface import Completeness
from dashboard.sources.source_database import SourceDatabase
from dashboard.sources.source_questions import MOST, Lag, SourceDetail, SourceRow
from tests.conftest import Store
from tests.dashboard.sources.conftest import login, register, save
from vigie.blindness import Why
from vigie.clock import utc_now
from vigie.event import Event
from vigie.store.engine import transaction
from vigie.store.unread import Gap, store_gaps, store_rejected


@pytest.fixture
def board(store: Store) -> SourceDatabase:
    return SourceDatabase(store.console)


def rows(board: SourceDatabase) -> dict[str, SourceRow]:
    return {row.status.name: row for row in board.board().rows or ()}


def detail(board: SourceDatabase, name: str = "app") -> SourceDetail:
    (found,) = board.detail(name).rows or ()
    return found


def execute(store: Store, statement: str, **values: object) -> None:
    with transaction(store.worker) as connection:
        connection.execute(text(statement), values)


def drop(at: datetime) -> Event:
    message = "Falco internal: syscall event drop. 26 system calls dropped in last second."
    return login(at, None, None, category="sensor", action="sensor_drop", outcome="failure", message=message)


def test_blind_sources_come_first_and_imports_last(store: Store, board: SourceDatabase) -> None:
    register(store, "a")
    register(store, "b", kind="import")
    register(store, "c", last_look_at=utc_now() - timedelta(hours=1))
    assert [row.status.name for row in board.board().rows or ()] == ["c", "a", "b"]


def test_events_of_the_last_day_are_counted_by_the_hour(store: Store, board: SourceDatabase) -> None:
    register(store)
    now = utc_now()
    save(store, [login(now - timedelta(hours=back), "alice", "192.0.2.1") for back in (0, 0.01, 3, 30)])
    found = rows(board)["app"]
    assert (found.events, len(found.hours), found.hours[-4]) == (3, 24, 1)


def test_the_lag_of_the_last_hour_is_that_of_brute_force(store: Store, board: SourceDatabase) -> None:
    now = utc_now()
    register(store, registered_at=now - timedelta(hours=1))
    lags = [timedelta(seconds=3 * number) for number in range(1, 101)]
    save(store, [login(now - lag, "alice", "192.0.2.1", ok=True, message=str(lag)) for lag in lags])
    found = rows(board)["app"].lag
    assert isinstance(found, Lag)
    assert found.of == 100
    assert abs(found.median - (lags[49] + lags[50]) / 2) < timedelta(seconds=2)
    assert abs(found.p95 - lags[94]) < timedelta(seconds=5)


def test_history_that_was_read_at_the_first_start_is_no_lag(store: Store, board: SourceDatabase) -> None:
    register(store)
    save(store, [login(utc_now() - timedelta(minutes=30), "alice", "192.0.2.1")])
    assert rows(board)["app"].lag is None


def test_a_source_without_events_has_no_lag(store: Store, board: SourceDatabase) -> None:
    register(store)
    assert rows(board)["app"].lag is None


def test_reports_of_falco_that_it_lost_events_are_counted_and_the_last_is_told(
    store: Store, board: SourceDatabase
) -> None:
    register(store)
    at = utc_now() - timedelta(minutes=9)
    save(store, [drop(at - timedelta(hours=2)), drop(at)])
    found = detail(board)
    assert (found.row.drops, found.last_drop and found.last_drop.at) == (2, at)
    assert found.last_drop
    assert "26 system calls" in found.last_drop.message


def test_rejected_records_and_gaps_are_told_newest_first(store: Store, board: SourceDatabase) -> None:
    register(store)
    with transaction(store.worker) as connection:
        cursor = connection.connection.cursor()
        for number in range(MOST + 5):
            store_rejected(cursor, "app", [(f"reason {number}", "<b>line</b>")] * 3)
            store_gaps(cursor, "app", [Gap(None, utc_now(), f"gap {number}")])
        store_rejected(cursor, "other", [("of another source", "")])
    found = detail(board)
    assert (len(found.rejected), found.rejected[0].reason, found.rejected[0].n) == (MOST, f"reason {MOST + 4}", 3)
    assert (len(found.gaps), found.gaps[0].reason) == (MOST, f"gap {MOST + 4}")


def test_records_of_a_wrong_clock_are_told_with_both_times(store: Store, board: SourceDatabase) -> None:
    register(store)
    wrong = utc_now() + timedelta(days=300)
    save(store, [login(wrong, "alice", None, raw={"line": "x" * 5000})])
    (found,) = detail(board).unplaced
    assert (found.occurred_at, found.action, len(found.record)) == (wrong, "authn_login_fail", 1000)


def test_spells_are_told_newest_first(store: Store, board: SourceDatabase) -> None:
    register(store)
    now = utc_now()
    statement = "INSERT INTO blind_spells VALUES ('app', :since, :since, :until, :why, 'Why.')"
    execute(store, statement, since=now - timedelta(hours=9), until=now - timedelta(hours=8), why="unwatched")
    execute(store, statement, since=now - timedelta(hours=1), until=None, why="silent")
    assert [(spell.why, spell.until is None) for spell in detail(board).spells] == [
        (Why.SILENT, True),
        (Why.UNWATCHED, False),
    ]


def test_a_source_that_is_none_is_told_apart_from_one_that_cannot_be_read(store: Store, board: SourceDatabase) -> None:
    answer = board.detail("nobody")
    assert (answer.rows, answer.completeness) == ([], Completeness.COMPLETE)
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("DROP TABLE blind_spells")
    register(store)
    assert board.detail("app").completeness is Completeness.UNAVAILABLE
