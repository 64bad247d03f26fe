"""What a rule must have to be used at night: tags, severity, false positives, samples, a name of its own."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from detection.sigma.compiled import Rule
from tests.rules.conftest import LOADED, RULES

ALERTING = [rule for rule in LOADED.rules if rule.alerts]
TACTICS = {
    "attack.reconnaissance", "attack.initial-access", "attack.execution", "attack.persistence",
    "attack.privilege-escalation", "attack.defense-evasion", "attack.credential-access", "attack.discovery",
    "attack.lateral-movement", "attack.collection", "attack.command-and-control", "attack.exfiltration",
    "attack.impact",
}  # fmt: skip


def written() -> Iterator[dict[str, object]]:
    """Every Sigma rule of the folder, as it is written."""
    for path in sorted(RULES.glob("*.yml")):
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        yield from (rule for rule in documents if "detection" in rule or "correlation" in rule)


def test_every_rule_is_loaded() -> None:
    assert LOADED.not_loaded == ()
    assert len(LOADED.rules) == len(list(written()))


def test_there_are_rules_enough() -> None:
    assert len(ALERTING) >= 30


def test_names_and_ids_are_unique() -> None:
    for key in ("name", "id", "title"):
        assert [value for value, n in Counter(str(rule[key]) for rule in written()).items() if n > 1] == []


def test_what_only_serves_a_correlation_makes_no_alert() -> None:
    assert {rule.name for rule in ALERTING} == {str(rule["name"]) for rule in written() if "vigie" in rule}


@pytest.mark.parametrize("rule", [rule for rule in written() if "vigie" in rule], ids=lambda rule: str(rule["name"]))
class TestARule:
    def test_it_says_what_it_is_about_and_what_else_it_may_be(self, rule: dict[str, object]) -> None:
        assert len(str(rule["description"])) > 30
        assert rule["level"] in ("informational", "low", "medium", "high", "critical")
        assert isinstance(rule["falsepositives"], list)
        assert all(len(each) > 10 for each in rule["falsepositives"])

    def test_it_names_tactic_and_technique_of_attack(self, rule: dict[str, object]) -> None:
        tags = rule["tags"]
        assert isinstance(tags, list)
        techniques = {tag for tag in tags if re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", tag)}
        assert techniques
        assert set(tags) - techniques
        assert set(tags) - techniques <= TACTICS

    def test_it_has_a_sample_and_a_near_miss(self, rule: dict[str, object]) -> None:
        own = rule["vigie"]
        assert isinstance(own, dict)
        assert own["fires"]
        assert own["stays_silent"]

    def test_its_name_can_be_typed_and_stand_in_an_address(self, rule: dict[str, object]) -> None:
        assert re.fullmatch(r"[a-z][a-z_]{3,59}", str(rule["name"]))


@pytest.mark.parametrize("rule", ALERTING, ids=lambda rule: rule.name)
def test_its_entity_is_at_most_two_columns(rule: Rule) -> None:
    assert 1 <= len(rule.group_by) <= 2
