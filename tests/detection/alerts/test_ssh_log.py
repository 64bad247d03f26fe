"""A log like those of real servers under attack, through the real parser and the shipped rules."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from detection.parsers.interface import Found, Origin
from detection.parsers.registry import parser_named
from detection.sigma.loader import load
from tests.detection.alerts.conftest import NOON, Watch
from tests.detection.alerts.ssh_windows import Findings, windows
from vigie.event import Event, key_of

RULES = Path(__file__).parent.parent.parent.parent / "config" / "rules"
FOUND = """
    SELECT entity ->> 'source_ip', count, to_char(fired_at, 'MM-DD HH24:MI:SS') FROM alerts
    WHERE rule = 'ssh_password_guessing'
"""


def lines_of(dice: random.Random) -> list[str]:
    """Two hours: guessers of every pace, people who mistype, probes, and lines that say nothing."""
    said: list[tuple[datetime, str]] = []
    for number in range(12):
        address, at, pace = f"192.0.2.{number}", NOON + timedelta(seconds=dice.randint(0, 3600)), 1 + 1.6 * number
        for _ in range(dice.randint(5, 40)):
            at += timedelta(seconds=round(dice.uniform(0, 2 * pace)))
            name = dice.choice(["root", "invalid user admin", "invalid user x from 198.51.100.9"])
            line = f"Failed password for {name} from {address} port {dice.randint(1024, 65535)} ssh2"
            said.append((at, f"message repeated 2 times: [ {line}]" if dice.random() < 0.1 else line))
    for _ in range(200):
        at = NOON + timedelta(seconds=dice.randint(0, 7200))
        address = f"192.0.2.{dice.randint(0, 30)}"
        said.append((at, dice.choice([
            f"Accepted publickey for alice from {address} port 50000 ssh2",
            f"Failed publickey for alice from {address} port 50000 ssh2",
            f"Connection closed by {address} [preauth]",
            f"Received disconnect from {address}: 11: Bye Bye [preauth]",
            f"reverse mapping checking getaddrinfo for x [{address}] failed - POSSIBLE BREAK-IN ATTEMPT!",
        ])))  # fmt: skip
    said.sort(key=lambda each: each[0])
    return [f"{at:%b %d %H:%M:%S} web-1 sshd[{n}]: {text}" for n, (at, text) in enumerate(said)]


def read(lines: list[str]) -> list[Event]:
    parser, origin = parser_named("sshd"), Origin("ssh", NOON + timedelta(days=1))
    found = [(number, parser.parse(line, origin)) for number, line in enumerate(lines)]
    events = [each for number, parsed in found if isinstance(parsed, Found) for each in parsed.events("ssh", number)]
    return [each._replace(event_key=key_of(str(number))) for number, each in enumerate(events)]


@pytest.mark.parametrize("order", ["live", "at once", "shuffled", "twice"])
def test_just_the_guessers_are_found_with_every_failure_and_in_the_first_second(watch: Watch, order: str) -> None:
    lines = lines_of(random.Random(3))
    events, size = read(lines), 40
    if order in ("at once", "twice"):
        size = len(events)
    if order == "shuffled":
        random.Random(4).shuffle(events)
    loaded = load(RULES)
    watch.keeper.load(loaded.rules, loaded.not_loaded)
    for first in range(0, len(events), size):
        watch.see(*events[first : first + size])
    if order == "twice":
        watch.see(*events)
    found: Findings = {str(ip): (int(str(count)), str(at)) for ip, count, at in watch.ask(FOUND)}
    assert found == windows(lines)
    assert 3 <= len(found) < 12
