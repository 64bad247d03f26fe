"""The only place that opens connections, and where the driver's errors become answers of ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import errorcodes
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api import schema
from api.errors import DatabaseUnavailable

POOL_SIZE = 5
_SESSION = "-c timezone=UTC -c statement_timeout=5000 -c lock_timeout=3000 -c jit=off"
_UNAVAILABLE_CLASSES = ("08", "53", "57")
_ADDRESS_NOT_USABLE = {
    "password authentication failed": "PostgreSQL refuses the role or password in API_DATABASE_URL.",
    "no password supplied": "PostgreSQL asks for a password that API_DATABASE_URL does not hold.",
    '" does not exist': "The role or database named by API_DATABASE_URL does not exist.",
}


class Database:
    """A small pool of sessions in UTC; the schema is made sure of before the first use."""

    def __init__(self, url: str) -> None:
        """`url` is SQLAlchemy's, with the psycopg2 driver. Connects when first used, not now."""
        self._engine = create_engine(
            url, pool_size=POOL_SIZE, max_overflow=0, pool_timeout=3, pool_pre_ping=True,
            connect_args={"options": _SESSION, "connect_timeout": 3, "application_name": "api"},
        )  # fmt: skip
        self._prepared = False
        self._preparing = threading.Lock()

    def prepare(self) -> None:
        """Makes or upgrades the tables, once per process. Raises DatabaseUnavailable."""
        with self._preparing:
            if not self._prepared:
                with _translated(), self._engine.begin() as connection:
                    schema.ensure(connection)
                self._prepared = True

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection inside one transaction. Raises DatabaseUnavailable; a wrong statement stays a defect."""
        if not self._prepared:
            self.prepare()
        with _translated(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Ends every idle session."""
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable("The service has more work than its database connections.") from error
    except DBAPIError as error:
        ours = _unavailable(error.orig)
        if ours is None:
            raise
        raise ours from error


def _unavailable(error: BaseException | None) -> DatabaseUnavailable | None:
    code = getattr(error, "pgcode", None) or ""
    if code == errorcodes.DISK_FULL:
        return DatabaseUnavailable("The disk below PostgreSQL is full.")
    if code == errorcodes.INSUFFICIENT_PRIVILEGE:
        return DatabaseUnavailable(
            "The role in API_DATABASE_URL may not make or use the service's tables; let it own its database.",
            settings_are_wrong=True,
        )
    if code[:2] in _UNAVAILABLE_CLASSES or code == errorcodes.LOCK_NOT_AVAILABLE:
        return DatabaseUnavailable("PostgreSQL did not answer in time.")
    if not code and isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        for words, sentence in _ADDRESS_NOT_USABLE.items():
            if words in str(error):
                return DatabaseUnavailable(sentence, settings_are_wrong=True)
        return DatabaseUnavailable("PostgreSQL does not answer.")
    return None
