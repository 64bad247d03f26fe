"""What people change about sources, and what stays of it in the audit table."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from dashboard.sources.source_commands import CannotChange, SourceCommands
from tests.conftest import Store
from tests.dashboard.sources.conftest import register
from tests.detection.conftest import ask
from vigie.store.audit import record_action
from vigie.store.engine import transaction

ALICE = "alice@example.org"
MINUTE = timedelta(minutes=1)
EXPECTED = "SELECT string_agg(concat_ws(' ', period_s, grace_s, is_irregular, set_by), ',') FROM source_expectations"
AUDIT = "SELECT string_agg(action || ' ' || target, ',' ORDER BY id) FROM audit"


def record(connection: Connection, action: str, target: str, detail: Mapping[str, object]) -> None:
    record_action(connection, actor=ALICE, action=action, outcome="success", target=target, detail=detail)


@pytest.fixture
def commands(store: Store) -> SourceCommands:
    register(store)
    return SourceCommands(store.console, record)


def test_a_period_is_set_changed_and_recorded(store: Store, commands: SourceCommands) -> None:
    commands.expect("app", 5 * MINUTE, MINUTE, ALICE)
    commands.expect("app", 9 * MINUTE, timedelta(), ALICE)
    assert ask(store, EXPECTED) == f"540 0 f {ALICE}"
    assert ask(store, AUDIT) == "source_expectation_set app,source_expectation_set app"


def test_silence_is_made_normal_and_the_learned_rhythm_comes_back(store: Store, commands: SourceCommands) -> None:
    commands.expect_nothing("app", ALICE)
    assert ask(store, EXPECTED) == f"t {ALICE}"
    commands.expect_what_is_learned("app")
    assert ask(store, EXPECTED) is None
    assert ask(store, AUDIT) == "source_expectation_set app,source_expectation_reset app"


@pytest.mark.parametrize(
    ("period", "grace"),
    [(timedelta(seconds=9), MINUTE), (timedelta(days=32), MINUTE), (MINUTE, -MINUTE), (MINUTE, timedelta(days=8))],
)
def test_a_period_beyond_reason_is_refused(
    store: Store, commands: SourceCommands, period: timedelta, grace: timedelta
) -> None:
    with pytest.raises(CannotChange, match="must lie between"):
        commands.expect("app", period, grace, ALICE)
    assert ask(store, AUDIT) is None


def test_nothing_is_expected_of_an_import_or_of_a_source_that_is_none(store: Store, commands: SourceCommands) -> None:
    register(store, "old", kind="import")
    with pytest.raises(CannotChange, match="does not go on"):
        commands.expect("old", MINUTE, MINUTE, ALICE)
    with pytest.raises(CannotChange, match="no such source"):
        commands.expect_nothing("nobody", ALICE)


def test_a_source_that_others_bring_is_retired_and_its_events_stay(store: Store, commands: SourceCommands) -> None:
    register(store, "intake-grafana", kind="intake")
    commands.expect("intake-grafana", MINUTE, MINUTE, ALICE)
    commands.retire("intake-grafana")
    assert ask(store, "SELECT string_agg(name, ',') FROM sources") == "app"
    assert ask(store, AUDIT) == "source_expectation_set intake-grafana,source_retired intake-grafana"
    assert ask(store, EXPECTED) is None


def test_a_source_that_vigie_reads_by_itself_is_not_retired(store: Store, commands: SourceCommands) -> None:
    with pytest.raises(CannotChange, match="reads this source by itself"):
        commands.retire("app")
    assert (ask(store, AUDIT), ask(store, "SELECT count(*) FROM sources")) == (None, 1)


def test_the_console_cannot_take_away_a_source_behind_the_function(store: Store, commands: SourceCommands) -> None:
    with transaction(store.console) as connection, pytest.raises(Exception, match="permission denied"):
        connection.exec_driver_sql("DELETE FROM sources")
