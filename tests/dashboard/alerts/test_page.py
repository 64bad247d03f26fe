"""What the Alerts page is told, as the browser asks for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.alerts.asked import MOST_ROWS, STEP, read_asked, read_number
from dashboard.alerts.page import told
from dashboard.sources.alert_questions import Anybody, Looking, Order, Status
from dashboard.sources.interface import Completeness
from tests.conftest import Store
from tests.dashboard.alerts.conftest import act, drawer, queue, text_of
from tests.dashboard.alerts.fakes import FakeAlerts, an_alert, some_alerts
from tests.vigie.alerts import put_alert, put_rule
from vigie.severity import Severity
from vigie.store.engine import transaction

NOW = datetime.now(UTC)
NASTY = "<b>x</b><img src=x onerror=alert(1)>\u202e&amp;\n=1+1"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def shown(alerts: FakeAlerts, **view: object) -> dict[str, Any]:
    asked = read_asked(view, None)
    return told(alerts.queue(asked.queue, asked.limit), asked)


def test_the_list_says_how_many_and_holds_its_rows() -> None:
    answer = shown(some_alerts(NOW))
    assert (answer["state"], answer["words"], len(answer["content"]["rows"])) == ("ok", "1 alert", 1)
    assert answer["content"]["counts"] == {"open": 1, "acknowledged": 1, "closed": 1}


def test_a_quiet_list_says_who_looks_and_what_was_closed() -> None:
    answer = shown(FakeAlerts(NOW, (an_alert(NOW, status=Status.CLOSED, verdict="test"),)))
    assert (answer["state"], answer["sentence"]) == ("empty", "No open alerts")
    assert answer["advice"] == "24 rules look. 1 alert was closed in the last 30 days."


@pytest.mark.parametrize(
    ("alerts", "sentence"),
    [
        (FakeAlerts(NOW, looking=Looking(0)), "Nobody looks"),
        (FakeAlerts(NOW, looking=Looking(0, 3)), "Nobody looks"),
        (FakeAlerts(NOW, completeness=Completeness.STALE), "None known"),
        (FakeAlerts(NOW, completeness=Completeness.PARTLY_BLIND), "None known"),
    ],
)
def test_that_nobody_looks_is_not_that_nothing_happened(alerts: FakeAlerts, sentence: str) -> None:
    answer = shown(alerts)
    assert (answer["state"], answer["sentence"]) == ("unknown", sentence)


def test_rules_that_are_behind_are_said_beside_what_is_known() -> None:
    behind = Looking(24, behind_since=NOW)
    answer = shown(FakeAlerts(NOW, (an_alert(NOW),), looking=behind, completeness=Completeness.STALE), zone="UTC")
    assert answer["badge"] == f"Rules have not looked since {NOW:%H:%M}: newer alerts are missing"


def test_a_filter_that_leaves_all_out_is_said() -> None:
    assert shown(FakeAlerts(NOW), find="x")["state"] == "unmatched"


def test_without_a_store_it_says_so() -> None:
    answer = shown(FakeAlerts(NOW, down="PostgreSQL does not answer."))
    assert (answer["state"], answer["sentence"]) == ("error", "PostgreSQL does not answer.")


def test_what_a_link_asks_for_is_read() -> None:
    view = {"status": "closed", "severity": "high", "rule": "r", "assignee": "nobody", "find": " a ", "order": "newest"}
    queue = read_asked(view, None).queue
    assert (queue.status, queue.at_least, queue.rule) == (Status.CLOSED, Severity.HIGH, "r")
    assert (queue.assignee, queue.text, queue.order) == (Anybody(None), "a", Order.NEWEST)


@given(st.dictionaries(st.sampled_from(["status", "severity", "rule", "assignee", "find", "order", "upto"]), ANY_JSON))
def test_whatever_a_link_says_something_is_shown(view: dict[str, object]) -> None:
    assert STEP <= read_asked(view, None).limit <= MOST_ROWS


@pytest.mark.parametrize("value", [None, True, 0, -1, 1.5, "", "0", "-1", "٣", "1" * 30, 2**63, [1], "1e3"])
def test_what_is_no_number_of_an_alert_is_none(value: object) -> None:
    assert read_number(value) is None


def test_the_drawer_shows_earlier_verdicts_and_that_they_differ(alice: FlaskClient, store: Store) -> None:
    number = put_alert(store)
    for version, verdict, note in ((1, "true positive", "Real outage"), (2, "benign", "Deploy of 1.7.4")):
        act(alice, {"act": "close", "alerts": [[number, version]], "verdict": verdict, "note": note})
    said = text_of(drawer(alice, number)["content"]["earlier"])
    assert said.index("Deploy of 1.7.4") < said.index("Real outage")
    assert "The verdicts differ. Read" in said


def test_an_alert_that_was_never_judged_tells_of_its_rule(alice: FlaskClient, store: Store) -> None:
    number, other = put_alert(store), put_alert(store, entity={"user_name": "bob"})
    act(alice, {"act": "close", "alerts": [[other, 1]], "verdict": "benign"})
    said = text_of(drawer(alice, number)["content"]["earlier"])
    assert "never closed before" in said
    assert "This rule on others, 90 days: 1 × benign." in said


def test_the_drawer_leads_to_its_events_and_to_its_entity(alice: FlaskClient, store: Store) -> None:
    put_rule(store, description="Many tries.", falsepositives=["A forgotten password"], tags=["attack.t1110.001"])
    content = drawer(alice, put_alert(store))["content"]
    assert "q=source_ip%3A192.0.2.7" in str(content["where"])
    assert "/activity?ip=192.0.2.7" in str(content["where"])
    for words in ("Many tries.", "A forgotten password", "ATT&CK: T1110.001"):
        assert words in text_of(content["rule"])


def test_its_life_names_everybody_who_did_something(alice: FlaskClient, bob: FlaskClient, store: Store) -> None:
    number = put_alert(store)
    act(alice, {"act": "acknowledge", "alerts": [[number, 1]], "note": "I look"})
    act(bob, {"act": "note", "alerts": [[number, 2]], "note": "It is the scanner"})
    said = text_of(drawer(alice, number)["content"]["life"])
    assert said.index("Bob  added a note") < said.index("Alice  acknowledged it") < said.index("Vigie  opened it")
    assert "It is the scanner" in said


def test_there_is_no_such_alert(alice: FlaskClient) -> None:
    for number in (10**15, "x", None, {}):
        assert drawer(alice, number)["sentence"] == "There is no such alert"


def test_hostile_text_stays_text(alice: FlaskClient, store: Store) -> None:
    put_rule(
        store, "nasty", description=NASTY, falsepositives=[NASTY], tags=[NASTY], runbook_text=f"# {NASTY}\n{NASTY}"
    )
    number = put_alert(store, "nasty", NASTY, {"user_name": NASTY, "evil": NASTY, "": NASTY})
    content = drawer(alice, number)["content"]
    assert "\u202e" not in str(content["title"]) + text_of(content["rule"]) + text_of(content["where"])
    (row,) = queue(alice)["content"]["rows"]
    assert "\u202e" not in row["title"] + row["about"] + row["entity"]


def test_the_rows_say_what_is_special(alice: FlaskClient, store: Store) -> None:
    put_alert(store)
    with transaction(store.owner) as connection:
        connection.execute(
            text("UPDATE alerts SET regressed_at = now(), resolved_at = now(), status = 'acknowledged',"
                 " acknowledged_until = :until"),
            {"until": NOW - timedelta(hours=1)},
        )  # fmt: skip
    (row,) = queue(alice)["content"]["rows"]
    assert row["has_regressed"]
    assert [mark.split(" ")[0] for mark in row["marks"]] == ["Came", "Its", "Resolved"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(view=st.dictionaries(st.sampled_from(["status", "rule", "assignee", "find", "upto", "zone", "at"]), ANY_JSON))
def test_the_page_answers_whatever_it_is_asked(alice: FlaskClient, view: dict[str, object]) -> None:
    assert queue(alice, **view)["state"] in {"ok", "unknown", "unmatched", "empty"}
