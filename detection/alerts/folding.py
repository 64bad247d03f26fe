"""Folding: one row for one fingerprint, whatever is seen of it and how often.

Counts are per minute of event time and never added to: a minute that is looked at again is overwritten. More events
only ever make more of a minute, so the larger count is the right one, in whatever order events are looked at.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import Json, execute_values

from detection.alerts.sightings import KEPT_SAMPLES, Minute, Sighting

ACTOR = "vigie"  # who acts, where the worker does
QUIET = timedelta(hours=1)  # after which what comes is a new wave, not the end of the one that was closed

# People lock alerts in the order of their numbers, too: nobody waits for each other in a circle.
_LOCK = "SELECT fingerprint, id FROM alerts WHERE fingerprint = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_OPEN = """
    INSERT INTO alerts (fingerprint, rule, title, severity, entity, sources, count, first_seen, last_seen, fired_at)
    VALUES %s RETURNING fingerprint, id
"""
_OPENED = "INSERT INTO alert_acts (alert_id, actor, act) SELECT id, %s, 'opened' FROM unnest(%s::bigint[]) AS id"
_COUNT = """
    WITH seen AS MATERIALIZED (
        SELECT * FROM unnest(%(alerts)s::bigint[], %(minutes)s::timestamptz[], %(counts)s::integer[])
            AS row (alert_id, minute, n)
    ), known AS MATERIALIZED (
        SELECT alert_id, minute, m.n FROM seen JOIN alert_minutes m USING (alert_id, minute)
    ), kept AS (
        INSERT INTO alert_minutes AS m (alert_id, minute, n) SELECT alert_id, minute, n FROM seen
        ON CONFLICT (alert_id, minute) DO UPDATE SET n = excluded.n WHERE m.n < excluded.n
        RETURNING alert_id, minute, n
    )
    SELECT alert_id, minute, kept.n - coalesce(known.n, 0) FROM kept LEFT JOIN known USING (alert_id, minute)
"""
_SEEN = """
    UPDATE alerts a SET count = a.count + s.more, title = s.title, severity = s.severity,
        first_seen = least(a.first_seen, s.first_seen), last_seen = greatest(a.last_seen, s.last_seen),
        fired_at = least(a.fired_at, s.fired_at),
        sources = ARRAY(SELECT DISTINCT name FROM unnest(a.sources || s.sources) AS name ORDER BY name)
    FROM (VALUES %s) AS s (id, more, title, severity, first_seen, last_seen, fired_at, sources) WHERE a.id = s.id
"""
_SEEN_TYPES = "(%s, %s, %s, %s::smallint, %s::timestamptz, %s::timestamptz, %s::timestamptz, %s::text[])"
_KEEP_SAMPLES = "INSERT INTO alert_samples (alert_id, occurred_at, event_key) VALUES %s ON CONFLICT DO NOTHING"
_DROP_SAMPLES = """
    DELETE FROM alert_samples s USING (
        SELECT alert_id, occurred_at, event_key, count(*) OVER (PARTITION BY alert_id) AS total,
            row_number() OVER (PARTITION BY alert_id ORDER BY occurred_at, event_key) AS place
        FROM alert_samples WHERE alert_id = ANY(%(alerts)s)
    ) p
    WHERE (s.alert_id, s.occurred_at, s.event_key) = (p.alert_id, p.occurred_at, p.event_key)
        AND place > %(kept)s AND place <= total - %(kept)s
