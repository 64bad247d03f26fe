"""Alerts of Grafana and Alertmanager, as their webhooks tell of them: they fold as the alerts of our own rules do.

One alert for one name with one set of labels, whoever sends it and however often. What is known of it follows from the
events that are stored alone, so it is the same in whatever order they came: it is over where the newest end that was
told is not before the newest beginning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import execute_values

from detection.alerts.folding import ACTOR
from detection.alerts.sightings import KEPT_SAMPLES, MINUTE, Minute, Sighting
from detection.alerts.spans import Piece
from detection.intake.alerts import CATEGORY, FIRING, RESOLVED
from vigie.event import clean_text, key_of
from vigie.severity import Severity

KIND = "grafana"
_TITLE_LIMIT = 300
_MOST_LABELS = 8  # that are shown; all of them make the fingerprint
_SENDERS = frozenset({"grafana_folder", "prometheus", "prometheus_replica"})  # who told, not what of
_SAID_ELSEWHERE = frozenset({"alertname", "severity", "level", "priority"})
_COLUMNS = ("source_ip", "user_name", "host_name", "container_name", "process_name")
_AHEAD = timedelta(days=1)  # events are at most ten minutes ahead

# What came without its raw record, or with too long a one, is told apart by what its columns say.
_EVENTS = """
    SELECT e.occurred_at, e.event_key, e.source, e.action, e.rule, e.severity, e.message, e.source_ip, e.user_name,
        e.host_name, e.container_name, e.process_name, date_trunc('minute', e.occurred_at, 'UTC') AS minute,
        CASE WHEN jsonb_typeof(r.raw -> 'labels') = 'object' THEN r.raw -> 'labels' ELSE jsonb_strip_nulls(
            jsonb_build_object('source_ip', host(e.source_ip), 'user_name', e.user_name, 'host_name', e.host_name,
                'container_name', e.container_name)) END AS labels
    FROM events e LEFT JOIN events_raw r ON (r.occurred_at, r.event_key) = (e.occurred_at, e.event_key)
        AND r.occurred_at >= %(since)s AND r.occurred_at < %(until)s
    WHERE e.occurred_at >= %(since)s AND e.occurred_at < %(until)s AND e.category = %(category)s AND e.rule IS NOT NULL
"""
_TOUCHED = f"SELECT DISTINCT rule, labels FROM ({_EVENTS}) AS told"  # noqa: S608 - only our own constants
_MINUTES = f"""
    SELECT rule, labels, minute, count(*), min(occurred_at), max(occurred_at), array_agg(DISTINCT source),
        (array_agg(occurred_at ORDER BY occurred_at, event_key))[:{KEPT_SAMPLES}]
            || (array_agg(occurred_at ORDER BY occurred_at DESC, event_key DESC))[:{KEPT_SAMPLES}],
        (array_agg(event_key ORDER BY occurred_at, event_key))[:{KEPT_SAMPLES}]
            || (array_agg(event_key ORDER BY occurred_at DESC, event_key DESC))[:{KEPT_SAMPLES}]
    FROM ({_EVENTS}) AS told WHERE action = %(firing)s
    GROUP BY rule, labels, minute ORDER BY rule, labels, minute
"""  # noqa: S608
_NEWEST = f"""
    SELECT DISTINCT ON (rule, labels, action) rule, labels, action, occurred_at, severity, message,
        ARRAY[host(source_ip), user_name, host_name, container_name, process_name]
    FROM ({_EVENTS} AND e.rule = ANY(%(rules)s)) AS told
    ORDER BY rule, labels, action, occurred_at DESC, event_key DESC
"""  # noqa: S608
_KNOWN = """
    INSERT INTO rules AS r (rule, title, severity, kind, evaluated_at) VALUES %s
    ON CONFLICT (rule) DO UPDATE SET title = excluded.title, severity = excluded.severity,
        evaluated_at = excluded.evaluated_at
"""
_BEGAN_AGAIN = """
    UPDATE alerts SET resolved_at = NULL WHERE fingerprint = ANY(%s) AND resolved_at < last_seen
"""
_ENDED = """
    WITH told AS (
        SELECT * FROM unnest(%(fingerprints)s::bytea[], %(ends)s::timestamptz[]) AS row (fingerprint, ended_at)
    ), before AS MATERIALIZED (
        SELECT a.id, a.resolved_at, told.ended_at FROM alerts a JOIN told USING (fingerprint)
        WHERE told.ended_at >= a.last_seen AND (a.resolved_at IS NULL OR a.resolved_at < told.ended_at)
        ORDER BY a.id FOR NO KEY UPDATE OF a
    ), acts AS (
        INSERT INTO alert_acts (alert_id, actor, act, detail)
        SELECT id, %(actor)s, 'resolved', jsonb_build_object('ended_at', ended_at) FROM before
        WHERE resolved_at IS NULL ORDER BY id
    )
    UPDATE alerts a SET resolved_at = before.ended_at FROM before WHERE a.id = before.id
