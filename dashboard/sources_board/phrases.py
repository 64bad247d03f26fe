"""How the Sources page says states, kinds, lengths of time and troubles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dashboard.sources.interface import SourceState, SourceStatus
from dashboard.sources.source_questions import Lag, SourceRow
from dashboard.sources_board.lengths import length
from dashboard.ui import words
from vigie.blindness import Expectation, Origin, Why

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "application": "table of an application",
        "file": "log file",
        "loki": "streams of Loki",
        "intake": "posted to the intake",
        "import": "imported once",
    }
)
_CHECK_WRITER = "Check that it still writes. If it is seldom heard, set what is expected of it."
_CHECK_WORKER = "Check that Vigie's worker runs; for what is posted, that the intake does."


class Trouble(StrEnum):
    """What can become of a record that became no event."""

    REJECTED = "rejected"
    GAPS = "gaps"
    WRONG_CLOCK = "wrong_clock"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks: icon, tone, word."""

    icon: str
    tone: str
    word: str


STATES: Mapping[SourceState, Look] = MappingProxyType(
    {
        SourceState.OK: Look("check", "is-ok", "Heard"),
        SourceState.LEARNING: Look("clock", "is-dimmed", "Learning"),
        SourceState.IRREGULAR: Look("informational", "is-dimmed", "Irregular"),
        SourceState.LATE: Look("clock", "is-blind", "Late"),
        SourceState.BLIND: Look("blind", "is-blind", "Blind"),
        SourceState.STOPPED: Look("blind", "is-blind", "Not watched"),
        SourceState.IMPORT: Look("download", "is-dimmed", "Imported"),
    }
)


def expected(expects: Expectation) -> str:
    """`2 min + 20 s`, or why nothing is expected."""
    if expects.period is not None:
        return f"{length(expects.period)} + {length(expects.grace)}"
    return {
        Origin.NEVER: "nothing",
        Origin.IRREGULAR: "nothing",
        Origin.LEARNING: "not known yet",
    }[expects.origin]


def origin(status: SourceStatus) -> str:
    """Where the expectation comes from."""
    if status.expects.origin is Origin.SET:
        return f"set by {words.outside(status.set_by, 40)}"
    if status.expects.origin is Origin.IRREGULAR and status.set_by is None:
        return "silence is normal: it speaks of alerts only"
    if status.expects.is_quiet_hour:
        return "learned: it is often quiet at this hour"
    return {
        Origin.LEARNED: "learned from its rhythm",
        Origin.LEARNING: "100 signs of life are needed",
        Origin.IRREGULAR: f"silence is normal, says {words.outside(status.set_by, 40)}",
        Origin.NEVER: "an import does not go on",
    }[status.expects.origin]


def instant(at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """With seconds for the day the reader is in; a dash for never."""
    if at is None:
        return "–"
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M:%S}"
    return words.clock_time(at, zone, now) if local.year == now.astimezone(zone).year else words.date_time(at, zone)


def lag(found: Lag | None) -> str:
    """`0.4 s, p95 1.2 s`; a dash where no event of the last hour is known."""
    return f"{_short(found.median)}, p95 {_short(found.p95)}" if found else "–"


def _short(span: timedelta) -> str:
    seconds = span.total_seconds()
    if abs(seconds) < 10:
        return f"{seconds:.1f} s".replace("-", "−")
    return f"−{length(-span)}" if seconds < 0 else length(span)


def troubles(row: SourceRow) -> list[tuple[Trouble, str]]:
    """What of a source did not become events, each with its count."""
    status = row.status
    said = [
        (Trouble.REJECTED, f"{status.rejected:,} rejected" if status.rejected else ""),
        (Trouble.GAPS, words.count(status.gaps, "gap") if status.gaps else ""),
        (Trouble.WRONG_CLOCK, f"{status.unplaced:,} of a wrong clock" if status.unplaced else ""),
        (Trouble.LOST, f"{words.count(row.drops, 'report')} of lost kernel events" if row.drops else ""),
    ]
    return [each for each in said if each[1]]


def why(status: SourceStatus) -> str:
    """Why a source is blind and what to do, in two sentences; empty where it is not."""
    if status.blind_since is None:
        return ""
    if status.error:
        return " ".join(words.outside(each, 300) for each in (status.error, status.error_advice) if each)
    if status.blind_why is Why.SILENT:
        return f"Nothing came for {length(status.silence)}. {_CHECK_WRITER}"
    return f"Nobody looks at it. {_CHECK_WORKER}"
