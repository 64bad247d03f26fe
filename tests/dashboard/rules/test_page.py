"""What the Rules page is told, as the browser asks for it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.rules import page
from tests.dashboard.asking import ask_all
from tests.dashboard.rules.fakes import DOWN, FakeRules, every_state, hostile_rules

NOW = datetime.now(UTC)
VIEW: dict[str, Any] = {"range": "24h", "zone": "UTC", "at": NOW.isoformat()}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def told(rules: FakeRules, **view: object) -> dict[str, Any]:
    return ask_all(page, rules, VIEW | view)  # type: ignore[arg-type]  # it is asked as a page's questions


def text_of(part: object) -> str:
    """All that a reader reads of what was drawn."""
    if isinstance(part, list):
        return " ".join(text_of(each) for each in part)
    if isinstance(part, dict):
        return text_of(part.get("props", part).get("children"))
    return "" if part is None else str(part)


def board(rules: FakeRules, **view: object) -> str:
    return text_of(told(rules, **view)["rules-board"]["content"])


def titles(rules: FakeRules, **view: object) -> list[str]:
    table = told(rules, **view)["rules-board"]["content"]["props"]["children"][1]
    return [row["props"]["data-source"] for row in table["props"]["children"]]


def test_the_board_says_how_many_rules_do_not_do_their_work() -> None:
    assert told(every_state(NOW))["rules-board"]["words"] == "8 rules, 2 not working, 1 off"


def test_a_rule_that_did_not_load_says_why_and_what_to_do() -> None:
    assert "web/bad_field.yml: The field Wibble is not known. Use a column of events." in board(every_state(NOW))


def test_a_rule_that_is_off_says_by_whom_and_why() -> None:
    assert "alice@example.org: A load test of our own" in board(every_state(NOW))


def test_precision_stands_with_its_number_and_is_a_dash_where_nobody_judged() -> None:
    shown = board(every_state(NOW), rules_find="guessing")
    assert "4 of 5 1 benign, 2 not counted" in shown
    assert "11 min, n = 44" in shown
    assert "—" in board(every_state(NOW), rules_find="scanning")


def test_the_filter_looks_at_every_word() -> None:
    assert titles(every_state(NOW), rules_find="critical password") == ["password_guessing"]
    assert titles(every_state(NOW), rules_show="off") == ["scanning"]
    assert titles(every_state(NOW), rules_show="fired") == ["password_guessing"]


def test_a_filter_that_finds_nothing_is_said_to_be_one() -> None:
    shown = told(every_state(NOW), rules_find="wombat")["rules-board"]
    assert (shown["state"], shown["sentence"]) == ("unmatched", "No rule with “wombat” is among “All”")


def test_the_board_is_ordered_as_the_address_says() -> None:
    usual = titles(every_state(NOW))
    assert titles(every_state(NOW), rules_sort="events")[0] == "password_guessing"
    assert titles(every_state(NOW), rules_sort="-state")[-1] == usual[0]


def test_no_rule_at_all_is_not_a_quiet_night() -> None:
    shown = told(FakeRules(NOW))["rules-board"]
    assert (shown["state"], shown["sentence"]) == ("empty", "No rule is loaded")


def test_one_rule_shows_its_texts() -> None:
    shown = told(every_state(NOW), rule="password_guessing")
    facts, texts = text_of(shown["rule-detail"]["content"]), text_of(shown["rule-texts"]["content"])
    assert "T1110.001 Password guessing" in facts
    assert "bob@example.org: Too loud, switched on by bob@example.org" in facts
    for part in ("name: password_guessing", "SELECT 1 FROM events", "Failed password", "First five minutes"):
        assert part in texts


def test_its_alerts_lead_to_themselves() -> None:
    shown = json.dumps(told(every_state(NOW), rule="password_guessing")["rule-alerts"]["content"])
    assert "/alerts?alert=42" in shown


def test_a_rule_without_alerts_is_empty_and_not_an_error() -> None:
    assert told(every_state(NOW), rule="scanning")["rule-alerts"]["state"] == "empty"


def test_a_rule_that_is_not_there_is_said() -> None:
    assert told(every_state(NOW), rule="nobody")["rule-detail"]["sentence"] == "There is no such rule"


def test_a_database_that_is_down_is_an_error_on_every_panel() -> None:
    rules = every_state(NOW)
    rules.down = DOWN
    assert {(each["state"], each["sentence"]) for each in told(rules, rule="slow").values()} == {("error", DOWN)}


def test_hostile_text_is_text() -> None:
    rules = hostile_rules(NOW)
    shown = told(rules, rule=next(iter(rules.details)))
    assert not any("\u202e" in text_of(each["content"]) for each in shown.values())
    assert "dangerously" not in json.dumps(shown)
    assert {each["state"] for each in shown.values()} == {"ok"}


@settings(max_examples=40, deadline=None)
@given(ANY_JSON, ANY_JSON, ANY_JSON)
def test_any_view_is_answered(rule: object, find: object, sort: object) -> None:
    view = {"rule": rule, "rules_find": find, "rules_sort": sort, "rules_show": find}
    assert all(each["state"] in ("ok", "empty", "unmatched") for each in told(every_state(NOW), **view).values())


@pytest.mark.parametrize("panel", page.PANELS, ids=lambda panel: panel.name)
def test_every_panel_is_told_something(panel: Any) -> None:
    assert panel.name in told(every_state(NOW), rule="password_guessing")
