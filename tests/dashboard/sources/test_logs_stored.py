"""Stored records as lines, from a real PostgreSQL."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from dashboard.sources.database import DatabaseQuestions
from dashboard.sources.event_database import EventDatabase
from dashboard.sources.interface import Completeness
from dashboard.sources.log_questions import Band, LogQuestions
from dashboard.sources.logs_stored import StoredLogs
from tests.conftest import Store
from tests.dashboard.sources.conftest import register, save
from tests.dashboard.sources.log_contract import (
    NOON,
    SECOND,
    Holding,
    LogQuestionsContract,
    Written,
    every_line,
    rows_of,
    search,
    texts,
)
from vigie.event import Event, key_of
from vigie.login_attacks.rules import LoginAttackRules
from vigie.severity import Severity
from vigie.store.engine import transaction

pytestmark = pytest.mark.postgres


@pytest.fixture
def stored(store: Store, rules: LoginAttackRules) -> StoredLogs:
    questions = DatabaseQuestions(store.console, rules)
    return StoredLogs(store.console, EventDatabase(store.console), questions, raw_days=90, days=400)


def record(number: int, line: Written, **more: object) -> Event:
    """The event that a line was made into."""
    fields: dict[str, object] = {
        "occurred_at": line.at,
        "event_key": key_of(str(number), line.stream),
        "source": line.stream,
        "category": "application",
        "action": "application_error",
        "severity": Severity.HIGH if line.is_bad else Severity.LOW,
        "message": line.text,
        "raw": {"line": line.text},
    }
    return Event(**(fields | more))  # type: ignore[arg-type]


def keep(store: Store, lines: Sequence[Written], **more: object) -> None:
    for name in {line.stream for line in lines}:
        register(store, name)
    save(store, [record(number, line, **more) for number, line in enumerate(lines)])


class TestContract(LogQuestionsContract):
    BAD = "high"

    @pytest.fixture
    def holding(self, store: Store, stored: StoredLogs) -> Holding:
        def hold(lines: Sequence[Written]) -> LogQuestions:
            keep(store, lines)
            return stored

        return hold


def test_a_record_of_fields_is_one_line_of_json(store: Store, stored: StoredLogs) -> None:
    keep(store, [Written(NOON, "x")], raw={"user": "é", "labels": {"job": "api"}})
    (line,) = every_line(stored, search())
    assert (line.text, line.labels["job"]) == ('{"user": "é"}', "api")


def test_a_line_whose_record_is_gone_says_what_its_event_says(store: Store, stored: StoredLogs) -> None:
    keep(store, [Written(NOON, "what the event says")])
    with transaction(store.owner) as connection:
        connection.execute(text("TRUNCATE events_raw"))
    (line,) = every_line(stored, search())
    assert (line.text, line.is_whole) == ("what the event says", False)


def test_a_line_leads_to_its_event(store: Store, stored: StoredLogs) -> None:
    keep(store, [Written(NOON, "x")])
    (line,) = every_line(stored, search())
    assert line.event == key_of("0", "api").hex()


def test_the_histogram_tells_failures_and_what_is_severe_apart(store: Store, stored: StoredLogs) -> None:
    keep(store, [Written(NOON + SECOND, "bad", is_bad=True)])
    bands = {part.band: sum(part.counts) for part in rows_of(stored.volume(search(), 60)).parts}
    assert bands == {Band.OTHER: 0, Band.FAILED: 0, Band.HIGH: 1, Band.CRITICAL: 0}


def test_presets_are_offered_where_their_records_are(store: Store, stored: StoredLogs) -> None:
    keep(store, [Written(NOON, "x", "db")], action="database_error")
    presets = rows_of(stored.choices(search().window)).presets
    assert [each.value for each in presets] == ["postgres-errors"]


def test_a_preset_that_has_nothing_behind_it_says_why(store: Store, stored: StoredLogs) -> None:
    said = stored.choices(search().window).sentence
    assert "PostgreSQL errors: none in this window" in said


def test_a_preset_finds_its_records_alone(store: Store, stored: StoredLogs) -> None:
    keep(store, [Written(NOON, "alert", "falco", is_bad=True)], action="falco_rule_match")
    keep(store, [Written(NOON + SECOND, "note", "falco-2")], action="falco_rule_match")
    assert texts(stored, search(preset="falco-critical")) == ["alert"]


def test_a_database_that_is_down_is_an_answer(store: Store, stored: StoredLogs) -> None:
    store.server.stop()
    try:
        answers = [stored.page(search(), None, 5), stored.volume(search(), 9), stored.choices(search().window)]
    finally:
        store.server.start()
    assert {each.completeness for each in answers} == {Completeness.UNAVAILABLE}


def test_how_long_lines_are_kept_is_said(stored: StoredLogs) -> None:
    assert "Records are kept 90 days, what their events say 400 days." in stored.about
