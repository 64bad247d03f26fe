"""What the rules found and what people made of it, counted by PostgreSQL. Keys are names of rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from dashboard.sources.interface import TimeRange
from dashboard.sources.rule_questions import JUDGED, TimeTo, Verdicts, Volume
from vigie.clock import utc_now

PARTS = 24

_VOLUME = text("""
    WITH hits AS MATERIALIZED (
        SELECT m.alert_id, width_bucket(m.minute, CAST(:begins AS timestamptz[])) AS part, sum(m.n) AS n
        FROM alerts a JOIN alert_minutes m ON m.alert_id = a.id
        WHERE a.last_seen >= :since AND a.first_seen < :until AND m.minute >= :since AND m.minute < :until
        GROUP BY m.alert_id, part
    ), found AS (SELECT alert_id, sum(n) AS n FROM hits GROUP BY alert_id)
    SELECT a.rule, h.part, sum(h.n), 0 FROM hits h JOIN alerts a ON a.id = h.alert_id GROUP BY a.rule, h.part
    UNION ALL
    SELECT a.rule, NULL, sum(f.n), count(*) FROM found f JOIN alerts a ON a.id = f.alert_id GROUP BY a.rule
""")
# A life of an alert is from its opening to the next closing. One that was closed without a look was looked at then;
# a verdict that was taken back or changed says nothing.
_JUDGED = text("""
    WITH acts AS (
        SELECT x.alert_id, x.id, x.act, x.verdict, x.at,
            count(*) FILTER (WHERE x.act = 'closed')
                OVER (in_order ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS life,
            lead(x.act) OVER in_order AS followed_by
        FROM alert_acts x
        WHERE x.at >= :since AND x.at < :until
            AND x.act IN ('opened', 'reopened', 'regressed', 'seen again', 'acknowledged', 'closed')
        WINDOW in_order AS (PARTITION BY x.alert_id ORDER BY x.id)
    ), lives AS (
        SELECT alert_id, life, min(at) FILTER (WHERE act NOT IN ('acknowledged', 'closed')) AS opened,
            min(at) FILTER (WHERE act IN ('acknowledged', 'closed')) AS looked,
            min(at) FILTER (WHERE act = 'closed') AS closed,
            max(verdict) FILTER (WHERE act = 'closed' AND followed_by IS DISTINCT FROM 'reopened'
                AND followed_by IS DISTINCT FROM 'closed') AS verdict
        FROM acts GROUP BY alert_id, life
    )
    SELECT a.rule,
        count(*) FILTER (WHERE l.verdict = 'true positive'), count(*) FILTER (WHERE l.verdict = 'benign'),
        count(*) FILTER (WHERE l.verdict = 'false positive'),
        count(*) FILTER (WHERE l.verdict IN ('duplicate', 'test', 'insufficient data')),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY looked - opened) FILTER (WHERE looked >= opened),
        count(*) FILTER (WHERE looked >= opened),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY closed - opened) FILTER (WHERE closed >= opened),
        count(*) FILTER (WHERE closed >= opened)
    FROM lives l JOIN alerts a ON a.id = l.alert_id GROUP BY a.rule
""")
_STANDING = text("""
    SELECT rule, max(last_seen),
        count(*) FILTER (WHERE status = 'open' OR (status = 'acknowledged' AND acknowledged_until <= :now)),
        count(*) FILTER (WHERE status = 'acknowledged' AND (acknowledged_until > :now OR acknowledged_until IS NULL))
    FROM alerts GROUP BY rule
""")
_CATEGORIES = text("SELECT DISTINCT category FROM events_hourly WHERE hour >= :since AND hour < :until")


@dataclass(frozen=True, slots=True)
class Judged:
    """What people made of the alerts of a rule."""

    verdicts: Verdicts
    to_acknowledge: TimeTo | None
    to_close: TimeTo | None


UNJUDGED = Judged(Verdicts(), None, None)


@dataclass(frozen=True, slots=True)
class Standing:
    """The alerts of a rule as they are now."""

    last_fired_at: datetime | None = None
    waiting: int = 0
    acknowledged: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What slowly changes of all rules, for one window."""

    volumes: Mapping[str, Volume]
    judged: Mapping[str, Judged]
    categories: frozenset[str]
    """Kinds of event that came in the JUDGED time before now."""

    @property
    def all_events(self) -> int:
        return sum(each.events for each in self.volumes.values())


def found(connection: Connection, window: TimeRange) -> Found:
    """Volume in the window, and what people did in the JUDGED time before its end. Raises what SQLAlchemy raises."""
    return Found(_volumes(connection, window), _judged(connection, window), _categories(connection))


def standing(connection: Connection, now: datetime) -> dict[str, Standing]:
    """The alerts of each rule at `now` (UTC)."""
    return {rule: Standing(*rest) for rule, *rest in connection.execute(_STANDING, {"now": now})}


def _volumes(connection: Connection, window: TimeRange) -> dict[str, Volume]:
    since = window.since.replace(second=0, microsecond=0)  # events are counted by the minute
    begins = [since + (window.until - since) * part / PARTS for part in range(PARTS)]
    asked = {"since": since, "until": window.until, "begins": begins}
    parts: dict[str, list[int]] = {}
    sums: dict[str, tuple[int, int]] = {}
    for rule, part, events, alerts in connection.execute(_VOLUME, asked):
        if part is None:
            sums[rule] = int(events), int(alerts)
        else:
            parts.setdefault(rule, [0] * PARTS)[min(part, PARTS) - 1] = int(events)
    return {rule: Volume(events, alerts, tuple(parts[rule])) for rule, (events, alerts) in sums.items()}


def _judged(connection: Connection, window: TimeRange) -> dict[str, Judged]:
    asked = {"since": window.until - JUDGED, "until": window.until}
    return {
        rule: Judged(Verdicts(true, benign, false, others), _time_to(looked, looks), _time_to(closed, closings))
        for rule, true, benign, false, others, looked, looks, closed, closings in connection.execute(_JUDGED, asked)
    }


def _categories(connection: Connection) -> frozenset[str]:
    now = utc_now()
    asked = {"since": now - JUDGED, "until": now + timedelta(hours=1)}
    return frozenset(category for (category,) in connection.execute(_CATEGORIES, asked))


def _time_to(median: timedelta | None, n: int) -> TimeTo | None:
    return TimeTo(median, n) if median is not None and n else None
