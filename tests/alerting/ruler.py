"""What the ruler of Loki does with our rule file: every 30 s the value, `for`, and the sentence of what fires."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.alerting.logql.lines import Line
from tests.alerting.logql.meaning import Labels, answer
from tests.alerting.logql.parser import parse_metric

ROOT = Path(__file__).parent.parent.parent
INTERVAL_S = 30
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Rule:
    """One rule of the rendered file."""

    name: str
    expression: str
    lasts_s: int
    summary: str

    def fires(self, lines: Sequence[Line], at: int) -> list[str]:
        """Its sentences at the last look before or at `at`, seconds."""
        tree = parse_metric(self.expression)
        since: dict[Labels, int] = {}
        values: Mapping[Labels, float] = {}
        for look in range(max(0, at - self.lasts_s - INTERVAL_S) // INTERVAL_S * INTERVAL_S, at + 1, INTERVAL_S):
            found = answer(tree, lines, look)
            assert isinstance(found, dict)
            values = found
            since = {labels: since.get(labels, look) for labels in values}
        last = at // INTERVAL_S * INTERVAL_S
        return sorted(self._said(each, values[each]) for each, start in since.items() if last - start >= self.lasts_s)

    def _said(self, labels: Labels, value: float) -> str:
        text = self.summary.replace('{{ printf "%.0f" $value }}', f"{value:.0f}")
        return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda place: dict(labels)[place[1]], text)


def rules() -> dict[str, Rule]:
    """All of config/loki/rules."""
    text = (ROOT / "config/loki/rules/fake/vigie.yml").read_text(encoding="utf-8")
    written = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    return {rule["alert"]: _rule(rule) for rule in written}


def _rule(rule: Mapping[str, Any]) -> Rule:
    lasts = int(rule["for"][:-1]) * _UNITS[rule["for"][-1]]
    return Rule(rule["alert"], rule["expr"], lasts, rule["annotations"]["summary"])


def lines_of(written: Sequence[Mapping[str, Any]]) -> list[Line]:
    """The lines of a case; `{n}` in one is its number."""
    return [
        Line(each["at"] + number * each.get("every", 0), each["labels"], each["line"].replace("{n}", str(number)))
        for each in written
        for number in range(each.get("repeat", 1))
    ]
