"""Falco's configuration and our rules: against the schemas of the engine, and over samples; by Falco, where it is."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alerting.falco.conditions import BadCondition, Event, Rules
from tests.alerting.falco.schema import breaches

ROOT = Path(__file__).parents[3]
RECORDINGS = ROOT / "tests/recordings/falco"
RULES_FILE = ROOT / "falco/rules.d/vigie_rules.yaml"
ITEMS: list[dict[str, Any]] = yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))
RULES = [item for item in ITEMS if "rule" in item]
SAMPLES = yaml.safe_load((ROOT / "falco/samples/vigie_rules.yml").read_text(encoding="utf-8"))
CONFIGURATION = yaml.safe_load((ROOT / "falco/falco.yaml").read_text(encoding="utf-8"))
_OUTPUT_FIELD = re.compile(r"%([\w.]+(?:\[\d+\])?)")


def schema(name: str) -> dict[str, Any]:
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def firing(event: Event) -> tuple[list[str], Rules]:
    """The rules that hold for an event, in the order of the file, and what was used for that."""
    known = Rules({}, {}, set(), set())
    found = []
    for item in ITEMS:
        if "list" in item:
            known.lists[item["list"]] = item["items"]
        elif "macro" in item:
            known.macros[item["macro"]] = item["condition"]
        elif "rule" in item and known.holds(item["condition"], event) and not excepted(item, event, known):
            found.append(item["rule"])
    return found, known


def excepted(rule: dict[str, Any], event: Event, known: Rules) -> bool:
    return any(
        all(
            known.holds(f'{field} {sign} "{value}"', event)
            for field, sign, value in zip(exception["fields"], exception["comps"], values, strict=True)
        )
        for exception in rule["exceptions"]
        for values in exception["values"]
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample["about"]))
def test_an_event_fires_what_it_must_and_nothing_else(sample: dict[str, Any]) -> None:
    assert firing(sample["event"])[0] == ([sample["says"]] if sample["says"] else [])


def test_every_rule_has_a_sample_that_fires() -> None:
    assert {rule["rule"] for rule in RULES} == {sample["says"] for sample in SAMPLES if sample["says"]}


def test_the_rules_keep_to_the_schema_of_the_engine() -> None:
    assert list(breaches(ITEMS, schema("rule-schema.json"), schema("rule-schema.json"))) == []


def test_the_configuration_keeps_to_the_schema_of_the_engine() -> None:
    root = schema("config-schema.json")
    assert list(breaches(CONFIGURATION, root, root)) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rule": "x", "severity": "high"}, "unknown key severity"),
        ({"rule": "x", "priority": "HIGH"}, "'HIGH', not one of"),
        ({"rule": "x", "exceptions": [{"fields": ["fd.name"]}]}, "lacks name"),
        ({"list": "x", "items": [["a"]]}, "none of its kinds"),
    ],
)
def test_the_schema_finds_what_is_wrong(wrong: dict[str, Any], words: str) -> None:
    root = schema("rule-schema.json")
    assert any(words in each for each in breaches([wrong], root, root))


def test_nothing_is_defined_that_is_not_used() -> None:
    defined = {item[kind] for item in ITEMS for kind in ("list", "macro") if kind in item}
    assert defined - firing({})[1].used == set()


def test_a_macro_that_comes_later_is_refused() -> None:
    with pytest.raises(BadCondition, match="is not above"):
        Rules({}, {}, set(), set()).holds("vigie_spawned and proc.name = sh", {})


def fields_of_recordings() -> Iterator[str]:
    """The fields that a real Falco wrote into its alerts."""
    for line in (RECORDINGS / "vigie_draft_rules.jsonl").read_text(encoding="utf-8").splitlines():
        yield from json.loads(line)["output_fields"]


def test_every_field_is_known() -> None:
    known = {*fields_of_recordings(), "evt.rawres", "evt.res", "evt.arg.mode", "evt.is_open_write", "evt.is_open_read"}
    known |= {"fd.typechar", "fd.num", "fd.snet", "proc.name", "proc.vpid", "proc.is_exe_upper_layer"}
    said = {field for rule in RULES for field in _OUTPUT_FIELD.findall(rule["output"])}
    assert (said | firing({})[1].fields) - known == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["rule"]))
class TestARule:
    def test_it_says_what_is_benign_and_which_technique_it_is(self, rule: dict[str, Any]) -> None:
        assert "Benign:" in rule["desc"]
        assert any(re.fullmatch(r"T\d{4}(\.\d{3})?", tag) for tag in rule["tags"])
        assert any(tag.startswith("mitre_") for tag in rule["tags"])

    def test_it_looks_at_named_system_calls_only(self, rule: dict[str, Any]) -> None:
        assert any(word in rule["condition"] for word in ("evt.type", "vigie_spawned", "vigie_open_"))
        assert "evt.dir" not in rule["condition"]


def test_the_names_are_those_that_the_detection_rules_wait_for() -> None:
    families = [
        name
        for rule in yaml.safe_load_all((ROOT / "config/rules/falco.yml").read_text(encoding="utf-8"))
        for name in rule["detection"].get("family", {}).get("rule", [])
    ]
    waited_for = {name for name in families if name.startswith("Vigie ")}
    assert waited_for <= {rule["rule"] for rule in RULES}


def test_what_the_file_keeps_is_complete_and_losses_are_said() -> None:
    assert CONFIGURATION["file_output"]["enabled"]
    assert not CONFIGURATION["http_output"]["enabled"]
    assert set(CONFIGURATION["syscall_event_drops"]["actions"]) == {"log", "alert"}


if shutil.which("falco"):  # no package of Debian holds it; a machine with its image has it

    def test_the_engine_takes_the_rules_without_a_warning() -> None:
        command = ["falco", "-c", str(ROOT / "falco/falco.yaml"), "--validate", str(RULES_FILE)]
        said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
        (result,) = said["falco_load_results"]
        assert (result["successful"], result["schema_valid"], result["warnings"]) == (True, True, [])
