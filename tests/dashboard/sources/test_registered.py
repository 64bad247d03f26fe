"""Who is blind as the console sees it, with no worker to tell."""

from datetime import timedelta
from typing import Any

import pytest

from dashboard.sources.interface import SourceState, SourceStatus
from dashboard.sources.registered import Registered, read_registered
from tests.conftest import Store
from tests.dashboard.sources.conftest import register
from vigie.blindness import Expectation, Origin, Why
from vigie.clock import utc_now
from vigie.store.engine import transaction


def read(store: Store) -> Registered:
    with transaction(store.console) as connection:
        return read_registered(connection, utc_now())


def status(store: Store, silent_s: float = 0, **columns: Any) -> SourceStatus:
    """The state of a source that was looked at just now and last heard `silent_s` ago."""
    heard = utc_now() - timedelta(seconds=silent_s)
    register(store, "proxy", **({"kind": "file", "silent_from": heard, "last_sign_at": heard} | columns))
    (found,) = read(store).statuses
    return found


def expect(store: Store, period_s: int | None, grace_s: int | None) -> None:
    with transaction(store.console) as connection:
        connection.exec_driver_sql(
            "INSERT INTO source_expectations (source, period_s, grace_s, is_irregular, set_by) "
            "VALUES ('proxy', %s, %s, %s, 'alice@example.org')",
            (period_s, grace_s, period_s is None),
        )


def test_a_source_is_learning_until_its_rhythm_is_known(store: Store) -> None:
    assert status(store, silent_s=9e5).state is SourceState.LEARNING


@pytest.mark.parametrize(
    ("silent_s", "state"), [(99, SourceState.OK), (110, SourceState.LATE), (125, SourceState.BLIND)]
)
def test_a_learned_rhythm_decides_what_is_late_and_what_is_blind(
    store: Store, silent_s: float, state: SourceState
) -> None:
    found = status(store, silent_s, learned_period_s=100)
    assert found.state is state
    assert found.expects == Expectation(Origin.LEARNED, timedelta(seconds=100), timedelta(seconds=20))


def test_at_a_quiet_hour_a_source_is_expected_later(store: Store) -> None:
    found = status(store, silent_s=500, learned_period_s=100, learned_hours_s=[1000] * 24)
    assert (found.state, found.expects.period, found.expects.is_quiet_hour) == (
        SourceState.OK,
        timedelta(seconds=1000),
        True,
    )


def test_a_silent_source_is_blind_since_its_last_sign_of_life(store: Store) -> None:
    found = status(store, silent_s=500, learned_period_s=100)
    assert (found.blind_why, found.blind_since) == (Why.SILENT, found.last_sign_at)
    assert "has been silent since then" in found.blind_sentence


def test_what_a_person_set_goes_before_what_was_learned(store: Store) -> None:
    status(store)
    expect(store, 1000, 5)
    (found,) = read(store).statuses
    assert (found.expects.origin, found.set_by) == (Origin.SET, "alice@example.org")


def test_silence_may_be_normal(store: Store) -> None:
    status(store, silent_s=9e5, learned_period_s=60)
    expect(store, None, None)
    assert read(store).statuses[0].state is SourceState.IRREGULAR


def test_a_source_that_nobody_looks_at_is_stopped_whatever_its_rhythm(store: Store) -> None:
    found = status(store, learned_period_s=60, last_look_at=utc_now() - timedelta(minutes=5))
    assert (found.state, found.blind_why) == (SourceState.STOPPED, Why.UNWATCHED)


def test_who_speaks_of_alerts_only_is_not_expected_to_speak_until_somebody_says_so(store: Store) -> None:
    heard = {"silent_from": utc_now() - timedelta(days=9), "learned_period_s": 60}
    register(store, "intake-grafana", kind="intake", **heard)
    assert read(store).statuses[0].state is SourceState.IRREGULAR
    register(store, "intake-falco", kind="intake", **heard)
    assert {each.name: each.state for each in read(store).statuses}["intake-falco"] is SourceState.BLIND


def test_an_import_is_neither_blind_nor_waited_for(store: Store) -> None:
    old = utc_now() - timedelta(days=9)
    assert status(store, kind="import", last_look_at=old, error="gone").state is SourceState.IMPORT
    assert read(store).watched == ()


def test_a_file_that_told_of_logins_supplies_logins(store: Store) -> None:
    status(store)
    assert read(store).logins == ()
    status(store, supplies_logins=True)
    assert [each.name for each in read(store).logins] == ["proxy"]


def test_the_mark_changes_when_a_source_turns_late_or_blind_or_is_expected_otherwise(store: Store) -> None:
    marks = []
    for silent_s in (99, 110, 125):
        status(store, silent_s, learned_period_s=100)
        marks.append(read(store).mark)
    expect(store, 1000, 5)
    marks.append(read(store).mark)
    assert len(set(marks)) == 4
