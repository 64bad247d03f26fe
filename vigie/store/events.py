"""The store path: COPY into a stage table, insert what is new, keep the rollups, all in the caller's transaction.

Measured against the ORM in docs/adr/0002-event-store.md. A batch stored twice adds no row and changes no rollup.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from vigie.clock import utc_now
from vigie.event import Event, clean_json, clean_text

FUTURE_TOLERANCE = timedelta(minutes=10)
VALUES = 200  # of one facet in one hour; what comes later is counted as FURTHER
FURTHER = ""  # no event has this value: an empty text is no value
_EPOCH, _WEEK = datetime(2001, 1, 1, tzinfo=UTC), timedelta(weeks=1)  # partitions begin at whole weeks from here

_COLUMNS = (
    "occurred_at", "received_at", "event_key", "source_ip", "http_status", "severity", "source", "category", "action",
    "outcome", "reason", "rule", "user_name", "user_agent", "host_name", "container_name", "process_name",
    "http_method", "http_route", "message",
)  # fmt: skip
_LIST = ", ".join(_COLUMNS)

_STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS stage (LIKE events INCLUDING DEFAULTS) ON COMMIT DELETE ROWS;
    ALTER TABLE stage ADD COLUMN IF NOT EXISTS raw jsonb;
    TRUNCATE stage
"""

# What was set aside for its wrong clock stays there, even when the clock reaches its time and it is read again.
# received_at of the rollups' keys plays no part: they count by event time, so a replay meets the same rows.
_INSERT = f"""
WITH new AS (
    INSERT INTO events ({_LIST}) SELECT {_LIST} FROM stage s
    WHERE NOT EXISTS (SELECT FROM events_unplaced u WHERE u.event_key = s.event_key)
    ON CONFLICT (occurred_at, event_key) DO NOTHING
    RETURNING occurred_at, event_key, date_bin('1 hour', occurred_at, '2001-01-01 00:00+00') AS hour,
              source, category, action, outcome, severity, user_name, source_ip, rule, container_name, http_status
), raw AS (
    INSERT INTO events_raw (occurred_at, event_key, raw)
    SELECT DISTINCT ON (s.event_key) s.occurred_at, s.event_key, s.raw
    FROM stage s JOIN new USING (occurred_at, event_key) WHERE s.raw IS NOT NULL
), hourly AS (
    INSERT INTO events_hourly AS t (hour, source, category, action, outcome, severity, n)
    SELECT hour, source, category, action, outcome, severity, count(*) FROM new
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (hour, source, category, action, outcome, severity) DO UPDATE SET n = t.n + excluded.n
), activity AS (
    INSERT INTO activity_hourly AS t (hour, source, user_name, action, outcome, n)
    SELECT hour, source, user_name, action, outcome, count(*) FROM new WHERE user_name IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (hour, source, user_name, action, outcome) DO UPDATE SET n = t.n + excluded.n
), addresses AS (
    INSERT INTO ip_failures_hourly AS t (hour, source_ip, category, n)
    SELECT hour, source_ip, category, count(*) FROM new WHERE outcome = 'failure' AND source_ip IS NOT NULL
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (hour, source_ip, category) DO UPDATE SET n = t.n + excluded.n
), facet AS (
    SELECT hour, dimension, CASE WHEN char_length(value) <= 255 THEN value ELSE '{FURTHER}' END AS value, count(*) AS n
    FROM new CROSS JOIN LATERAL (
        VALUES ('rule', rule), ('container_name', container_name), ('http_status', http_status::text)
    ) AS each (dimension, value) WHERE value <> '' GROUP BY 1, 2, 3
), ranked AS (
    SELECT f.*, t.n IS NOT NULL AS is_known,
        row_number() OVER (PARTITION BY hour, dimension, t.n IS NULL ORDER BY f.n DESC, value) AS place
    FROM facet f LEFT JOIN facet_hourly t USING (hour, dimension, value)
), facets AS (
    INSERT INTO facet_hourly AS t (hour, dimension, value, n)
    SELECT hour, dimension, CASE WHEN is_known OR (place <= {VALUES} AND place + (
        SELECT count(*) FROM facet_hourly k WHERE (k.hour, k.dimension) = (r.hour, r.dimension)
    ) <= {VALUES}) THEN value ELSE '{FURTHER}' END, sum(n) FROM ranked r
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (hour, dimension, value) DO UPDATE SET n = t.n + excluded.n
)
SELECT count(*), max(occurred_at) FROM new
"""  # noqa: S608 - only the column list above is pasted in, and it is a constant


