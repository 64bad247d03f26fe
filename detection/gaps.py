"""The event of a gap: lines of a source that were written and will not be read. Detection and people look at it."""

from collections.abc import Iterable

from vigie.event import FAILURE, Event, clean_text, key_of
from vigie.severity import Severity
from vigie.store.unread import Gap

SOURCE, CATEGORY, ACTION = "vigie", "monitoring", "source_gap"


def gap_events(name: str, gaps: Iterable[Gap]) -> list[Event]:
    """One event for each gap of the source `name`, at the end of the gap (UTC); the same however often it is made."""
    return [_event(name, gap) for gap in gaps]


def _event(name: str, gap: Gap) -> Event:
    since = gap.since.isoformat() if gap.since else ""
    return Event(
        occurred_at=gap.until,
        event_key=key_of(SOURCE, ACTION, name, since, gap.until.isoformat(), gap.reason),
        source=SOURCE,
        category=CATEGORY,
        action=ACTION,
        outcome=FAILURE,
        severity=Severity.HIGH,
        rule=ACTION,
        process_name=clean_text(name, 255),
        message=clean_text(f"{name}: lines may be missing. {gap.reason}", 2000),
        raw={"source": name, "since": since or None, "until": gap.until.isoformat(), "reason": gap.reason},
    )
