"""What the Rules page is told, counted by a real PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.sources.interface import Completeness, TimeRange
from dashboard.sources.rule_database import RuleDatabase
from dashboard.sources.rule_questions import RuleRow, RuleState, Verdicts
from tests.conftest import Store
from tests.dashboard.sources.conftest import login, save
from tests.dashboard.sources.rule_night import MINUTE, add_alert, add_rule
from vigie.store.rule_switching import RuleSwitching

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
DAY = timedelta(days=1)
WINDOW = TimeRange(NOW - DAY, NOW, ZoneInfo("UTC"))
HOUR = timedelta(hours=1)


@pytest.fixture
def guessing(store: Store) -> RuleDatabase:
    add_rule(store, "password_guessing")
    return RuleDatabase(store.console)


def rows(questions: RuleDatabase, window: TimeRange = WINDOW) -> Sequence[RuleRow]:
    answer = questions.rules(window)
    assert answer.completeness is Completeness.COMPLETE, answer.sentence
    return answer.rows or ()


def one(questions: RuleDatabase, window: TimeRange = WINDOW) -> Any:
    return next(row for row in rows(questions, window) if row.name == "password_guessing")


def test_events_and_alerts_are_those_of_the_window(store: Store, guessing: RuleDatabase) -> None:
    add_alert(store, "password_guessing", NOW - 2 * HOUR, {0: 6, 1: 3})
    add_alert(store, "password_guessing", NOW - 25 * HOUR, {0: 5, 90: 7})
    add_alert(store, "password_guessing", NOW - 40 * HOUR)
    volume = one(guessing).volume
    assert (volume.events, volume.alerts) == (16, 2)
    assert (volume.parts[0], volume.parts[22], sum(volume.parts)) == (7, 9, 16)


def test_the_share_is_of_the_events_of_all_rules(store: Store, guessing: RuleDatabase) -> None:
    add_alert(store, "password_guessing", NOW - HOUR, {0: 3})
    add_alert(store, "scanning", NOW - HOUR, {0: 9})
    assert (one(guessing).volume.events, one(guessing).all_events) == (3, 12)


def test_the_last_time_is_known_also_when_it_lies_before_the_window(store: Store, guessing: RuleDatabase) -> None:
    add_alert(store, "password_guessing", NOW - 40 * DAY)
    found = one(guessing)
    assert (found.last_fired_at, found.volume.events) == (NOW - 40 * DAY, 0)


def test_open_alerts_are_told_from_those_somebody_looks_at(store: Store, guessing: RuleDatabase) -> None:
    for number, status in enumerate(("open", "acknowledged", "closed")):
        verdict = "benign" if status == "closed" else None
        add_alert(store, "password_guessing", NOW - number * HOUR, status=status, verdict=verdict)
    assert (one(guessing).waiting, one(guessing).acknowledged) == (1, 1)


def test_an_acknowledgement_that_is_over_leaves_the_alert_open(store: Store, guessing: RuleDatabase) -> None:
    add_alert(store, "password_guessing", NOW - HOUR, status="acknowledged")
    with store.console.begin() as connection:
        connection.exec_driver_sql("UPDATE alerts SET acknowledged_until = now() - interval '1 min'")
    assert (one(guessing).waiting, one(guessing).acknowledged) == (1, 0)


def test_precision_counts_the_verdicts_and_tells_benign_from_false(store: Store, guessing: RuleDatabase) -> None:
    for number, verdict in enumerate(("true positive", "true positive", "benign", "false positive", "test")):
        add_alert(store, "password_guessing", NOW - number * HOUR - HOUR).act("closed", MINUTE, verdict)
    verdicts = one(guessing).verdicts
    assert (verdicts, verdicts.judged) == (Verdicts(2, 1, 1, 1), 4)


def test_a_verdict_that_was_taken_back_is_not_counted(store: Store, guessing: RuleDatabase) -> None:
    alert = add_alert(store, "password_guessing", NOW - 2 * HOUR).act("closed", MINUTE, "false positive")
    alert.act("reopened", 2 * MINUTE).act("closed", 3 * MINUTE, "true positive")
    assert one(guessing).verdicts == Verdicts(1, 0, 0, 0)


def test_a_regression_is_another_judgement(store: Store, guessing: RuleDatabase) -> None:
    alert = add_alert(store, "password_guessing", NOW - 9 * HOUR).act("closed", MINUTE, "true positive")
    alert.act("regressed", 5 * HOUR).act("closed", 6 * HOUR, "true positive")
    assert one(guessing).verdicts == Verdicts(2, 0, 0, 0)


def test_times_to_act_are_medians_with_their_number(store: Store, guessing: RuleDatabase) -> None:
    for number, minutes in enumerate((2, 4, 60)):
        alert = add_alert(store, "password_guessing", NOW - (number + 2) * HOUR)
        alert.act("acknowledged", minutes * MINUTE)
        if number < 2:
            alert.act("closed", 30 * MINUTE, "benign")
    looked, closed = one(guessing).to_acknowledge, one(guessing).to_close
    assert (looked.median, looked.n) == (4 * MINUTE, 3)
    assert (closed.median, closed.n) == (30 * MINUTE, 2)


def test_an_alert_closed_at_once_was_looked_at_then(store: Store, guessing: RuleDatabase) -> None:
    add_alert(store, "password_guessing", NOW - 2 * HOUR).act("closed", 7 * MINUTE, "test")
    assert (one(guessing).to_acknowledge.median, one(guessing).to_acknowledge.n) == (7 * MINUTE, 1)


def test_a_life_after_reopening_is_timed_from_there(store: Store, guessing: RuleDatabase) -> None:
    alert = add_alert(store, "password_guessing", NOW - 9 * HOUR).act("closed", 2 * MINUTE, "test")
    alert.act("seen again", 5 * HOUR).act("acknowledged", 5 * HOUR + 4 * MINUTE)
    assert (one(guessing).to_acknowledge.median, one(guessing).to_acknowledge.n) == (3 * MINUTE, 2)


def test_nobody_acted_is_none_and_not_zero(store: Store, guessing: RuleDatabase) -> None:
    add_alert(store, "password_guessing", NOW - HOUR)
    assert (one(guessing).to_acknowledge, one(guessing).to_close, one(guessing).verdicts.judged) == (None, None, 0)


def test_rules_that_do_not_work_come_first(store: Store) -> None:
    add_rule(store, "works")
    add_rule(store, "fails", error="It took longer than 2 s.")
    add_rule(store, "bad", error="The field wibble is not known.", is_loaded=False, details={"file": "web/bad.yml"})
    add_rule(store, "left", is_loaded=False)
    found = rows(RuleDatabase(store.console))
    assert found[0].file == "web/bad.yml"
    assert [row.state for row in found] == [RuleState.NOT_LOADED, RuleState.FAILING, RuleState.ON, RuleState.GONE]


def test_a_rule_that_is_off_says_by_whom_why_and_until_when(store: Store, guessing: RuleDatabase) -> None:
    switching = RuleSwitching(store.console, lambda *_: None)
    switching.switch_off("password_guessing", NOW + DAY, "Load test", None, "alice@example.org")
    found = one(guessing)
    assert (found.state, found.off.actor, found.off.reason, found.off.until) == (
        RuleState.OFF, "alice@example.org", "Load test", NOW + DAY
    )  # fmt: skip


def test_a_switch_whose_end_has_come_leaves_the_rule_on(store: Store, guessing: RuleDatabase) -> None:
    before = RuleSwitching(store.console, lambda *_: None, lambda: NOW - 2 * DAY)
    before.switch_off("password_guessing", NOW - DAY, "Load test", None, "alice@example.org")
    assert one(guessing).state is RuleState.ON
    detail = guessing.rule("password_guessing", WINDOW).rows
    assert detail is not None
    assert [each.reason for each in detail[0].switches] == ["Load test"]


def test_one_rule_comes_with_its_text_and_its_newest_alerts(store: Store) -> None:
    fires = [{"format": "nginx", "line": "GET /.env", "repeat": 6}, {"action": "authn_login_fail"}]
    details = {"description": "Someone tries.", "tags": ["attack.t1110.001"], "text": "title: x", "fires": fires}
    add_rule(store, "password_guessing", details=details)
    old, new = (add_alert(store, "password_guessing", NOW - hours * HOUR) for hours in (5, 1))
    [found] = RuleDatabase(store.console).rule("password_guessing", WINDOW).rows or ()
    assert [each.number for each in found.alerts] == [new.number, old.number]
    assert (found.reads.description, found.reads.tags, found.reads.text) == (
        "Someone tries.", ("attack.t1110.001",), "title: x"
    )  # fmt: skip
    assert found.reads.fires == ("format: nginx, repeat: 6\nGET /.env", "action: authn_login_fail")


@pytest.mark.parametrize("details", [{}, [], 5, {"tags": {"x": 1}, "text": 7, "fires": "x"}, {"fires": None}])
def test_a_document_that_makes_no_sense_is_read_as_empty(store: Store, details: object) -> None:
    add_rule(store, "odd", details=details)
    [found] = RuleDatabase(store.console).rule("odd", WINDOW).rows or ()
    assert (found.reads.text, found.reads.fires, found.reads.tags) == ("", (), ())


def test_a_rule_that_is_not_there_is_none(guessing: RuleDatabase) -> None:
    assert guessing.rule("nobody", WINDOW).rows == []


def test_a_database_that_is_down_is_said_and_not_raised(store: Store, guessing: RuleDatabase) -> None:
    with store.owner.begin() as connection:
        connection.exec_driver_sql("REVOKE SELECT ON rules FROM vigie_console")
    assert guessing.rules(WINDOW).completeness is Completeness.UNAVAILABLE


def test_rules_that_nobody_evaluates_are_said_to_be_stale(store: Store, guessing: RuleDatabase) -> None:
    assert guessing.rules(WINDOW).completeness is Completeness.COMPLETE
    with store.worker.begin() as connection:
        connection.exec_driver_sql("UPDATE rules SET evaluated_at = now() - interval '10 min'")
    answer = guessing.rules(WINDOW)
    assert (answer.completeness, len(answer.rows or ())) == (Completeness.STALE, 1)


def test_a_rule_of_which_no_event_comes_says_so(store: Store) -> None:
    save(store, [login(NOW - HOUR, "alice", "192.0.2.1")])
    for name, categories in (("fed", ["authentication", "web"]), ("unfed", ["container"]), ("any", None)):
        add_rule(store, name, details={"categories": categories})
    states = {row.name: row.state for row in rows(RuleDatabase(store.console))}
    assert states == {"fed": RuleState.ON, "any": RuleState.ON, "unfed": RuleState.UNFED}


def test_a_rule_that_others_rest_on_comes_last(store: Store) -> None:
    add_rule(store, "a_base", details={"alerts": False})
    add_rule(store, "b_rule", details={"alerts": True})
    found = rows(RuleDatabase(store.console))
    assert [(row.name, row.serves) for row in found] == [("b_rule", False), ("a_base", True)]
