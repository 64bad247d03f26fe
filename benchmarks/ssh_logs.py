"""Real logs of sshd: what the shipped rule for guessed passwords finds in them, against windows computed apart."""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.store_path import Figure
from detection.alerts.looking import DetectionKeeper
from detection.leader import HEARTBEAT_S, Lead
from detection.parsers.interface import Found, Origin
from detection.parsers.registry import parser_named
from detection.sigma.loader import load
from tests.conftest import Store
from tests.detection.alerts.ssh_windows import Findings, windows
from vigie.clock import utc_now
from vigie.event import Event
from vigie.store.engine import transaction
from vigie.store.events import store_events
from vigie.store.roles import Role

RULE = "ssh_password_guessing"
FOREVER = timedelta(days=3650)
_RULES = Path(__file__).parent.parent / "config" / "rules"


def compared(store: Store, log: Path) -> Iterator[Figure]:
    """The log four ways: as it comes, at once, out of order, and twice."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    wanted, events = windows(lines), events_of(lines)
    shuffled = random.Random(1).sample(events, len(events))
    ways: dict[str, tuple[Sequence[Event], int]] = {
        "as it comes": (events, 20),
        "at once": (events, len(events) or 1),
        "out of order": (shuffled, 50),
        "twice": ([*events, *events], len(events) or 1),
    }
    for way, (order, size) in ways.items():
        found = alerts(store, order, size)
        right = sum(found.get(address) == finding for address, finding in wanted.items())
        both = len(found.keys() & wanted.keys())
        precision, recall = (f"{both / total:.0%}" if total else "-" for total in (len(found), len(wanted)))
        events_in = sum(count for count, _ in wanted.values())
        measured = (
            f"precision {precision}, recall {recall}; count and first second right for {right} of {len(wanted)} "
            f"({events_in:,} failures)"
        )
        yield Figure(f"{log.name}, {len(lines):,} lines, {way}", measured, "100 %, 100 %, all")


def events_of(lines: Sequence[str]) -> list[Event]:
    """The lines as Vigie reads them."""
    parser, origin = parser_named("sshd"), Origin("ssh", utc_now())
    seen: dict[Any, int] = defaultdict(int)
    events: list[Event] = []
    for line in lines:
        found = parser.parse(line, origin)
        if isinstance(found, Found):
            place = (found.sketches[0].occurred_at, found.identity)
            events += found.events("ssh", seen[place])
            seen[place] += 1
    return events


def alerts(store: Store, events: Sequence[Event], size: int) -> Findings:
    """What an empty store's detection finds when `events` come in batches of `size`."""
    with transaction(store.owner) as connection:
        connection.exec_driver_sql("TRUNCATE events, events_raw, alerts, alert_minutes, alert_samples, alert_acts")
    lead, over = Lead(store.url(Role.WORKER)), threading.Event()
    if not lead.take():
        raise RuntimeError("another worker leads")
    beat: Callable[[], object] = lambda: [lead.holds() for _ in iter(lambda: over.wait(HEARTBEAT_S), True)]  # noqa: E731
    heart = threading.Thread(target=beat)
    heart.start()
    keeper = DetectionKeeper(store.url(Role.WORKER), FOREVER, lead)
    loaded = load(_RULES)
    keeper.load(loaded.rules, loaded.not_loaded)
    for first in range(0, len(events), size):
        single = {event.event_key: event for event in events[first : first + size]}
        with transaction(store.worker) as connection:
            store_events(connection, list(single.values()), FOREVER)
        while keeper.turn().more:
            pass
    keeper.close()
    over.set()
    heart.join()
    lead.release()
    question = "SELECT entity ->> 'source_ip', count, to_char(fired_at, 'MM-DD HH24:MI:SS') FROM alerts WHERE rule = %s"
    with transaction(store.owner) as connection:
        return {address: (count, at) for address, count, at in connection.exec_driver_sql(question, (RULE,))}
