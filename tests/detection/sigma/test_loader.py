"""A folder of rules: names, words for people, and which rule counts where several meet."""

import json
from pathlib import Path

import pytest

from detection.sigma.loader import load
from tests.detection.sigma.asking import loaded, one, refused, rule_of
from vigie.errors import ConfigurationError
from vigie.severity import Severity

ALICE = {"a": {"user_name": "alice"}, "condition": "a"}


def test_its_key_is_its_name_or_the_stem_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    loaded(tmp_path / "below", rule_of(ALICE), file="by_stem.yaml")
    found = loaded(tmp_path, rule_of(ALICE, name="by_name"), file="x.yml")
    assert [rule.name for rule in found.rules] == ["by_stem", "by_name"]


def test_of_two_rules_with_one_name_the_first_counts(tmp_path: Path) -> None:
    loaded(tmp_path, rule_of(ALICE, name="same", title="First"), file="a.yml")
    found = loaded(tmp_path, rule_of(ALICE, name="same", title="Second"), file="b.yml")
    assert [rule.title for rule in found.rules] == ["First"]
    assert (found.not_loaded[0].file, "a.yml" in found.not_loaded[0].sentence) == ("b.yml", True)


def test_of_two_rules_with_one_id_the_first_counts(tmp_path: Path) -> None:
    same = "5f1c2a9e-6a53-4f0e-9c0b-3d6f6f0b8a41"
    found = refused(tmp_path, rule_of(ALICE, name="a", id=same), rule_of(ALICE, name="b", id=same))
    assert found.name == "b"


def test_a_file_without_any_names_holds_one_rule(tmp_path: Path) -> None:
    found = refused(tmp_path, rule_of(ALICE), rule_of(ALICE))
    assert found.advice == "Give it its own name."


@pytest.mark.parametrize(("level", "severity"), [("critical", Severity.CRITICAL), (None, Severity.MEDIUM)])
def test_its_severity_is_its_level_or_medium(tmp_path: Path, level: str | None, severity: Severity) -> None:
    assert one(tmp_path, rule_of(ALICE, level=level)).severity is severity


def test_it_keeps_the_text_as_written_and_each_document_its_own(tmp_path: Path) -> None:
    first = "# why\ntitle: A\nname: a\nlogsource: {product: vigie}\ndetection: {x: {user_name: b}, condition: x}\n"
    found = loaded(tmp_path, first, rule_of(ALICE, name="b"))
    assert found.rules[0].text == first


def test_what_people_read_of_it_is_json(tmp_path: Path) -> None:
    sample = [{"source": "app", "category": "web", "action": "x", "user_name": "alice", "raw": {"day": 1}}]
    found = one(tmp_path, rule_of(
        ALICE, name="x", description="Why.", tags=["attack.t1110.001"], falsepositives=["Tests"], author="Bob",
        references=["https://example.org"], status="stable", date="2026-11-20", vigie={"fires": sample},
    )).details  # fmt: skip
    assert json.loads(json.dumps(found)) == found
    assert (found["tags"], found["runbook"], found["fires"]) == (["attack.t1110.001"], "x", sample)


def test_its_group_is_what_it_asks_for_or_that_of_its_logsource(tmp_path: Path) -> None:
    web = {"category": "webserver"}
    assert one(tmp_path, rule_of({"a": {"cs-method": "PUT"}, "condition": "a"}, web)).group_by == ("source_ip",)
    asked = {"vigie": {"group_by": ["c-ip", "http_route"]}}
    found = one(tmp_path, rule_of({"a": {"cs-method": "PUT"}, "condition": "a"}, web, **asked))
    assert found.group_by == ("source_ip", "http_route")


def test_an_unknown_field_is_named_with_the_nearest(tmp_path: Path) -> None:
    found = refused(tmp_path, rule_of({"a": {"usr_name": "x"}, "condition": "a"}))
    assert "'usr_name'" in found.sentence
    assert "user_name" in found.advice


def test_an_unknown_logsource_is_named(tmp_path: Path) -> None:
    found = refused(tmp_path, rule_of(ALICE, {"product": "windows", "category": "process_creation"}))
    assert "'windows'" in found.sentence


def test_the_thresholds_of_the_login_patterns_are_no_rule(tmp_path: Path) -> None:
    loaded(tmp_path, "title: Password guessing\nwindow_minutes: 60\n", file="login_attacks.yml")
    assert load(tmp_path).not_loaded == ()


def test_the_same_folder_gives_the_same_rules(tmp_path: Path) -> None:
    loaded(tmp_path, rule_of(ALICE, name="b"), rule_of(ALICE, name="a"))
    assert load(tmp_path) == load(tmp_path)


def test_two_rules_never_share_the_name_of_a_parameter(tmp_path: Path) -> None:
    found = loaded(tmp_path, rule_of(ALICE, name="b"), rule_of(ALICE, name="a"))
    names = [name for rule in found.rules if rule.condition for name in rule.condition.parameters]
    assert len(names) == len(set(names)) > 0


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no folder of rules"):
        load(tmp_path / "nowhere")
