"""Engines and connections. Every session runs in UTC; what psycopg2 raises ends here as an error with advice."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vigie.errors import ConfigurationError, StoreUnavailable
from vigie.store.faults import unavailable as unavailable


def parse_url(text: str, variable: str) -> URL:
    """A PostgreSQL URL with the psycopg2 driver (bare `postgresql://` would mean psycopg 3 in SQLAlchemy 2.1).

    Raises ConfigurationError naming `variable`; the text itself is never repeated, since it holds a password.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError(f"{variable} is not a database URL.", _URL_ADVICE) from error
    if url.drivername.split("+")[0] not in ("postgresql", "postgres"):
        raise ConfigurationError(f"{variable} does not name a PostgreSQL database.", _URL_ADVICE)
    return url.set(drivername="postgresql+psycopg2")


_URL_ADVICE = "Write it as postgresql://role:password@host:5432/database."


def make_engine(
    url: URL, *, application: str, statement_timeout_s: float, pool_size: int = 4, connect_timeout_s: int = 3
) -> Engine:
    """A pooled engine. Sessions: UTC, `statement_timeout`, named `application` in pg_stat_activity."""
    options = f"-c timezone=UTC -c statement_timeout={int(statement_timeout_s * 1000)} -c jit=off"
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=connect_timeout_s,
        pool_pre_ping=True,
        connect_args={
            "options": options,
            "connect_timeout": connect_timeout_s,
            "application_name": application,
        },
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A connection inside one transaction. Raises StoreUnavailable, StorageFull; other database errors pass."""
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Turns "cannot reach or use the server" into our errors. A wrong statement stays what it is: a defect."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("PostgreSQL connections are all busy.", "Wait, or look for long queries.") from error
    except (DBAPIError, psycopg2.Error) as error:
        ours = unavailable(error)
        if ours is None:
            raise
        raise ours from error
