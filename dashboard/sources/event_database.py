"""The questions of the Security events page, answered from Vigie's own database with the role vigie_console."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine, text

from dashboard.sources import event_facets, event_histogram, event_neighbours, event_one, event_page, event_values
from dashboard.sources.collected import EVERYTHING, collected_since
from dashboard.sources.event_exhausted import Exhausted
from dashboard.sources.event_narrowing import can_come_from, narrowed
from dashboard.sources.event_overview import Overview
from dashboard.sources.event_past import Past
from dashboard.sources.event_questions import (
    EntityCount,
    EventDetail,
    EventRow,
    EventRows,
    EventSearch,
    Facets,
    Histogram,
    Position,
)
from dashboard.sources.event_rollup import Overviews, overview
from dashboard.sources.event_walk import BUDGET_S, Budget
from dashboard.sources.interface import Answer, SourceStatus, TimeRange
from dashboard.sources.reading import Missing, Reader
from dashboard.sources.recent import Recent
from dashboard.sources.registered import Registered
from vigie.blindness import IMPORT
from vigie.query import Query

_ADVICE = "Look at the Sources page, and check that the worker runs."
# An import is read once: that it is not heard afterwards is no gap.
_SPELLS = text("""
    SELECT b.source, b.since, b.until FROM blind_spells b JOIN sources s ON s.name = b.source
    WHERE b.since < :until AND (b.until IS NULL OR b.until > :since) AND s.kind <> :import
    ORDER BY b.since DESC LIMIT :most
""")
_MOST_SPELLS = 500
_KEPT = 8  # overviews: of what is typed and of each ticked dimension, for a few readers
T = TypeVar("T")
_Asked = Callable[[Connection, Query, Overviews], tuple[T, Missing | None]]


class EventDatabase:
    """Implements EventQuestions. Safe to use from many threads. `budget_s`: how long one question may take."""

    def __init__(self, engine: Engine, budget_s: float = BUDGET_S) -> None:
        self._budget_s = budget_s
        self._reader = Reader(engine, _begins, _ADVICE, in_part=True)
        self._overviews: Recent[tuple[str, Query, datetime, datetime], Overview] = Recent(_KEPT)
        self._past = Past()
        self._exhausted = Exhausted()

    def page(self, search: EventSearch, after: Position | None, limit: int) -> Answer[EventRows]:
        def ask(connection: Connection, query: Query, _: Overviews) -> tuple[EventRows, Missing | None]:
            return event_page.page(connection, self._budget(), query, search.window, after, limit)

        question = ("page", after, limit)
        return self._exhausted.get(question, search, lambda: self._search(search, ask, EventRows((), None)))

    def histogram(self, search: EventSearch, bins: int) -> Answer[Histogram]:
        def ask(connection: Connection, query: Query, overview_of: Overviews) -> tuple[Histogram, Missing | None]:
            found, missing = event_histogram.histogram(
                connection, self._budget(), overview_of, query, search.window, bins
            )
            return replace(found, blind=_blind_spells(connection, query, search.window)), missing

        nothing = event_histogram.none(search.window, bins)
        return self._exhausted.get(("histogram", bins), search, lambda: self._search(search, ask, nothing))

    def facets(self, search: EventSearch, limit: int) -> Answer[Facets]:
        """Asked even where nothing matches: the dimension whose tick is impossible has its counts."""

        def reading(connection: Connection, mark: str) -> tuple[Facets, Missing | None]:
            overview_of = self._overview_of(connection, mark, search)
            return event_facets.facets(connection, self._budget(), overview_of, search, limit)

        suppliers = partial(_suppliers, narrowed(search))
        return self._exhausted.get(
            ("facets", limit), search, lambda: self._reader.read(search.window.until, suppliers, reading)
        )

    def one(self, position: Position) -> Answer[EventDetail | None]:
        return self._reader.read(
            position.occurred_at, lambda _: (), lambda connection, _: (event_one.one(connection, position), None)
        )

    def around(self, event: EventRow, each_way: int) -> Answer[Sequence[EventRow]]:
        return self._beside(
            event, lambda connection, budget: event_neighbours.around(connection, budget, event, each_way)
        )

    def same_entity(self, event: EventRow) -> Answer[Sequence[EntityCount]]:
        return self._beside(
            event, lambda connection, _: event_neighbours.same_entity(connection, self._budget(), event)
        )

    def values(self, field: str, beginning: str, window: TimeRange, limit: int) -> Answer[Sequence[str]]:
        return self._reader.read(
            window.until,
            lambda _: (),
            lambda connection, _: (event_values.values(connection, field, beginning, window, limit), None),
        )

    def _budget(self) -> Budget:
        return Budget(self._budget_s)

    def _beside(self, event: EventRow, ask: Callable[[Connection, Budget], tuple[T, Missing | None]]) -> Answer[T]:
        """An answer about the day around an event."""
        until = event.position.occurred_at + timedelta(days=1)
        return self._reader.read(
            until, lambda registered: registered.statuses, lambda connection, _: ask(connection, self._budget())
        )

    def _search(self, search: EventSearch, ask: _Asked[T], nothing: T) -> Answer[T]:
        """An answer about a window; `nothing` where what is ticked is impossible."""
        query = narrowed(search)

        def reading(connection: Connection, mark: str) -> tuple[T, Missing | None]:
            if query is None:
                return nothing, None
            return ask(connection, query, self._overview_of(connection, mark, search))

        return self._reader.read(search.window.until, partial(_suppliers, query), reading)

    def _overview_of(self, connection: Connection, mark: str, search: EventSearch) -> Overviews:
        window = search.window

        def overview_of(query: Query) -> Overview:
            key = (mark, query, window.since, window.until)
            return self._overviews.get(key, lambda: overview(connection, self._past, query, window))

        return overview_of


def _suppliers(query: Query | None, registered: Registered) -> list[SourceStatus]:
    return [each for each in registered.statuses if can_come_from(query, each.name)]


def _blind_spells(
    connection: Connection, query: Query, window: TimeRange
) -> tuple[tuple[datetime, datetime | None], ...]:
    """When sources that can supply what is asked for were blind, newest first."""
    given = {"since": window.since, "until": window.until, "import": IMPORT, "most": _MOST_SPELLS}
    rows = connection.execute(_SPELLS, given)
    return tuple((row.since, row.until) for row in rows if can_come_from(query, row.source))


def _begins(connection: Connection, _: Registered) -> datetime | None:
    registered_at = connection.scalar(text("SELECT min(registered_at) FROM sources"))
    return collected_since(connection, [registered_at] if registered_at else [], EVERYTHING)
