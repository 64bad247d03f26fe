"""What the store knows of each source's signs of life, read by the worker and the console alike."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from vigie.blindness import IMPORT, Expectation, Origin, Watched

# Who only speaks when there is an alert: no news is good news, and no rhythm is learned of it.
_SPEAK_OF_ALERTS = frozenset({"intake-alertmanager", "intake-grafana"})

WATCHED = """
    SELECT s.name, s.title, s.kind, s.registered_at, s.last_look_at, s.last_event_at, s.last_stored_at, s.error,
        s.error_advice, s.stored, s.duplicate, s.rejected, s.unplaced, s.ignored, s.hits, s.gaps, s.supplies_logins,
        s.expected_period_s, s.grace_s, s.last_sign_at, s.silent_from, s.learned_period_s,
        s.learned_hours_s,
        e.period_s, e.grace_s AS set_grace_s, e.is_irregular, e.set_by, e.set_at
    FROM sources s LEFT JOIN source_expectations e ON e.source = s.name
    ORDER BY s.title, s.name
"""


def watched_of(row: Mapping[Any, Any]) -> Watched:
    """One row of `WATCHED`."""
    return Watched(
        kind=row["kind"],
        registered_at=row["registered_at"],
        last_look_at=row["last_look_at"],
        look_allowed=timedelta(seconds=row["expected_period_s"] + row["grace_s"]),
        has_error=row["error"] is not None,
        last_sign_at=row["last_sign_at"],
        silent_from=row["silent_from"],
        expects=_expectation(row),
    )


def _expectation(row: Mapping[Any, Any]) -> Expectation:
    if row["kind"] == IMPORT:
        return Expectation(Origin.NEVER)
    if row["is_irregular"]:
        return Expectation(Origin.IRREGULAR)
    if row["period_s"] is not None:
        return Expectation(Origin.SET, _seconds(row["period_s"]), _seconds(row["set_grace_s"]))
    if row["name"] in _SPEAK_OF_ALERTS:
        return Expectation(Origin.IRREGULAR)
    if row["learned_period_s"] is not None:
        return _learned(row)
    return Expectation(Origin.LEARNING)


def _learned(row: Mapping[Any, Any]) -> Expectation:
    usual_s, looked = row["learned_period_s"], row["last_look_at"]
    period_s = row["learned_hours_s"][looked.astimezone(UTC).hour] if row["learned_hours_s"] and looked else usual_s
    return Expectation(Origin.LEARNED, _seconds(period_s), _seconds(row["grace_s"]), period_s > usual_s)


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)
