"""docs/reference/formats.md says what the code does."""

import re
from pathlib import Path

from detection.actions import ACTIONS, LOG_ACTIONS
from detection.parsers import web
from detection.parsers.registry import PARSERS


def test_every_format_has_its_section(root: Path) -> None:
    page = (root / "docs/reference/formats.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `(\w+)`", page, re.M)) == set(PARSERS)


def test_the_table_of_actions_is_that_of_the_code(root: Path) -> None:
    page = (root / "docs/reference/formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \| (\w+) \|", page, re.M)
    assert rows == [(a.name, a.category, a.outcome, a.severity.word) for a in LOG_ACTIONS.values()]


def test_no_action_has_two_meanings() -> None:
    assert not set(ACTIONS) & set(LOG_ACTIONS)


def test_the_statuses_that_are_events_are_those_of_the_code(root: Path) -> None:
    page = (root / "docs/reference/formats.md").read_text(encoding="utf-8")
    for statuses in (web.REFUSED, web.UNACCEPTABLE, web.BROKEN):
        assert f"| {', '.join(str(status) for status in sorted(statuses))} |" in page