"""


@dataclass(frozen=True, slots=True)
class _Notified(Sighting):
    """An alert that was told of. `labels`: what it was told with, but what says who told it."""

    labels: Mapping[str, str]

    @property
    def fingerprint(self) -> bytes:
        return fingerprint_of(self.rule, self.labels)


@dataclass(frozen=True, slots=True)
class Told:
    """What webhooks told in a piece of event time: what is firing, to be folded, and what is over since when (UTC)."""

    sightings: Sequence[Sighting]
    ended: Mapping[bytes, datetime]
    touched: Sequence[bytes]


def fingerprint_of(rule: str, labels: Mapping[str, str]) -> bytes:
    """The same for the same labels in any order."""
    return key_of(rule, *(part for pair in sorted(labels.items()) for part in pair))


def told(cursor: Cursor, piece: Piece, off: Iterable[str] = ()) -> Told:
    """What webhooks told in `piece`, in the caller's transaction. Rules that are `off` make no alerts.

    Raises psycopg2.Error. The rules that are told of are known from then on.
    """
    if CATEGORY not in piece.categories:
        return Told((), {}, ())
    since, until = _minute(piece.since), _minute(piece.until) + MINUTE
    asked: dict[str, Any] = {"since": since, "until": until, "category": CATEGORY, "firing": FIRING}
    cursor.execute(_TOUCHED, asked)
    names = {(name, _key(labels)) for name, labels in cursor.fetchall()}
    if not names:
        return Told((), {}, ())
    cursor.execute(_MINUTES, asked)
    minutes = cursor.fetchall()
    rules = sorted({name for name, _ in names})
    cursor.execute(_NEWEST, asked | {"until": max(until, datetime.now(UTC)) + _AHEAD, "rules": rules})
    newest = [_Newest(*row) for row in cursor.fetchall() if (row[0], _key(row[1])) in names]
    _make_known(cursor, newest)
    sightings = _sightings(minutes, newest, frozenset(off))
    ended: dict[bytes, datetime] = {}
    for each in newest:
        if each.action == RESOLVED:
            ended[each.fingerprint] = max(each.at, ended.get(each.fingerprint, each.at))
    return Told(sightings, ended, [each.fingerprint for each in sightings])


def settle(cursor: Cursor, given: Told) -> None:
    """Says of the alerts that were folded which of them are over, in the caller's transaction."""
    if given.touched:
        cursor.execute(_BEGAN_AGAIN, (list(given.touched),))
    if given.ended:
        ends = {"fingerprints": list(given.ended), "ends": list(given.ended.values()), "actor": ACTOR}
        cursor.execute(_ENDED, ends)


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest notification of one kind with these labels."""

    name: str
    all_labels: Mapping[str, object]
    action: str
    at: datetime
    severity: int
    message: str | None
    columns: Sequence[str | None]

    @property
    def rule(self) -> str:
        return rule_of(self.name)

    @property
    def labels(self) -> dict[str, str]:
        return _labels(self.all_labels)

    @property
    def fingerprint(self) -> bytes:
        return fingerprint_of(self.rule, self.labels)

    @property
    def entity(self) -> dict[str, str]:
        """What it is about: columns of events that it fills, then its other labels."""
        about = {name: value for name, value in zip(_COLUMNS, self.columns, strict=True) if value}
        others = {
            name: value
            for name, value in sorted(self.labels.items())
            if name not in _SAID_ELSEWHERE and value not in about.values()
        }
        return about | dict(list(others.items())[:_MOST_LABELS])


def rule_of(name: str) -> str:
    """The key of a rule that another system evaluates; no rule of a file can have it."""
    return f"{KIND}/{name}"


def _labels(given: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if name not in _SENDERS and not name.startswith("__")}


def _key(labels: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in labels.items()))


def _make_known(cursor: Cursor, newest: Iterable[_Newest]) -> None:
    now = datetime.now(UTC)
    rows = {
        each.rule: (each.rule, each.name, each.severity, KIND, now) for each in sorted(newest, key=lambda each: each.at)
    }
    execute_values(cursor, _KNOWN, sorted(rows.values()))


def _sightings(minutes: Iterable[Sequence[Any]], newest: Iterable[_Newest], off: frozenset[str]) -> list[Sighting]:
    firing: dict[bytes, _Newest] = {}
    for each in sorted(newest, key=lambda each: each.at):
        if each.action == FIRING:
            firing[each.fingerprint] = each
    found: dict[bytes, _Notified] = {}
    for name, labels, *row in minutes:
        fingerprint = fingerprint_of(rule_of(name), _labels(labels))
        if rule_of(name) not in off:
            found[fingerprint] = _added(found.get(fingerprint), firing[fingerprint], row)
    return list(found.values())


def _added(known: _Notified | None, newest: _Newest, row: Sequence[Any]) -> _Notified:
    """Senders that tell of the same alert in one minute count together."""
    minute, n, first, last, sources, times, keys = row
    minutes = dict(known.minutes) if known else {}
    before = minutes.get(minute)
    seen = Minute(n, first, last)
    minutes[minute] = (
        Minute(before.n + n, min(before.first, first), max(before.last, last)) if before is not None else seen
    )
    samples = [*(known.samples if known else ()), *((at, bytes(key)) for at, key in zip(times, keys, strict=True))]
    return _Notified(
        rule=newest.rule,
        title=clean_text(newest.message or newest.name, _TITLE_LIMIT) or newest.name,
        severity=Severity(newest.severity),
        entity=newest.entity,
        sources=frozenset(sources) | (known.sources if known else frozenset()),
        minutes=minutes,
        fired_at=min(first, known.fired_at) if known else first,
        samples=list(dict.fromkeys(samples)),
        labels=newest.labels,
    )


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)
