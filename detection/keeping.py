"""What the worker writes to Vigie's own database: events, rollups and cursors, and each source's sign of life."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from hashlib import sha256

import psycopg2
from psycopg2 import errorcodes
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case

from detection.collectors.interface import Look, Source
from detection.gaps import gap_events
from detection.parsers.interface import Rejected
from detection.signs import keep_look, look_at
from vigie.clock import utc_now
from vigie.errors import ConfigurationError, StoreUnavailable, VigieError
from vigie.event import Event, clean_text
from vigie.store.driver import Connection, connect, said, was_not_let_in
from vigie.store.events import Stored, store_events
from vigie.store.faults import unavailable
from vigie.store.http_minutes import store_requests
from vigie.store.import_marks import Mark, longest_known, store_mark
from vigie.store.known_lines import known_of, store_known
from vigie.store.unread import Gap, store_gaps, store_rejected

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
_LOGINS = "authentication"  # the category
# What further events follow from those that were stored in this transaction.
Derive = Callable[[Cursor, Sequence[Event]], Sequence[Event]]
_NOTHING = Stored(0, 0, 0, None)

_REGISTER = """
    INSERT INTO sources (name, kind, title, expected_period_s, grace_s) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, title = excluded.title,
        expected_period_s = excluded.expected_period_s, grace_s = excluded.grace_s
"""
_ALIVE = """
    UPDATE sources SET error = %(error)s, error_advice = %(advice)s,
        error_since = CASE WHEN %(error)s IS NOT NULL THEN coalesce(error_since, clock_timestamp()) END,
        stored = stored + %(added)s, duplicate = duplicate + %(duplicate)s, unplaced = unplaced + %(unplaced)s,
        rejected = rejected + %(rejected)s, ignored = ignored + %(ignored)s, hits = hits + %(hits)s,
        gaps = gaps + %(gaps)s,
        last_stored_at = CASE WHEN %(added)s > 0 THEN clock_timestamp() ELSE last_stored_at END,
        last_event_at = greatest(last_event_at, %(newest)s), supplies_logins = supplies_logins OR %(logins)s
    WHERE name = %(name)s
"""
_CURSOR = "SELECT cursor, digest FROM collector_cursors WHERE source = %s"
_DIGEST = "SELECT digest FROM collector_cursors WHERE source = %s FOR UPDATE"
_MOVE = """
    INSERT INTO collector_cursors (source, cursor, digest) VALUES (%s, %s, %s)
    ON CONFLICT (source) DO UPDATE
    SET cursor = excluded.cursor, digest = excluded.digest, updated_at = clock_timestamp()
"""
_BLIND = """
    UPDATE sources SET error = %s, error_advice = %s, error_since = coalesce(error_since, clock_timestamp())
    WHERE name = %s
"""
_STOPPED = """
    UPDATE sources SET error = %s, error_advice = %s, error_since = coalesce(error_since, clock_timestamp())
    WHERE kind IN ('application', 'file', 'loki')
