"""What Situation asks of a real PostgreSQL: alerts that wait, whether rules look, blind spells."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from dashboard.sources.interface import Completeness, TimeRange
from dashboard.sources.situation_database import SituationDatabase
from dashboard.sources.situation_questions import AlertsNow
from tests.conftest import Store
from vigie.clock import utc_now
from vigie.severity import Severity
from vigie.store.engine import make_engine, parse_url, transaction

NOW = utc_now()
DAY = TimeRange(NOW - timedelta(days=1), NOW + timedelta(minutes=5), ZoneInfo("Europe/Paris"))
_ALERT = text("""
    INSERT INTO alerts (fingerprint, rule, title, severity, entity, count, first_seen, last_seen, status,
        acknowledged_until, verdict)
    VALUES (:fingerprint, 'shell', :title, :severity, '{"container_name": "api", "odd": {"a": 1}}', 3, :at, :at,
        :status, :until, :verdict)
""")


def add(store: Store, *alerts: dict[str, Any]) -> None:
    with transaction(store.owner) as connection:
        for number, each in enumerate(alerts):
            given = {"title": "Shell", "severity": 4, "at": NOW, "status": "open", "until": None, "verdict": None}
            connection.execute(_ALERT, given | {"fingerprint": bytes([number])} | each)


def run(store: Store, statement: str, **given: object) -> None:
    with transaction(store.owner) as connection:
        connection.execute(text(statement), given)


def now(store: Store) -> AlertsNow:
    rows = SituationDatabase(store.console).alerts().rows
    assert rows is not None
    return rows


def test_alerts_that_wait_are_counted_by_severity_and_the_worst_come_first(store: Store) -> None:
    add(store, {"severity": 2}, {"severity": 5, "title": "In"}, {"severity": 5, "at": NOW - timedelta(hours=1)})
    found = now(store)
    assert found.waiting == {Severity.LOW: 1, Severity.CRITICAL: 2}
    assert [(each.title, each.severity) for each in found.worst] == [("In", 5), ("Shell", 5), ("Shell", 2)]


def test_one_that_is_acknowledged_waits_again_after_its_time(store: Store) -> None:
    past, later = NOW - timedelta(minutes=1), NOW + timedelta(hours=1)
    acknowledged = {"status": "acknowledged"}
    add(store, acknowledged | {"until": past}, acknowledged | {"until": later}, acknowledged)
    found = now(store)
    assert (found.total, found.acknowledged) == (1, 2)


def test_closed_ones_do_not_wait(store: Store) -> None:
    add(store, {"status": "closed", "verdict": "benign"})
    assert (now(store).total, now(store).worst) == (0, ())


def test_an_entity_is_its_plain_values(store: Store) -> None:
    add(store, {})
    assert now(store).worst[0].entity == {"container_name": "api"}


def test_it_knows_which_rules_look_fail_and_did_not_load(store: Store) -> None:
    rule = "INSERT INTO rules (rule, title, severity, kind, error, is_loaded) VALUES "
    run(store, rule + "('a', 'A', 3, 'event', NULL, true), ('b', 'B', 3, 'event', 'too slow', true)")
    run(store, rule + "('c', 'C', 3, 'event', 'no such field', false)")
    looking = now(store).looking
    assert (looking.rules, looking.failing, looking.not_loaded) == (1, ("B",), 1)


@pytest.mark.parametrize(("minutes", "is_behind"), [(1, False), (7, True)])
def test_rules_are_behind_where_something_waits_long_for_them(store: Store, minutes: int, is_behind: bool) -> None:
    noted = utc_now() - timedelta(minutes=minutes)
    run(store, "INSERT INTO detection_spans (category, since, until, noted_at) VALUES ('a', :at, :at, :at)", at=noted)
    assert (now(store).looking.behind_since is not None) is is_behind


def test_new_alerts_are_those_that_opened_in_the_window(store: Store) -> None:
    add(store, {"severity": 5}, {"severity": 5, "status": "closed", "verdict": "test"}, {"severity": 2})
    run(store, "UPDATE alerts SET opened_at = :at", at=NOW - timedelta(hours=1))
    run(store, "UPDATE alerts SET opened_at = :at WHERE severity = 2", at=NOW - timedelta(days=3))
    found = SituationDatabase(store.console).new_alerts(DAY).rows
    assert found is not None
    assert (found.by_severity, found.waiting) == ({Severity.CRITICAL: 2}, 1)


def test_spells_that_reach_into_the_window_are_found(store: Store) -> None:
    source = "INSERT INTO sources (name, title, kind, expected_period_s, grace_s) VALUES "
    run(store, f"{source} ('app', 'Logins', 'application', 9, 9)")
    for since, until in ((30, 25), (26, 23), (2, None)):
        ended = until and NOW - timedelta(hours=until)
        spell = "INSERT INTO blind_spells VALUES ('app', :since, :since, :until, 'silent', 'x')"
        run(store, spell, since=NOW - timedelta(hours=since), until=ended)
    found = SituationDatabase(store.console).spells(DAY).rows or ()
    assert [(each.title, each.until is None, each.supplies_logins) for each in found] == [
        ("Logins", False, True), ("Logins", True, True),
    ]  # fmt: skip


def test_a_database_that_is_down_is_an_answer_not_an_error() -> None:
    engine = make_engine(
        parse_url("postgresql://nobody:x@127.0.0.1:1/none", "TEST"), application="test", statement_timeout_s=2
    )
    answer = SituationDatabase(engine).alerts()
    assert (answer.rows, answer.completeness) == (None, Completeness.UNAVAILABLE)
