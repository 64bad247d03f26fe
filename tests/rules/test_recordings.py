"""Falco's recordings of real attacks, with its own rules: each is told by the family it belongs to."""

import json
from pathlib import Path

import pytest

from detection.parsers.interface import Found, Origin
from detection.parsers.registry import parser_named
from detection.sigma.samples import START
from tests.rules.conftest import Detection
from vigie.event import Event

SAMPLES = Path(__file__).parent.parent / "detection/parsers/samples/falco"
ATTACKS = {
    "shell_tty": {"shell_in_container"},
    "shell_untrusted": {"shell_in_container"},
    "revshell": {"shell_in_container"},
    "read_shadow": {"file_modifications"},
    "write_etc": {"file_modifications"},
    "privesc": {"privilege_escalation"},
    "net_out": {"outbound_connection", "shell_in_container"},  # `nc -e /bin/sh` is both
}


def events(path: Path) -> list[Event]:
    """Those of a file that has one Falco alert a line."""
    origin, found = Origin("falco", START), []
    for line in path.read_text(encoding="utf-8").splitlines():
        parsed = parser_named("falco").parse(line, origin)
        found += parsed.events("falco") if isinstance(parsed, Found) else []
    return found


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*_syn_*.jsonl")), ids=lambda path: path.stem)
def test_an_attack_is_told_by_its_family(detection: Detection, path: Path) -> None:
    assert ATTACKS[path.stem.split("_syn_")[1]] & detection.look(events(path)).keys()


def test_nothing_that_falco_calls_warning_or_worse_is_passed_over(detection: Detection) -> None:
    for path in sorted(SAMPLES.glob("*.jsonl")):
        for event in events(path):
            if event.severity >= 3 and event.action == "falco_rule_match":
                assert detection.look([event]), json.dumps(event.rule)
                detection.forget()
