"""Which worker works: the one that holds an advisory lock. Others wait beside it as hot spares.

The lock belongs to a session of its own. The server ends that session by itself when the leader falls silent (killed,
frozen, cut off), which frees the lock. Whoever stores asks in the same transaction whether the lock is still held, and
a new leader waits until such transactions of the one before it have ended: never do two store.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg2

from detection.keeping import Derive, Keeper
from vigie.errors import ConfigurationError, StoreUnavailable
from vigie.store.driver import Connection, connect, said, was_not_let_in

_VARIABLE = "VIGIE_WORKER_DATABASE_URL"
_LEADS, _STORES = 0x5669_6701, 0x5669_6702  # advisory locks of this database: first half, and what each means
_KEY = 1
HEARTBEAT_S = 1.0
_SILENCE_S = 4  # after which the server takes the leader for dead

_SESSION = """
    SET application_name = %(name)s;
    SET statement_timeout = '4s';
    SET idle_session_timeout = %(silence)s;
    SET tcp_keepalives_idle = 2;
    SET tcp_keepalives_interval = 1;
    SET tcp_keepalives_count = 2
"""
_IS_OURS = """
    SELECT pg_try_advisory_xact_lock_shared(%(stores)s, %(key)s) AND EXISTS (
        SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
            AND l.classid = %(leads)s AND l.objid = %(key)s AND l.database = a.datid
            AND a.datname = current_database() AND a.application_name = %(name)s)
"""

_log = logging.getLogger(__name__)


class LeadLost(StoreUnavailable):
    """Another worker may lead by now: nothing was stored."""


class Lead:
    """The lead, sought and held over one session. For one thread, but for `check`, which uses its caller's connection.

    Every method raises ConfigurationError where PostgreSQL does not let this worker in.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = f"vigie leader {secrets.token_hex(8)}"
        self._session: Connection | None = None
        self._told: str | None = None

    def take(self) -> bool:
        """One try; True once this worker leads. While it does not, the log says why, once."""
        try:
            if self._session is None:
                self._session = self._connected()
            if self._ask("SELECT pg_try_advisory_lock(%s, %s)", (_LEADS, _KEY)):
                self._ask("SELECT pg_advisory_xact_lock(%s, %s)::text", (_STORES, _KEY))
                self._told = None
                _log.info("this worker leads")
                return True
            self._tell("another worker leads, this one waits as its hot spare")
        except psycopg2.Error as error:
            self.release()
            if was_not_let_in(error):
                raise _not_let_in(error) from error
            self._tell("events cannot be stored: nobody leads while the database does not answer", said(error))
        return False

    def holds(self) -> bool:
        """The leader's sign of life, due every `HEARTBEAT_S`. False: the session is gone and the lock with it."""
        try:
            if self._session is not None:
                self._ask("SELECT 1", ())
                return True
        except psycopg2.Error as error:
            _log.warning("the lead is lost: this worker stops storing at once", extra={"reason": said(error)})
        self.release()
        return False

    def check(self, connection: Connection) -> None:
        """In the transaction that will store: raises LeadLost unless the lock is held now, and it is until the end."""
        with connection.cursor() as cursor:
            cursor.execute(_IS_OURS, {"leads": _LEADS, "stores": _STORES, "key": _KEY, "name": self._name})
            row = cursor.fetchone()
        if row is None or not row[0]:
            raise LeadLost("This worker does not lead any more.", "The one that leads reads the same sources.")

    def release(self) -> None:
        """Gives the lead up, if it is held."""
        if self._session is not None:
            self._session.close()
        self._session = None

    def _connected(self) -> Connection:
        session = connect(self._url, _VARIABLE, read_only=False)
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(_SESSION, {"name": self._name, "silence": f"{_SILENCE_S}s"})
        return session

    def _ask(self, question: str, values: tuple[int, ...]) -> object:
        if self._session is None:
            raise psycopg2.InterfaceError("there is no session")
        with self._session.cursor() as cursor:
            cursor.execute(question, values)
            row = cursor.fetchone()
        return row[0] if row else None

    def _tell(self, what: str, reason: str = "") -> None:
        if what != self._told:
            self._told = what
            _log.log(logging.ERROR if reason else logging.INFO, what, extra={"reason": reason} if reason else {})


class LeadersKeeper(Keeper):
    """A keeper each of whose transactions stands only while this worker leads."""

    def __init__(self, url: str, retention: timedelta, lead: Lead, derive: Derive | None = None) -> None:
        super().__init__(url, retention, derive=derive)
        self._lead = lead

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with super()._transaction() as connection:
            self._lead.check(connection)
            yield connection


def _not_let_in(error: psycopg2.Error) -> ConfigurationError:
    return ConfigurationError(
        f"PostgreSQL did not let the worker in: {said(error)}.",
        f"Correct role, password and database name in {_VARIABLE}.",
    )
