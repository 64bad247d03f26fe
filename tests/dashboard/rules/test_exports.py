"""The files of Rules."""

from typing import Any

import pytest

from dashboard.rules import exports
from dashboard.sources.rule_questions import MOST_ALERTS
from tests.dashboard.rules.fakes import FakeRules, every_state
from vigie.clock import utc_now


@pytest.fixture
def rules() -> FakeRules:
    return every_state(utc_now())


def cells(rules: FakeRules, name: str, **view: object) -> list[dict[str, Any]]:
    export = {each.name: each for each in exports.exports(rules)}[name]
    return [
        {header: value(row) for header, value in export.columns.items()}
        for answer in export.read(view).pages
        for row in answer.rows or ()
    ]


def test_the_board_is_exported_as_it_is_filtered_and_ordered(rules: FakeRules) -> None:
    assert [row["rule"] for row in cells(rules, "rules-board", rules_show="off")] == ["scanning"]
    assert cells(rules, "rules-board", rules_sort="events")[0]["rule"] == "password_guessing"


def test_what_is_not_known_is_empty_and_not_zero(rules: FakeRules) -> None:
    row = cells(rules, "rules-board", rules_show="off")[0]
    assert (row["median_s_to_close_30d"], row["closed_n_30d"], row["last_fired_at_utc"]) == (None, 0, None)


def test_alerts_of_one_rule_say_where_there_may_be_more(rules: FakeRules) -> None:
    assert [row["alert"] for row in cells(rules, "rule-alerts", rule="password_guessing")] == [42, 17]
    export = {each.name: each for each in exports.exports(rules)}["rule-alerts"]
    [answer] = export.read({"rule": "password_guessing"}).pages
    assert len(answer.rows or ()) < MOST_ALERTS
    assert answer.sentence == ""