"""
_RETIRE = "DELETE FROM sources WHERE kind IN ('application', 'file', 'loki') AND name <> ALL(%s)"

_log = logging.getLogger(__name__)


class CursorMoved(StoreUnavailable):
    """Somebody else has read this source meanwhile: nothing was stored, and the collector must resume."""


@dataclass(frozen=True, slots=True)
class _Driver:
    """The connection as `store_events` takes it."""

    connection: Connection


class Keeper:
    """One connection to Vigie's database, made anew when it breaks. Not for use by several threads.

    Every method is one transaction, and raises StoreUnavailable or StorageFull when trying again may help,
    ConfigurationError when it cannot.
    """

    def __init__(self, url: str, retention: timedelta, variable: str = _VARIABLE, derive: Derive | None = None) -> None:
        """`variable` is the setting that holds `url`."""
        self._url = url
        self._variable = variable
        self._retention = retention
        self._derive = derive
        self._connection: Connection | None = None
        self._digests: dict[str, bytes | None] = {}  # of the cursors as this keeper knows them

    def register(self, source: Source) -> Mapping[str, object] | None:
        """Makes the source known. Returns its cursor, or None if it was never read."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(
                _REGISTER, (source.name, source.kind, source.title, source.expected_period_s, source.grace_s)
            )
            cursor.execute(_CURSOR, (source.name,))
            row = cursor.fetchone()
            known = known_of(cursor, source.name)
        self._digests[source.name] = bytes(row[1]) if row and row[1] else None
        return {**row[0], "known": known} if row and known else row[0] if row else None

    def register_import(self, source: Source) -> None:
        """Makes the source of an import known. Raises ConfigurationError for the name of another kind of source."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT kind FROM sources WHERE name = %s", (source.name,))
            row = cursor.fetchone()
            if row and row[0] != source.kind:
                raise ConfigurationError(
                    f"Vigie reads the source {source.name} by itself.", "Import under another name: --source NAME."
                )
        self.register(source)

    def keep(self, name: str, look: Look) -> Stored:
        """Everything that one look found, with its cursor and the sign of life, all or nothing.

        A look that is handed over again after its transaction had ended well unnoticed is not stored twice.
        Raises CursorMoved too.
        """
        moved = None if look.cursor is None else json.dumps(look.cursor)
        digest = sha256(moved.encode()).digest() if moved is not None else None
        with self._transaction() as connection, connection.cursor() as cursor:
            if digest is not None and self._is_stored(cursor, name, digest):
                return _NOTHING
            if look.mark is not None and not store_mark(cursor, name, look.mark):
                look = replace(look, requests=(), rejected=(), ignored=0)
            stored, refused = self._keep_events(connection, look)
            rejected = [*look.rejected, *refused]
            hits = store_requests(cursor, name, look.requests, self._retention) if look.requests else 0
            store_rejected(cursor, name, [(each.sentence, each.excerpt or each.record) for each in rejected])
            store_gaps(cursor, name, look.gaps)
            derived = [*gap_events(name, look.gaps), *(self._derive(cursor, look.events) if self._derive else ())]
            if derived:
                store_events(_Driver(connection), derived, self._retention)
            more = {"rejected": len(rejected), "ignored": look.ignored, "hits": hits, "gaps": len(look.gaps)}
            error, advice = _words(look.trouble) if look.trouble else (None, None)
            said = {"error": error, "advice": advice, "logins": any(e.category == _LOGINS for e in look.events)}
            cursor.execute(_ALIVE, {**asdict(stored), **more, **said, "name": name})
            looked = look_at(cursor, name)
            if looked is not None:
                came = stored.added + stored.unplaced + len(rejected) + look.ignored + hits
                keep_look(cursor, looked, is_sign=came > 0, is_live=not (look.more or look.mark))
            if look.known is not None:
                store_known(cursor, name, look.known)
            if moved is not None:
                cursor.execute(_MOVE, (name, moved, digest))
        if digest is not None:
            self._digests[name] = digest
        _say(name, rejected, look.gaps)
        return stored

    def known(self, name: str, start: bytes, lines: Sequence[bytes]) -> Mark | None:
        """What of `lines`, which follow `start`, an import has stored before."""
        with self._transaction() as connection, connection.cursor() as cursor:
            return longest_known(cursor, name, start, lines)

    def blind(self, name: str, error: VigieError) -> None:
        """The source cannot be looked at, and why; `keep` takes it back."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_BLIND, (*_words(error), name))

    def retire_all_but(self, names: Sequence[str]) -> None:
        """What is no longer in the sources file is not blind, it is no source. Its events stay."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_RETIRE, (list(names),))

    def stopped(self, error: VigieError) -> None:
        """The worker does not start, so that no source is looked at."""
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_STOPPED, _words(error))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _is_stored(self, cursor: Cursor, name: str, digest: bytes) -> bool:
        """Whether this very look was stored; holds the cursor until the end. Raises CursorMoved."""
        cursor.execute(_DIGEST, (name,))
        row = cursor.fetchone()
        found = bytes(row[0]) if row and row[0] else None
        if found == digest:
            self._digests[name] = digest
            return True
        if found != self._digests.get(name):
            raise CursorMoved("Another worker has read this source meanwhile.", "This one goes on from there.")
        return False

    def _keep_events(self, connection: Connection, look: Look) -> tuple[Stored, list[Rejected]]:
        oldest = utc_now() - self._retention
        events = [*look.events, *(event for event in look.reread if event.occurred_at >= oldest)]
        return self._store(connection, events) if events else (_NOTHING, [])

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
                self._connection = connect(self._url, self._variable, read_only=False)
            yield self._connection
            self._connection.commit()
        except BaseException as error:
            self.close()  # also rolls back
            if isinstance(error, psycopg2.Error):
                raise _explained(error, self._variable) from error
            raise


def _explained(error: psycopg2.Error, variable: str) -> VigieError:
    if error.pgcode in _MET:
        return StoreUnavailable("Vigie's database was busy with the same rows.", "It is tried again.")
    if error.pgcode in _NOT_OURS:
        return ConfigurationError(
            f"Vigie's database is not ready: {said(error)}.",
            f"Run `vigie migrate`, and let {variable} name the role it asks for.",
        )
    if was_not_let_in(error):
        return ConfigurationError(
            f"PostgreSQL did not let Vigie in: {said(error)}.",
            f"Correct role, password and database name in {variable}.",
        )
    refused = StoreUnavailable(f"Vigie's database refused: {said(error)}.", "It is tried again.")
    return unavailable(error) or refused


def _words(error: VigieError) -> tuple[str, str]:
    return clean_text(error.sentence, 1000) or "", clean_text(error.advice, 1000) or ""


def _sum(left: Stored, right: Stored) -> Stored:
    newest = max((at for at in (left.newest, right.newest) if at is not None), default=None)
    return Stored(left.added + right.added, left.duplicate + right.duplicate, left.unplaced + right.unplaced, newest)


def _say(name: str, rejected: Sequence[Rejected], gaps: Sequence[Gap]) -> None:
    """One line a batch, with a sample: a table of a million odd rows must not fill the log."""
    if rejected:
        sample = rejected[0]
        record = (sample.excerpt or sample.record)[:80]
        _log.warning(
            "records were rejected",
            extra={"source": name, "rejected": len(rejected), "sample": record, "reason": sample.sentence},
        )
    for gap in gaps:
        _log.warning("records may be missing", extra={"source": name, "reason": gap.reason})
