"""The questions of the Security events page, answered from Vigie's own database with the role vigie_console."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, text

from dashboard.sources import event_one, event_page
from dashboard.sources.collected import EVERYTHING, collected_since
from dashboard.sources.event_narrowing import can_come_from, narrowed
from dashboard.sources.event_questions import EventDetail, EventRows, EventSearch, Position
from dashboard.sources.interface import Answer
from dashboard.sources.reading import Missing, Reader
from dashboard.sources.registered import Registered
from vigie.query import Query

_ADVICE = "Look at the Sources page, and check that the worker runs."
T = TypeVar("T")


class EventDatabase:
    """Implements EventQuestions. Safe to use from many threads."""

    def __init__(self, engine: Engine) -> None:
        self._reader = Reader(engine, _begins, _ADVICE)

    def page(self, search: EventSearch, after: Position | None, limit: int) -> Answer[EventRows]:
        return self._search(
            search,
            lambda connection, query: event_page.page(connection, query, search.window, after, limit),
            EventRows((), None),
        )

    def one(self, position: Position) -> Answer[EventDetail | None]:
        return self._reader.read(
            position.occurred_at, lambda _: (), lambda connection, _: (event_one.one(connection, position), None)
        )

    def _search(
        self, search: EventSearch, ask: Callable[[Connection, Query], tuple[T, Missing | None]], nothing: T
    ) -> Answer[T]:
        """An answer about a window. What was ticked may be impossible: then it is `nothing`."""
        query = narrowed(search)

        def reading(connection: Connection, _: str) -> tuple[T, Missing | None]:
            return (nothing, None) if query is None else ask(connection, query)

        return self._reader.read(
            search.window.until,
            lambda registered: [each for each in registered.statuses if can_come_from(query, each.name)],
            reading,
        )


def _begins(connection: Connection, _: Registered) -> datetime | None:
    registered_at = connection.scalar(text("SELECT min(registered_at) FROM sources"))
    return collected_since(connection, [registered_at] if registered_at else [], EVERYTHING)