"""
# A close that holds is over with `holds_until`. Any other is over with a new wave: an event after the close, with
# none in the hour before it. Both go by the time of the event, so that an old log that is read now changes nothing.
_REOPEN = """
    WITH back AS (
        SELECT a.id, a.verdict, min(s.first) AS seen,
            CASE WHEN a.verdict = 'true positive' THEN 'regressed' ELSE 'seen again' END AS act
        FROM unnest(%(alerts)s::bigint[], %(minutes)s::timestamptz[], %(firsts)s::timestamptz[],
            %(lasts)s::timestamptz[]) AS s (alert_id, minute, first, last)
        JOIN alerts a ON a.id = s.alert_id AND a.status = 'closed'
        WHERE CASE WHEN a.holds_until IS NOT NULL THEN s.last > a.holds_until
            ELSE s.first > a.status_at AND NOT EXISTS (
                SELECT FROM alert_minutes m
                WHERE m.alert_id = a.id AND m.minute >= s.minute - %(quiet)s AND m.minute < s.minute) END
        GROUP BY a.id
    ), acts AS (
        INSERT INTO alert_acts (alert_id, actor, act, detail)
        SELECT id, %(actor)s, act, jsonb_build_object('verdict', verdict, 'seen', seen) FROM back ORDER BY id
    )
    UPDATE alerts a SET status = 'open', status_at = clock_timestamp(), verdict = NULL, holds_until = NULL,
        acknowledged_until = NULL, version = version + 1,
        regressed_at = CASE WHEN back.act = 'regressed' THEN clock_timestamp() END
    FROM back WHERE a.id = back.id
"""


def fold(cursor: Cursor, sightings: Sequence[Sighting]) -> Mapping[bytes, int]:
    """Folds what was seen into alerts, in the caller's transaction. Returns their numbers by fingerprint.

    Each fingerprint comes once in `sightings`. Triage is people's: only a close that is over is changed here.
    """
    if not sightings:
        return {}
    ids = _opened(cursor, sightings)
    rows = [(ids[s.fingerprint], minute, seen) for s in sightings for minute, seen in s.minutes.items()]
    cursor.execute(_COUNT, _columns(rows))
    grown = {(alert, minute): more for alert, minute, more in cursor.fetchall()}
    if grown:
        _keep(cursor, sightings, ids, grown)
        new = [row for row in rows if row[:2] in grown]
        cursor.execute(_REOPEN, {**_columns(new), "quiet": QUIET, "actor": ACTOR})
    return ids


def _columns(rows: Sequence[tuple[int, datetime, Minute]]) -> dict[str, Any]:
    return {
        "alerts": [alert for alert, _, _ in rows],
        "minutes": [minute for _, minute, _ in rows],
        "counts": [seen.n for _, _, seen in rows],
        "firsts": [seen.first for _, _, seen in rows],
        "lasts": [seen.last for _, _, seen in rows],
    }


def _opened(cursor: Cursor, sightings: Sequence[Sighting]) -> dict[bytes, int]:
    """The numbers of the alerts, which are locked; those that are new are made."""
    wanted = {s.fingerprint: s for s in sightings}
    cursor.execute(_LOCK, (list(wanted),))
    ids = {bytes(key): number for key, number in cursor.fetchall()}
    new = [(key, s) for key, s in wanted.items() if key not in ids]
    if new:
        rows = [
            (key, s.rule, s.title, s.severity.value, Json(dict(s.entity)), sorted(s.sources), 0, *_span(s), s.fired_at)
            for key, s in new
        ]
        made = {bytes(key): number for key, number in execute_values(cursor, _OPEN, rows, fetch=True)}
        cursor.execute(_OPENED, (ACTOR, sorted(made.values())))
        ids |= made
    return ids


def _keep(
    cursor: Cursor, sightings: Sequence[Sighting], ids: Mapping[bytes, int], grown: Mapping[tuple[int, datetime], int]
) -> None:
    more: Counter[int] = Counter()
    for (alert, _), count in grown.items():
        more[alert] += count
    numbered = [(ids[s.fingerprint], s) for s in sightings if ids[s.fingerprint] in more]
    rows = [
        (number, more[number], s.title, s.severity.value, *_span(s), s.fired_at, sorted(s.sources))
        for number, s in numbered
    ]
    execute_values(cursor, _SEEN, rows, _SEEN_TYPES)
    samples = [(number, at, key) for number, s in numbered for at, key in s.samples]
    execute_values(cursor, _KEEP_SAMPLES, samples)
    cursor.execute(_DROP_SAMPLES, {"alerts": list(more), "kept": KEPT_SAMPLES})


def _span(sighting: Sighting) -> tuple[datetime, datetime]:
    seen = sighting.minutes.values()
    return min(each.first for each in seen), max(each.last for each in seen)
