"""Each rule has its runbook, and what stands in one can be used: searches parse, steps and verdicts are there."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from vigie.query import parse

ROOT = Path(__file__).parent.parent.parent
SECTIONS = ["What it means", "How sure", "First five minutes", "If it is real", "False positives", "Closing it"]
VERDICTS = {"true positive", "benign", "false positive", "duplicate", "test", "insufficient data"}


def rules() -> Iterator[dict[str, object]]:
    """The rules that make alerts, as written."""
    for path in sorted((ROOT / "config/rules").glob("*.yml")):
        yield from (rule for rule in yaml.safe_load_all(path.read_text(encoding="utf-8")) if "vigie" in rule)


RUNBOOKS = sorted(ROOT / f"docs/runbooks/{rule['name']}.md" for rule in rules())


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_every_rule_has_a_runbook() -> None:
    assert [path.stem for path in RUNBOOKS if not path.is_file()] == []


def test_the_index_names_every_rule_once() -> None:
    index = (ROOT / "docs/runbooks/README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| \[(\w+)\]\(\1\.md\)", index, re.M)
    assert [path.stem for path in RUNBOOKS if named.count(path.stem) != 1] == []


def test_the_index_says_of_each_rule_what_the_rule_says() -> None:
    index = (ROOT / "docs/runbooks/README.md").read_text(encoding="utf-8")
    rows = [
        f"({rule['name']}.md) | {rule['level']} | {' '.join(str(rule['description']).split())} |" for rule in rules()
    ]
    assert [row for row in rows if row not in index] == []


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
class TestARunbook:
    def test_it_has_every_section_in_order(self, path: Path) -> None:
        assert re.findall(r"^## (.*)$", path.read_text(encoding="utf-8"), re.M) == SECTIONS

    def test_its_first_five_minutes_are_steps_with_something_to_copy(self, path: Path) -> None:
        steps = section(path.read_text(encoding="utf-8"), "First five minutes")
        numbers = [int(number) for number in re.findall(r"^(\d)\. ", steps, re.M)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 3
        assert "```search" in steps

    def test_its_searches_are_of_our_language(self, path: Path) -> None:
        blocks = re.findall(r"```search\n(.*?)```", path.read_text(encoding="utf-8"), re.S)
        for line in "\n".join(blocks).splitlines():
            assert str(parse(line.strip())) if line.strip() else True

    def test_its_commands_are_of_the_shell(self, path: Path) -> None:
        blocks = re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), re.S)
        done = subprocess.run(["bash", "-n"], input="\n".join(blocks), text=True, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    def test_its_verdicts_are_those_of_triage(self, path: Path) -> None:
        verdicts = re.findall(
            r"^\| ([a-z ]+) \| (?!when)", section(path.read_text(encoding="utf-8"), "Closing it"), re.M
        )
        assert len(verdicts) >= 2
        assert set(verdicts) <= VERDICTS

    def test_it_says_severity_and_technique_of_its_rule(self, path: Path) -> None:
        (rule,) = (rule for rule in rules() if rule["name"] == path.stem)
        said = path.read_text(encoding="utf-8").splitlines()[2]
        techniques = re.findall(r"attack\.(t[\d.]+)", str(rule["tags"]))
        assert f"· {rule['level']} ·" in said
        assert all(each.upper() in said for each in techniques)
