"""Correlation rules: to which rules, columns and windows they are resolved, and what is refused."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from detection.sigma.compiled import Correlation, Kind, Rule
from tests.detection.sigma.asking import loaded, refused, rule_of

FAILED = rule_of(
    {"a": {"action": "authn_login_fail"}, "condition": "a"}, name="failed", id="5f1c2a9e-6a53-4f0e-9c0b-3d6f6f0b8a41"
)
WORKED = rule_of({"a": {"action": "authn_login_success"}, "condition": "a"}, name="worked")
WEB = rule_of({"a": {"cs-method": "POST"}, "condition": "a"}, {"category": "webserver"}, name="posted")


def over(*rules: str, name: str = "over", kind: str = "event_count", **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"type": kind, "rules": list(rules), "timespan": "5m"}
    if "temporal" not in kind:
        asked["condition"] = {"gte": 5}
    asked |= {key.replace("_", "-"): value for key, value in more.items()}
    return {"title": "Over", "name": name, "correlation": asked}


def named(folder: Path, name: str, *documents: object) -> Rule:
    found = loaded(folder, *documents)
    assert found.not_loaded == ()
    return next(rule for rule in found.rules if rule.name == name)


def test_it_counts_events_within_a_timespan_for_each_value(tmp_path: Path) -> None:
    found = named(tmp_path, "over", FAILED, over("failed", group_by=["source_ip"], condition={"gt": 5}))
    wanted = Correlation(Kind.EVENT_COUNT, ("failed",), ("source_ip",), timedelta(minutes=5), ">", 5)
    assert (found.correlation, found.group_by) == (wanted, ("source_ip",))


def test_it_counts_values_of_a_field(tmp_path: Path) -> None:
    asked = over("failed", kind="value_count", group_by=["source_ip"], condition={"field": "user_name", "gte": 8})
    found = named(tmp_path, "over", FAILED, asked).correlation
    assert found == Correlation(
        Kind.VALUE_COUNT, ("failed",), ("source_ip",), timedelta(minutes=5), ">=", 8, "user_name"
    )


@pytest.mark.parametrize("kind", ["temporal", "temporal_ordered"])
def test_it_asks_for_every_rule_in_one_window(tmp_path: Path, kind: str) -> None:
    found = named(tmp_path, "over", over("failed", "worked", kind=kind), FAILED, WORKED).correlation
    assert found == Correlation(Kind(kind), ("failed", "worked"), (), timedelta(minutes=5), ">=", 2)


def test_a_rule_can_be_referred_to_by_its_id(tmp_path: Path) -> None:
    found = named(tmp_path, "over", FAILED, over(str(FAILED["id"]))).correlation
    assert found is not None
    assert found.rules == ("failed",)


def test_a_rule_that_serves_a_correlation_makes_no_alerts_unless_that_says_generate(tmp_path: Path) -> None:
    assert not named(tmp_path, "failed", FAILED, over("failed")).alerts
    assert named(tmp_path, "failed", FAILED, over("failed", generate=True)).alerts


def test_a_rule_that_serves_a_broken_correlation_makes_no_alerts_either(tmp_path: Path) -> None:
    found = loaded(tmp_path, FAILED, over("failed", "nothing"))
    assert [(rule.name, rule.alerts) for rule in found.rules] == [("failed", False)]


def test_correlations_may_refer_to_correlations_whatever_their_order(tmp_path: Path) -> None:
    outer = over("inner", "worked", name="outer", kind="temporal_ordered", group_by=["user_name"])
    found = loaded(tmp_path, outer, over("failed", name="inner", group_by=["user_name"]), FAILED, WORKED)
    assert found.not_loaded == ()
    assert [rule.name for rule in found.rules] == ["failed", "worked", "inner", "outer"]


def test_fields_are_grouped_by_under_the_names_of_their_logsource(tmp_path: Path) -> None:
    found = named(tmp_path, "over", WEB, over("posted", group_by=["c-ip"]))
    assert found.group_by == ("source_ip",)


def test_an_alias_means_a_field_of_each_rule(tmp_path: Path) -> None:
    aliases = {"who": {"failed": "source_ip", "posted": "c-ip"}}
    asked = over("failed", "posted", kind="temporal", group_by=["who"], aliases=aliases)
    assert named(tmp_path, "over", FAILED, WEB, asked).group_by == ("source_ip",)


def test_sources_are_those_of_all_its_rules(tmp_path: Path) -> None:
    narrow = {**FAILED, "logsource": {"product": "vigie", "category": "authentication"}}
    probe = rule_of({"a": {"action": "x"}, "condition": "a"}, {"category": "database"}, name="probe")
    found = named(tmp_path, "over", narrow, probe, over("failed", "probe"))
    assert found.sources == frozenset(("authentication", "database"))


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (over("failed", "faild"), "'faild'"),
        (over("failed", kind="value_sum", condition={"gte": 5, "field": "http_status"}), "value_sum"),
        (over("failed", kind="value_count"), "field reference"),
        (over("failed", condition={"gte": 5, "field": "user_name"}), "value_count"),
        (over("failed", condition={"neq": 5}), "neq"),
        (over("failed", condition={"lt": 5}), "lt"),
        (over("failed", condition={"gte": 1.5}), "1.5"),
        (over("failed", condition={"gte": 10**9}), "number"),
        (over("failed", group_by=["message"]), "'message'"),
        (over("failed", group_by=["raw.k"]), "'raw.k'"),
        (over("failed", timespan="8d"), "7 days"),
        (over("failed", timespan="99999999y"), "7 days"),
        (over("failed", timespan="soon"), "soon"),
        (over("failed", kind="temporal"), "too few"),
        (over("failed", "worked", kind="temporal", condition={"gte": 1}), "every rule"),
        (over("failed", "worked", kind="temporal", condition="failed and worked"), "in words"),
        (over("failed", "posted", group_by=["w"], aliases={"w": {"failed": "source", "posted": "c-ip"}}), "different"),
        (over("failed", "posted", group_by=["w"], aliases={"w": {"failed": "user_name"}}), "alias"),
        ({**over("failed"), "vigie": {"group_by": ["source_ip"]}}, "group_by"),
    ],
)  # fmt: skip
def test_it_refuses_what_cannot_be_evaluated(tmp_path: Path, asked: dict[str, Any], word: str) -> None:
    found = refused(tmp_path, FAILED, WORKED, WEB, asked)
    assert found.name == "over"
    assert word in found.sentence


def test_correlations_that_refer_to_themselves_are_each_refused(tmp_path: Path) -> None:
    found = loaded(tmp_path, FAILED, over("b", name="a"), over("c", name="b"), over("a", name="c"))
    assert [rule.name for rule in found.rules] == ["failed"]
    assert [each.sentence for each in found.not_loaded] == [
        "It refers to itself: a → b → c → a.",
        "It refers to itself: b → c → a → b.",
        "It refers to itself: c → a → b → c.",
    ]


def test_a_long_chain_of_correlations_is_refused(tmp_path: Path) -> None:
    chain = [over(f"c{number - 1}" if number else "failed", name=f"c{number}") for number in range(40)]
    for ordered in (chain, chain[::-1]):
        found = loaded(tmp_path, *ordered, FAILED)
        assert [rule.name for rule in found.rules] == ["failed", *(f"c{number}" for number in range(10))]


def test_it_groups_by_no_more_than_the_correlation_it_refers_to(tmp_path: Path) -> None:
    inner = over("failed", name="inner", group_by=["source_ip"])
    found = refused(tmp_path, FAILED, WORKED, inner, over("inner", "worked", kind="temporal", group_by=["user_name"]))
    assert "'inner'" in found.sentence


def test_what_refers_to_a_rule_that_is_not_loaded_is_named_with_it(tmp_path: Path) -> None:
    broken = rule_of({"a": {"colour": "red"}, "condition": "a"}, name="broken")
    found = loaded(tmp_path, broken, over("broken"))
    assert [(each.name, "broken" in each.sentence or "colour" in each.sentence) for each in found.not_loaded] == [
        ("broken", True), ("over", True),
    ]  # fmt: skip
