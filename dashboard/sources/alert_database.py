"""The questions of the Alerts page, answered from Vigie's own database with the role vigie_console."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, Engine, text

from dashboard.sources import alert_one, alert_rows
from dashboard.sources.alert_questions import (
    LATELY,
    AlertDetail,
    Alerts,
    FirstLook,
    Looking,
    OpenCount,
    Queue,
    Someone,
)
from dashboard.sources.alert_state import looking
from dashboard.sources.interface import Answer, Completeness
from dashboard.sources.reading import Missing, Reader, Reading
from dashboard.sources.recent import Recent
from vigie.clock import utc_now

OURS = "Alert store"
_ADVICE = "Look at the Sources page, and check that the worker runs."
_MOST_RULES, _MOST_PEOPLE, _MOST_LOOKED = 100, 200, 2000
_FIRST_LOOK_KEPT_S = 60
_PEOPLE = text("""
    SELECT id, coalesce(nullif(name, ''), email) AS name FROM people
    WHERE disabled_at IS NULL AND role IN ('analyst', 'admin') ORDER BY lower(coalesce(nullif(name, ''), email)), id
    LIMIT :most
""")
_FIRST_LOOK = text("""
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY looked.at - newest.opened_at) AS median, count(*) AS n
    FROM (SELECT id, opened_at FROM alerts WHERE last_seen >= :since AND opened_at >= :since
          ORDER BY last_seen DESC, id DESC LIMIT :most) newest
    CROSS JOIN LATERAL (SELECT at FROM alert_acts WHERE alert_id = newest.id AND person_id IS NOT NULL
                        ORDER BY id LIMIT 1) looked
    WHERE looked.at >= newest.opened_at
""")
T = TypeVar("T")


class AlertDatabase:
    """Implements AlertQuestions. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        self._reader = Reader(engine, lambda _connection, _registered: None, _ADVICE, in_part=True)
        self._first_looks: Recent[int, FirstLook | None] = Recent(1)

    def queue(self, asked: Queue, limit: int, offset: int = 0) -> Answer[Alerts]:
        def reading(connection: Connection, _mark: str) -> tuple[Alerts, Missing | None]:
            now = utc_now()
            looks = looking(connection, now)
            found = Alerts(
                rows=alert_rows.rows(connection, asked, limit, offset),
                total=alert_rows.total(connection, asked),
                counts=alert_rows.counts(connection, asked, now),
                rules=alert_rows.rules(connection, asked.status, _MOST_RULES),
                people=_people(connection),
                looking=looks,
                first_look=self._first_look(connection, now),
            )
            return found, _behind(looks)

        return self._read(reading)

    def one(self, number: int) -> Answer[Sequence[AlertDetail]]:
        def reading(connection: Connection, _mark: str) -> tuple[list[AlertDetail], Missing | None]:
            found = alert_one.one(connection, number, utc_now())
            return [found] if found else [], None

        answer = self._read(reading)
        if answer.rows is None:
            return answer
        # One alert is what it is, whatever else is blind at this moment.
        return replace(answer, completeness=Completeness.COMPLETE, sentence="", advice="", since=None)

    def open_count(self) -> Answer[OpenCount]:
        def reading(connection: Connection, _mark: str) -> tuple[OpenCount, Missing | None]:
            looks = looking(connection, utc_now())
            return OpenCount(*alert_rows.open_counts(connection), looks), _behind(looks)

        return self._read(reading)

    def _read(self, reading: Reading[T]) -> Answer[T]:
        answer = self._reader.read(utc_now(), lambda registered: registered.watched, reading)
        return replace(answer, source=OURS)

    def _first_look(self, connection: Connection, now: datetime) -> FirstLook | None:
        minute = int(now.timestamp() // _FIRST_LOOK_KEPT_S)
        return self._first_looks.get(minute, lambda: _read_first_look(connection, now))


def _people(connection: Connection) -> tuple[Someone, ...]:
    return tuple(Someone(row.id, row.name) for row in connection.execute(_PEOPLE, {"most": _MOST_PEOPLE}))


def _read_first_look(connection: Connection, now: datetime) -> FirstLook | None:
    row = connection.execute(_FIRST_LOOK, {"since": now - LATELY, "most": _MOST_LOOKED}).one()
    median: timedelta | None = row.median
    return None if median is None else FirstLook(median, int(row.n))


def _behind(looks: Looking) -> Missing | None:
    if looks.behind_since is None:
        return None
    sentence = "Rules have not looked at what was stored since then; newer alerts are missing."
    advice = "Check that the worker runs: its log says what holds it up."
    return Missing(Completeness.STALE, sentence, advice, looks.behind_since)
