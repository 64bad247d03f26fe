"""The questions of the Logs page where there is no Loki, answered from the records that became events."""

from collections.abc import Callable
from typing import TypeVar

from psycopg2 import errorcodes
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from dashboard.sources import logs_stored_rows as rows
from dashboard.sources.event_questions import EventBucket, EventQuestions, EventRow, EventRows, EventSearch, Histogram
from dashboard.sources.interface import Answer, Completeness, SourceQuestions, TimeRange
from dashboard.sources.log_questions import (
    SEVERITIES,
    Band,
    Choice,
    LineContext,
    LinePlace,
    LogChoices,
    LogLines,
    LogSearch,
    Volume,
    VolumePart,
)
from dashboard.sources.reading import OURS, unavailable
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.query import Query, QueryError
from vigie.severity import Severity
from vigie.store.engine import transaction

_RAW_TIMEOUT_MS = 1000
_NO_RAW = "The records themselves could not be read in time; what their events say is shown."
_COLLECTED = text(
    "SELECT DISTINCT action FROM events_hourly WHERE hour >= :since AND hour < :until AND action = ANY(:actions)"
)
_POSTGRES, _FALCO = ("database_error", "database_failure"), "falco_rule_match"
_PARTS: tuple[tuple[Band, Callable[[EventBucket], int]], ...] = (
    (Band.OTHER, lambda each: each.other),
    (Band.FAILED, lambda each: each.failed),
    (Band.HIGH, lambda each: each.high),
    (Band.CRITICAL, lambda each: each.critical),
)
_SERIOUS = (Severity.HIGH.word, Severity.CRITICAL.word)
_PRESETS: dict[str, tuple[str, Callable[[Query], Query]]] = {
    "postgres-errors": ("PostgreSQL errors", lambda query: query.narrowed("action", _POSTGRES)),
    "falco-critical": (
        "Critical Falco events",
        lambda query: query.narrowed("action", [_FALCO]).narrowed("severity", _SERIOUS),
    ),
}
_MISSING = {
    "postgres-errors": "PostgreSQL errors: none in this window; its log must be a [[file]] of the sources file.",
    "falco-critical": "Critical Falco events: nothing of Falco in this window.",
}
"""What is said in the place of a preset that has nothing behind it."""

_OWN_TITLES = {"vigie": "Vigie: blind sources"}
"""Of events that come from no registered source."""

T = TypeVar("T")


