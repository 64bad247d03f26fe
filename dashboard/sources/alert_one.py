# ruff: noqa: S608 - statements are joined from constants only; every value is bound
"""Everything of one alert: its life, its events in time, samples of them, and what its rule says."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from dashboard.sources import alert_rows
from dashboard.sources.alert_questions import JUDGED, Act, AlertDetail, AlertRow, Hits
from dashboard.sources.event_questions import EventRow
from dashboard.sources.event_rows import COLUMNS, OLDEST_FIRST, event_row
from dashboard.sources.rule_reads import reads

_MOST_ACTS, _MOST_SAMPLES, _STEPS = 500, 20, 60
_STEP_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200)
_MINUTE = timedelta(minutes=1)
_ACTS = text("""
    SELECT c.at, coalesce(nullif(p.name, ''), c.actor) AS actor, c.act, c.verdict, c.until, c.note,
        c.detail ->> 'assignee' AS assignee
    FROM alert_acts c LEFT JOIN people p ON p.id = c.person_id
    WHERE c.alert_id = :id ORDER BY c.id DESC LIMIT :most
""")
_ELSEWHERE = text("""
    SELECT c.verdict, count(*) AS n FROM alert_acts c JOIN alerts a ON a.id = c.alert_id
    WHERE a.rule = :rule AND a.id <> :id AND a.last_seen >= :since AND c.act = 'closed' AND c.at >= :since
    GROUP BY c.verdict
""")
_MINUTES = text("""
    SELECT date_bin(:step, minute, :start) AS step, sum(n) AS n FROM alert_minutes
    WHERE alert_id = :id AND minute >= :start AND minute < :until GROUP BY 1
""")
_PLACES = text("""
    (SELECT occurred_at, event_key FROM alert_samples WHERE alert_id = :id ORDER BY occurred_at, event_key LIMIT :half)
    UNION
    (SELECT occurred_at, event_key FROM alert_samples WHERE alert_id = :id
     ORDER BY occurred_at DESC, event_key DESC LIMIT :half)
""")
_SAMPLES = text(f"""
    SELECT {COLUMNS} FROM events
    WHERE occurred_at >= :since AND occurred_at <= :until AND occurred_at = ANY(:times) AND event_key = ANY(:keys)
    {OLDEST_FIRST} LIMIT :most
""")
_RULE = text("SELECT details FROM rules WHERE rule = :rule")


def one(connection: Connection, number: int, now: datetime) -> AlertDetail | None:
    """The alert of this number; None where there is none. `now`: UTC."""
    row = alert_rows.row(connection, number)
    if row is None:
        return None
    samples, gone = _samples(connection, number)
    elsewhere = connection.execute(_ELSEWHERE, {"rule": row.rule, "id": number, "since": now - JUDGED})
    return AlertDetail(
        row=row,
        acts=_acts(connection, number),
        elsewhere={found.verdict: int(found.n) for found in elsewhere if found.verdict},
        samples=samples,
        samples_gone=gone,
        hits=_hits(connection, row),
        about=reads(connection.scalar(_RULE, {"rule": row.rule})),
    )


def _acts(connection: Connection, number: int) -> tuple[Act, ...]:
    found = connection.execute(_ACTS, {"id": number, "most": _MOST_ACTS}).all()
    return tuple(Act(*row) for row in reversed(found))


def _hits(connection: Connection, row: AlertRow) -> Hits | None:
    start = row.first_seen.replace(second=0, microsecond=0)
    spans = [m * _MINUTE for m in _STEP_MINUTES]
    step = next((each for each in spans if (row.last_seen - start) // each < _STEPS), spans[-1])
    start = max(start, row.last_seen - (_STEPS - 1) * step)  # of years, the last part
    given = {"id": row.id, "start": start, "step": step, "until": row.last_seen + _MINUTE}
    found = {each.step: int(each.n) for each in connection.execute(_MINUTES, given)}
    steps = (row.last_seen - start) // step + 1
    return Hits(start, step, tuple(found.get(start + n * step, 0) for n in range(steps))) if found else None


def _samples(connection: Connection, number: int) -> tuple[tuple[EventRow, ...], int]:
    places = connection.execute(_PLACES, {"id": number, "half": _MOST_SAMPLES // 2}).all()
    if not places:
        return (), 0
    times = [place.occurred_at for place in places]
    given = {
        "since": min(times), "until": max(times), "times": times, "most": _MOST_SAMPLES,
        "keys": [bytes(place.event_key) for place in places],
    }  # fmt: skip
    found = tuple(event_row(row) for row in connection.execute(_SAMPLES, given))
    return found, max(0, len(places) - len(found))
