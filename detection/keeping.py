"""What the worker writes to Vigie's own database: events, rollups and cursors, and each source's sign of life."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg2
from psycopg2 import errorcodes

from detection.collectors.interface import Look, Source
from detection.connection import Connection, connect, said, was_not_let_in
from detection.parsers.interface import Rejected
from vigie.clock import utc_now
from vigie.errors import ConfigurationError, StoreUnavailable, VigieError
from vigie.event import Event, clean_text
from vigie.store.events import Stored, store_events
from vigie.store.faults import unavailable

_VARIABLE = "VIGIE_WORKER_DATABASE_URL"
_NOT_OURS = (errorcodes.UNDEFINED_TABLE, errorcodes.UNDEFINED_FUNCTION, errorcodes.INSUFFICIENT_PRIVILEGE)
# Two writers met: the same transaction succeeds a moment later.
_MET = (
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.LOCK_NOT_AVAILABLE,
    errorcodes.UNIQUE_VIOLATION,
    errorcodes.DUPLICATE_TABLE,
)
_NOTHING = Stored(0, 0, 0, None)

_REGISTER = """
    INSERT INTO sources (name, kind, title, expected_period_s, grace_s) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, title = excluded.title,
        expected_period_s = excluded.expected_period_s, grace_s = excluded.grace_s
"""
_ALIVE = """
    UPDATE sources SET last_look_at = clock_timestamp(), error = NULL, error_advice = NULL, error_since = NULL,
        stored = stored + %s, duplicate = duplicate + %s, unplaced = unplaced + %s, rejected = rejected + %s,
        last_stored_at = CASE WHEN %s > 0 THEN clock_timestamp() ELSE last_stored_at END,
        last_event_at = greatest(last_event_at, %s)
    WHERE name = %s
"""
_MOVE = """
    INSERT INTO collector_cursors (source, cursor) VALUES (%s, %s)
    ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor, updated_at = clock_timestamp()
"""
_BLIND = """
    UPDATE sources SET error = %s, error_advice = %s, error_since = coalesce(error_since, clock_timestamp())
    WHERE name = %s
"""
_STOPPED = """
    UPDATE sources SET error = %s, error_advice = %s, error_since = coalesce(error_since, clock_timestamp())
    WHERE kind = 'application'
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Driver:
    """The connection as `store_events` takes it."""

    connection: Connection


class Keeper:
    """One connection to Vigie's database, made anew when it breaks. Not for use by several threads.

    Every method is one transaction, and raises StoreUnavailable or StorageFull when trying again may help,
    ConfigurationError when it cannot.
    """

    def __init__(self, url: str, retention: timedelta) -> None:
        self._url = url
        self._retention = retention
        self._connection: Connection | None = None

    def register(self, source: Source) -> Mapping[str, object] | None:
        """Makes the source known. Returns its cursor, or None if it was never read."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(
                _REGISTER, (source.name, source.kind, source.title, source.expected_period_s, source.grace_s)
            )
            cursor.execute("SELECT cursor FROM collector_cursors WHERE source = %s", (source.name,))
            row = cursor.fetchone()
        return row[0] if row else None

    def keep(self, name: str, look: Look) -> Stored:
        """Events, rollups, cursor and sign of life of one look, all or nothing."""
        with self._transaction() as connection:
            oldest = utc_now() - self._retention
            events = [*look.events, *(event for event in look.reread if event.occurred_at >= oldest)]
            stored, refused = self._store(connection, events) if events else (_NOTHING, [])
            with connection.cursor() as cursor:
                rejected = len(look.rejected) + len(refused)
                counts = (stored.added, stored.duplicate, stored.unplaced, rejected)
                cursor.execute(_ALIVE, (*counts, stored.added, stored.newest, name))
                if look.cursor is not None:
                    cursor.execute(_MOVE, (name, json.dumps(look.cursor)))
        _say_rejected(name, [*look.rejected, *refused])
        return stored

    def blind(self, name: str, error: VigieError) -> None:
        """The source cannot be looked at, and why; `keep` takes it back."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_BLIND, (*_words(error), name))

    def retire_all_but(self, names: Sequence[str]) -> None:
        """Applications that are no longer in the mapping are not blind, they are no sources. Their events stay."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM sources WHERE kind = 'application' AND name <> ALL(%s)", (list(names),))

    def stopped(self, error: VigieError) -> None:
        """The worker does not start, so that no application is looked at."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_STOPPED, _words(error))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _store(self, connection: Connection, events: Sequence[Event]) -> tuple[Stored, list[Rejected]]:
        """Where PostgreSQL refuses a value, the batch is halved until the one event is found; the others are stored."""
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT batch")
            try:
                stored = store_events(_Driver(connection), events, self._retention)
            except psycopg2.DataError as error:
                cursor.execute("ROLLBACK TO SAVEPOINT batch")
                if len(events) == 1:
                    return _NOTHING, [Rejected(events[0].event_key.hex(), said(error))]
            else:
                cursor.execute("RELEASE SAVEPOINT batch")
                return stored, []
        middle = len(events) // 2
        (left, refused_left), (right, refused_right) = (
            self._store(connection, events[:middle]),
            self._store(connection, events[middle:]),
        )
        return _sum(left, right), refused_left + refused_right

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            if self._connection is None:
                self._connection = connect(self._url, _VARIABLE, read_only=False)
            yield self._connection
            self._connection.commit()
        except BaseException as error:
            self.close()  # also rolls back
            if isinstance(error, psycopg2.Error):
                raise _explained(error) from error
            raise


def _explained(error: psycopg2.Error) -> VigieError:
    if error.pgcode in _MET:
        return StoreUnavailable("Vigie's database was busy with the same rows.", "It is tried again.")
    if error.pgcode in _NOT_OURS:
        return ConfigurationError(
            f"Vigie's database is not ready for the worker: {said(error)}.",
            f"Run `vigie migrate`, and let {_VARIABLE} name the role vigie_worker.",
        )
    if was_not_let_in(error):
        return ConfigurationError(
            f"PostgreSQL did not let the worker in: {said(error)}.",
            f"Correct role, password and database name in {_VARIABLE}.",
        )
    refused = StoreUnavailable(f"Vigie's database refused: {said(error)}.", "It is tried again.")
    return unavailable(error) or refused


def _words(error: VigieError) -> tuple[str, str]:
    return clean_text(error.sentence, 1000) or "", clean_text(error.advice, 1000) or ""


def _sum(left: Stored, right: Stored) -> Stored:
    newest = max((at for at in (left.newest, right.newest) if at is not None), default=None)
    return Stored(left.added + right.added, left.duplicate + right.duplicate, left.unplaced + right.unplaced, newest)


def _say_rejected(name: str, rejected: Sequence[Rejected]) -> None:
    """One line a batch, with a sample: a table of a million odd rows must not fill the log."""
    if rejected:
        sample = rejected[0]
        _log.warning(
            "rows were rejected",
            extra={"source": name, "rejected": len(rejected), "sample": sample.record[:80], "reason": sample.sentence},
        )