class StoredLogs:
    """Implements LogQuestions. Safe to use from many threads.

    `raw_days`, `days`: how long records and their events are kept, for the screen. Times of stored lines are exact to
    the microsecond.
    """

    polled = False

    def __init__(
        self, engine: Engine, events: EventQuestions, sources: SourceQuestions, raw_days: int, days: int
    ) -> None:
        self._engine = engine
        self._events = events
        self._sources = sources
        self.about = (
            "Stored lines: the records that became events. Ordinary requests are only counted by the minute, and other "
            f"lines passed over. Records are kept {raw_days} days, what their events say {days} days."
        )

    def choices(self, window: TimeRange) -> Answer[LogChoices]:
        statuses = self._sources.statuses()
        if statuses.rows is None:
            return Answer(None, statuses.as_of, OURS, statuses.completeness, statuses.sentence, statuses.advice)
        titles = _OWN_TITLES | {status.name: status.title for status in statuses.rows}
        sources = {status.name for status in statuses.rows}
        known = self._events.values("source", "", window, 200)
        names = sorted({*sources, *(known.rows or ())}, key=lambda name: (titles.get(name) or name).lower())
        given = {"since": window.since, "until": window.until, "actions": [*_POSTGRES, _FALCO]}
        collected = self._ask(lambda connection: set(connection.scalars(_COLLECTED, given)))
        presets = _presets(collected.rows or set())
        return Answer(
            LogChoices(
                tuple(Choice(name, titles.get(name, name)) for name in names),
                SEVERITIES,
                tuple(Choice(name, _PRESETS[name][0]) for name in presets),
            ),
            statuses.as_of,
            OURS,
            sentence=""
            if collected.rows is None
            else " ".join(_MISSING[name] for name in _PRESETS if name not in presets),
        )

    def page(self, search: LogSearch, older: LinePlace | None, limit: int) -> Answer[LogLines]:
        answer = self._events.page(_events_of(search), rows.position_of(older) if older else None, limit)
        if answer.rows is None:
            return _as(answer, None)
        found: EventRows = answer.rows
        raws = self._raws(found.rows)
        lines = LogLines(
            tuple(rows.line(row, (raws or {}).get(row.position.key)) for row in found.rows),
            rows.place_of(found.next) if found.next else None,
        )
        return _as(answer, lines, "" if raws is not None else _NO_RAW)

    def volume(self, search: LogSearch, bins: int) -> Answer[Volume]:
        answer = self._events.histogram(_events_of(search), bins)
        if answer.rows is None:
            return _as(answer, None)
        found: Histogram = answer.rows
        start = found.buckets[0].start if found.buckets else search.window.since
        parts = tuple(VolumePart(band, tuple(count(each) for each in found.buckets)) for band, count in _PARTS)
        return _as(answer, Volume(start, found.step, parts))

    def context(self, place: LinePlace, before: int, after: int) -> Answer[LineContext | None]:
        return self._ask(lambda connection: _context(connection, place, before, after))

    def _raws(self, found: tuple[EventRow, ...]) -> rows.Raws | None:
        """None where they could not be read in time: the lines are worth showing without them."""
        answer = self._ask(lambda connection: _in_time(connection, found))
        return answer.rows

    def _ask(self, question: Callable[[Connection], T]) -> Answer[T]:
        try:
            with transaction(self._engine) as connection:
                return Answer(question(connection), utc_now(), OURS)
        except (VigieError, SQLAlchemyError) as error:
            return unavailable(error, OURS)


def _in_time(connection: Connection, found: tuple[EventRow, ...]) -> rows.Raws | None:
    connection.execute(text(f"SET LOCAL statement_timeout = {_RAW_TIMEOUT_MS}"))
    try:
        with connection.begin_nested():
            return rows.raws(connection, found)
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) != errorcodes.QUERY_CANCELED:
            raise
        return None


def _context(connection: Connection, place: LinePlace, before: int, after: int) -> LineContext | None:
    event = rows.one(connection, place)
    if event is None:
        return None
    back, forth = rows.neighbours(connection, event, before + 1, after + 1)
    shown = [*back[-before:] * bool(before), event, *forth[:after]]
    raws = _in_time(connection, tuple(shown)) or {}
    lines = [rows.line(each, raws.get(each.position.key)) for each in shown]
    at = shown.index(event)
    return LineContext(tuple(lines[:at]), lines[at], tuple(lines[at + 1 :]), len(back) > before, len(forth) > after)


def _events_of(search: LogSearch) -> EventSearch:
    """Raises QueryError for a level that is none."""
    query = search.query
    if search.stream is not None:
        query = query.narrowed("source", [search.stream])
    if search.level is not None:
        query = query.narrowed("severity", [search.level])
    if search.preset is not None:
        query = _preset(search.preset)(query)
    return EventSearch(search.window, query)


def _preset(name: str) -> Callable[[Query], Query]:
    found = _PRESETS.get(name)
    if found is None:
        raise QueryError("There is no such preset.", "Choose one of those above the lines.")
    return found[1]


def _presets(collected: set[str]) -> list[str]:
    """Those whose records somebody collects: without, nothing found would be no good sign."""
    has = {"postgres-errors": bool(collected & set(_POSTGRES)), "falco-critical": _FALCO in collected}
    return [name for name in _PRESETS if has[name]]


def _as(answer: Answer[object], found: T | None, missing: str = "") -> Answer[T]:
    """The same answer with other rows, and one more thing that is missing."""
    completeness = answer.completeness
    if missing and completeness is Completeness.COMPLETE:
        completeness = Completeness.TRUNCATED
    sentence = f"{answer.sentence} {missing}".strip()
    return Answer(
        found, answer.as_of, answer.source, completeness, sentence, answer.advice, answer.since, answer.collected_since
    )
