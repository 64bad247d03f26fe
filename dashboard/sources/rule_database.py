"""The questions of the Rules page, answered from Vigie's own database with the role vigie_console."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.reading import OURS, unavailable
from dashboard.sources.recent import Recent
from dashboard.sources.rule_figures import UNJUDGED, Found, Standing, found, standing
from dashboard.sources.rule_questions import (
    MOST_ALERTS,
    MOST_SWITCHES,
    AlertSeen,
    RuleDetail,
    RuleRow,
    RuleState,
    SwitchSeen,
    Volume,
)
from dashboard.sources.rule_reads import reads
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.severity import Severity
from vigie.store.engine import transaction

T = TypeVar("T")
_KEPT_S = 15  # what is counted costs the most and changes slowly: all readers of a window share one reading
_WINDOWS = 8

_RULES = text("""
    SELECT rule, title, severity, kind, error, error_advice, error_since, is_loaded, loaded_at, evaluated_at,
        details -> 'alerts' IS NOT DISTINCT FROM 'false'::jsonb AS serves,
        details -> 'categories' AS categories, left(details ->> 'file', 300) AS file
    FROM rules ORDER BY rule
""")
_DETAILS = text("SELECT details FROM rules WHERE rule = :rule")
_OFF = text("""
    SELECT DISTINCT ON (rule) rule, off_at, until, reason, actor, ended_at, ended_by FROM rule_switches
    WHERE ended_at IS NULL AND until > :now ORDER BY rule, id DESC
""")
_SWITCHES = text("""
    SELECT off_at, until, reason, actor, ended_at, ended_by FROM rule_switches
    WHERE rule = :rule ORDER BY id DESC LIMIT :most
""")
_ALERTS = text("""
    SELECT id, title, severity, status, verdict, count, last_seen FROM alerts
    WHERE rule = :rule ORDER BY last_seen DESC LIMIT :most
""")
# The newest sign of life of any rule that is evaluated here; where there was none yet, when they were loaded.
_LOOKED = text("SELECT max(coalesce(evaluated_at, loaded_at)) FROM rules WHERE is_loaded AND kind <> 'grafana'")
_LATE = timedelta(minutes=2)
_NOBODY_LOOKS = "No rule has looked at all that is stored since then."
_CHECK_WORKER = "Check that Vigie's worker runs. After an import, or a long stop, it needs a while."
_ORDER = tuple(RuleState)


class RuleDatabase:
    """Implements RuleQuestions. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: Recent[tuple[datetime, datetime, int], Found] = Recent(_WINDOWS)

    def rules(self, window: TimeRange) -> Answer[Sequence[RuleRow]]:
        return self._read(partial(self._rows, window=window))

    def rule(self, name: str, window: TimeRange) -> Answer[Sequence[RuleDetail]]:
        def read(connection: Connection, now: datetime) -> list[RuleDetail]:
            rows = self._rows(connection, now, window)
            return [_detail(connection, row) for row in rows if row.name == name]

        return self._read(read)

    def _rows(self, connection: Connection, now: datetime, window: TimeRange) -> list[RuleRow]:
        key = window.since, window.until, int(now.timestamp() // _KEPT_S)
        counted = self._found.get(key, lambda: found(connection, window))
        off = {rule: SwitchSeen(*rest) for rule, *rest in connection.execute(_OFF, {"now": now})}
        alerts = standing(connection, now)
        rows = [
            _row(row, off.get(row.rule), alerts.get(row.rule, Standing()), counted)
            for row in connection.execute(_RULES)
        ]
        return sorted(rows, key=_usual)

    def _read(self, read: Callable[[Connection, datetime], T]) -> Answer[T]:
        now = utc_now()
        try:
            with transaction(self._engine) as connection:
                looked = connection.scalar(_LOOKED)
                answer = Answer(read(connection, now), now, OURS)
        except (VigieError, SQLAlchemyError) as error:
            return unavailable(error, OURS)
        if looked is None or now - looked < _LATE:
            return answer
        return replace(
            answer, completeness=Completeness.STALE, since=looked, sentence=_NOBODY_LOOKS, advice=_CHECK_WORKER
        )


def _usual(row: RuleRow) -> tuple[object, ...]:
    """What does not work first, then what waits for people, and rules that others rest on at the end."""
    return _ORDER.index(row.state), row.serves, not row.waiting, -row.severity, row.title, row.name


def _row(row: Row[Any], off: SwitchSeen | None, alerts: Standing, counted: Found) -> RuleRow:
    judged = counted.judged.get(row.rule, UNJUDGED)
    return RuleRow(
        name=row.rule,
        title=row.title,
        severity=Severity(min(max(row.severity, Severity.INFORMATIONAL), Severity.CRITICAL)),
        kind=row.kind,
        serves=row.serves,
        file=row.file or "",
        state=_state(row, off, counted),
        error=row.error,
        advice=row.error_advice,
        error_since=row.error_since,
        off=off,
        loaded_at=row.loaded_at,
        evaluated_at=row.evaluated_at,
        volume=counted.volumes.get(row.rule, Volume()),
        all_events=counted.all_events,
        last_fired_at=alerts.last_fired_at,
        waiting=alerts.waiting,
        acknowledged=alerts.acknowledged,
        verdicts=judged.verdicts,
        to_acknowledge=judged.to_acknowledge,
        to_close=judged.to_close,
    )


def _state(row: Row[Any], off: SwitchSeen | None, counted: Found) -> RuleState:
    if not row.is_loaded:
        return RuleState.NOT_LOADED if row.error else RuleState.GONE
    if off is not None:
        return RuleState.OFF
    if row.error:
        return RuleState.FAILING
    is_fed = not isinstance(row.categories, list) or not counted.categories.isdisjoint(map(str, row.categories))
    return RuleState.ON if is_fed else RuleState.UNFED


def _detail(connection: Connection, row: RuleRow) -> RuleDetail:
    alerts = connection.execute(_ALERTS, {"rule": row.name, "most": MOST_ALERTS})
    switches = connection.execute(_SWITCHES, {"rule": row.name, "most": MOST_SWITCHES})
    return RuleDetail(
        row,
        reads(connection.scalar(_DETAILS, {"rule": row.name})),
        tuple(AlertSeen(number, title, Severity(level), *rest) for number, title, level, *rest in alerts),
        tuple(SwitchSeen(*each) for each in switches),
    )