class Connection(Protocol):
    """What `store_events` needs of a connection: the driver's own, as SQLAlchemy's `Connection` names it."""

    @property
    def connection(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: rows added, rows already there, rows set aside for their wrong clock."""

    added: int
    duplicate: int
    unplaced: int
    newest: datetime | None


def store_events(connection: Connection, events: Sequence[Event], retention: timedelta) -> Stored:
    """Stores a batch inside the caller's transaction. Events outside retention … now + 10 min go to `events_unplaced`.

    The caller's role is the worker's or the owner's. Raises what psycopg2 raises; wrap in `translated()`.
    """
    now = utc_now()
    placed = [e for e in events if now - retention <= e.occurred_at <= now + FUTURE_TOLERANCE]
    unplaced = [e for e in events if not now - retention <= e.occurred_at <= now + FUTURE_TOLERANCE]
    set_aside = _set_aside(connection, unplaced)
    if not placed:
        return Stored(0, len(unplaced) - set_aside, set_aside, None)
    cursor = connection.connection.cursor()
    # Only the weeks that are touched: one old line beside a new one must not make all the weeks between them.
    weeks = [_EPOCH + timedelta(weeks=number) for number in {(e.occurred_at - _EPOCH) // _WEEK for e in placed}]
    cursor.execute("SELECT ensure_event_partitions(week, week) FROM unnest(%s) AS week", (sorted(weeks),))
    cursor.execute(_STAGE)
    cursor.copy_expert(f"COPY stage ({_LIST}, raw) FROM STDIN", io.StringIO("".join(copy_lines(placed, now))))
    cursor.execute(_INSERT)
    row = cursor.fetchone()
    added, newest = row if row else (0, None)
    return Stored(added, len(events) - added - set_aside, set_aside, newest)


def _set_aside(connection: Connection, events: Iterable[Event]) -> int:
    cursor = connection.connection.cursor()
    kept = 0
    for event in events:
        document = clean_json({"action": event.action, "user_name": event.user_name, "raw": dict(event.raw)})
        cursor.execute(
            "INSERT INTO events_unplaced (event_key, occurred_at, source, event) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (event_key) DO NOTHING",
            (event.event_key, event.occurred_at, event.source, document),
        )
        kept += cursor.rowcount
    return kept


def copy_lines(events: Iterable[Event], now: datetime) -> Iterable[str]:
    """`events` in COPY's text format, columns as in the stage table; received `now`."""
    received = now.isoformat()
    for e in events:
        texts = (
            e.source, e.category, e.action, e.outcome, e.reason, e.rule, e.user_name, e.user_agent, e.host_name,
            e.container_name, e.process_name, e.http_method, e.http_route, e.message,
            clean_json(e.raw) if e.raw else None,
        )  # fmt: skip
        source_ip = "\\N" if e.source_ip is None else str(e.source_ip)
        status = "\\N" if e.http_status is None else e.http_status
        key = e.event_key.hex()
        yield (
            f"{e.occurred_at.isoformat()}\t{received}\t\\\\x{key}\t{source_ip}\t{status}\t{e.severity:d}\t"
            + "\t".join(["\\N" if text is None else _copy_text(text) for text in texts])
            + "\n"
        )


def _copy_text(text: str) -> str:
    """COPY text format; what PostgreSQL has no character for was replaced by the parser, and is again here."""
    if text.isprintable():
        return text.replace("\\", "\\\\")
    text = (clean_text(text, len(text)) or "").replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
