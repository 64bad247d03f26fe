"""Looking through a window newest first, in slices, for as long as a question may take.

A statement over the whole window either answers in time or says nothing. Slices say what they found and how far back
they got. They grow while they are quick, so that a small store is read in a few statements.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg2 import errorcodes
from sqlalchemy import Connection, Row, TextClause, text
from sqlalchemy.exc import DBAPIError

from dashboard.sources.interface import Completeness, TimeRange
from dashboard.sources.reading import Missing
from vigie.query import Query
from vigie.query.sql import Cost, cost_of

BUDGET_S = 1.8  # of a question; the session stops a single statement after 2 s
_LEAST_MS = 200  # of a statement: going back to the savepoint has to end within it too, on a busy machine as well
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)  # an index on a value knows no time: each slice reads all that it finds in a partition
_LEAST = timedelta(minutes=1)
_QUICK_S, _SLOW_S = 0.1, 0.4  # of one slice
_TIMEOUT = text("SELECT set_config('statement_timeout', :left, true)")


Slice = tuple[datetime, datetime]
"""Since and until, UTC, half-open."""

Sieved = Callable[[datetime, datetime], Sequence[Slice]]


class Budget:
    """What is left of the time that one question may take."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        return max(0.0, self._ends - time.monotonic())

    def rows(
        self, connection: Connection, statement: TextClause, parameters: Mapping[str, object]
    ) -> Sequence[Row[Any]] | None:
        """The statement's rows, or None when the budget ended before it did. The transaction goes on either way."""
        if self.left_s == 0:
            return None
        point = connection.begin_nested()
        try:
            connection.execute(_TIMEOUT, {"left": str(max(_LEAST_MS, int(self.left_s * 1000)))})
            return connection.execute(statement, parameters).all()
        except DBAPIError as error:
            if getattr(error.orig, "pgcode", None) != errorcodes.QUERY_CANCELED:
                raise
            self._ends = time.monotonic()
            return None
        finally:
            point.rollback()  # gives the next statement of the transaction its usual timeout back


def first_slice(query: Query) -> timedelta:
    """How wide the first slice of a walk is: what has to be looked through is begun with little."""
    return _DAY if query.is_everything or cost_of(query) is Cost.INDEXED else _HOUR


def _whole(since: datetime, until: datetime) -> Sequence[Slice]:
    return [(since, until)]


class Walk:
    """The slices of a window, newest first. `back_to`: everything from there to the window's end was looked at."""

    def __init__(self, window: TimeRange, first: timedelta, sieve: Sieved | None = None) -> None:
        """`first`: width of the first slice. `sieve`: which parts of a slice have to be looked at, newest first."""
        self._window = window
        self._sieve = sieve or _whole
        self._width = first
        self.back_to = max(window.since, window.until)

    @property
    def is_done(self) -> bool:
        return self.back_to <= self._window.since

    def slices(self) -> Iterator[Slice]:
        """What to look at next. Asking for another one says that the last one was looked at."""
        while not self.is_done:
            since = max(self._window.since, self.back_to - self._width)
            began = time.monotonic()
            for part in self._sieve(since, self.back_to):
                self.back_to = part[1]
                yield part
            self.back_to = since
            self._adapt(time.monotonic() - began)

    def _adapt(self, took_s: float) -> None:
        if took_s < _QUICK_S:
            self._width = self._width * 4
        elif took_s > _SLOW_S:
            self._width = max(_LEAST, self._width / 2)

    def missing(self) -> Missing | None:
        """What is said when the walk ended early."""
        if self.is_done:
            return None
        at = self.back_to.astimezone(self._window.zone)
        return Missing(
            Completeness.TRUNCATED,
            f"Searched back to {at:%-d %b %H:%M}.",
            "Choose a shorter window, or name a user, an address or a rule.",
            self.back_to,
        )
