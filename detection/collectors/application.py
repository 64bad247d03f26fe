"""Reads login and account activity from an application's own table or view, with a role that may only read.

A commit can make a row visible long after rows with a greater key or a later time. So each look takes the rows after
the last one in order, and about once a second a sweep compares the keys of the recent window with those already seen.
The window reaches down to what was the newest row one overlap ago: no row can appear below it unless its transaction
lasted longer than the overlap. The key of the event makes reading twice harmless.
"""

import logging
import time
from collections.abc import Mapping, Sequence

import psycopg2

from detection.collectors.catalog import check
from detection.collectors.cursor import Cursor
from detection.collectors.interface import CannotLook, Look, Source
from detection.collectors.refusals import explained
from detection.collectors.walks import Walk, walk_of
from detection.collectors.window import Window
from detection.mapping import ApplicationMapping
from detection.parsers.application import Row, RowParser
from detection.parsers.interface import Rejected
from vigie.errors import ConfigurationError
from vigie.event import Event
from vigie.store.driver import Connection, connect

BATCH = 2000
_REREAD_PAUSE_S = 2.0

_log = logging.getLogger(__name__)


class ApplicationCollector:
    """Collector of one `[[application]]`. Not for use by several threads."""

    def __init__(self, mapping: ApplicationMapping, url: str) -> None:
        self.source = Source(mapping.name, "application", mapping.title, mapping.expected_period_s, mapping.grace_s)
        self._mapping = mapping
        self._url = url
        self._parser = RowParser(mapping)
        self._connection: Connection | None = None
        self._walk: Walk | None = None
        self._was_checked = False
        self._next_reread = 0.0
        self.resume(None)

    def resume(self, cursor: Mapping[str, object] | None) -> None:
        """Goes on from a stored cursor; None: this source was never read."""
        self._cursor = Cursor.from_json(cursor) if cursor else None
        self._window = Window(self._mapping.overlap, is_known=self._cursor is not None)

    def look(self) -> Look:
        """Raises CannotLook, and at the first look ConfigurationError for a mapping that does not fit the relation."""
        try:
            return self._read(self._walk or self._open())
        except psycopg2.Error as error:
            self.close()
            raise explained(error, self._mapping) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._walk = None

    def _open(self) -> Walk:
        self._connection = connect(self._url, self._mapping.database, read_only=True)
        try:
            walk = walk_of(self._connection, self._mapping, check(self._connection, self._mapping))
        except ConfigurationError as error:
            self.close()
            if self._was_checked:  # it was right before: their table changed below us, and may come back
                raise CannotLook(error.sentence, error.advice) from error
            raise
        if self._cursor is None or self._cursor.reads != walk.reads:
            self._cursor = Cursor.begin(walk.reads, walk.start(), first=True)
            self._window = Window(self._mapping.overlap, is_known=False)
        self._walk, self._was_checked = walk, True
        return walk

    def _read(self, walk: Walk) -> Look:
        """Asks everything first and moves on last: an answer that fails in the middle leaves all to be read again."""
        assert self._cursor is not None
        newer = walk.newer(self._cursor.position, BATCH)
        cursor = self._cursor.at(newer)
        if len(newer) < BATCH and self._window.is_due():
            if walk.has_gone_back(cursor.position):
                return self._read_anew(walk)
            self._sweep(walk, cursor, newer)
        missed = walk.rows_of(self._window.pending[:BATCH]) if self._window.pending else []
        cursor = cursor.due_again()
        is_reread = cursor.history is not None and not cursor.history.first
        older = self._older(walk, cursor)

        was_known = self._window.is_known
        low = self._window.read([row.id for row in newer], BATCH)
        cursor = cursor.risen_to(low).past(older, BATCH)
        more = len(newer) == BATCH or bool(self._window.pending) or (cursor.history is not None and not is_reread)
        moved, self._cursor = cursor != self._cursor, cursor
        fresh, again = list(newer), list[Row]()
        (again if was_known else fresh).extend(missed)
        (again if is_reread else fresh).extend(older or ())
        return self._look_of(fresh, again, cursor if moved else None, more)

    def _read_anew(self, walk: Walk) -> Look:
        _log.warning("the source went back, all of it is read again", extra={"source": self._mapping.name})
        self._cursor = Cursor.begin(walk.reads, walk.start(), first=False)
        self._window = Window(self._mapping.overlap, is_known=True)
        return self._read(walk)

    def _sweep(self, walk: Walk, cursor: Cursor, newer: Sequence[Row]) -> None:
        started = time.monotonic()
        ids = walk.ids_since(cursor.low, cursor.position)
        self._window.swept(ids, {row.id for row in newer}, cursor.position, started)

    def _older(self, walk: Walk, cursor: Cursor) -> list[Row] | None:
        """The next rows of the history; None where there is none, or where reading it again can wait."""
        if cursor.history is None:
            return None
        if not cursor.history.first:
            if time.monotonic() < self._next_reread:
                return None
            self._next_reread = time.monotonic() + _REREAD_PAUSE_S
        return walk.between(cursor.history.position, cursor.history.until, BATCH)

    def _look_of(self, fresh: Sequence[Row], again: Sequence[Row], moved: Cursor | None, more: bool) -> Look:
        events, rejected = self._parsed(fresh)
        reread, _ = self._parsed(again)  # those of them that are no events were counted and logged before
        return Look(events, reread, rejected, cursor=moved.to_json() if moved else None, more=more)

    def _parsed(self, rows: Sequence[Row]) -> tuple[list[Event], list[Rejected]]:
        parsed = [self._parser.parse(row) for row in rows]
        return [p for p in parsed if isinstance(p, Event)], [p for p in parsed if isinstance(p, Rejected)]
