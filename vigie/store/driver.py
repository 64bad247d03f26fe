"""Plain psycopg2 connections for worker, intake and exporter: UTC, ISO dates, bounded waits.

SQLAlchemy would double the memory of these processes.
"""

import re
from typing import TypeAlias

import psycopg2
import psycopg2.extensions

from vigie.errors import ConfigurationError
from vigie.redaction import redact

Connection: TypeAlias = psycopg2.extensions.connection

STATEMENT_TIMEOUT_S = 30
_CONNECT_TIMEOUT_S = 3
_SILENCE_MS = (
    10_000  # after which a server that acknowledges nothing is gone; the system would wait a quarter of an hour
)
_SCHEME = re.compile(r"postgres(?:ql)?(?:\+psycopg2)?://")
_OPTIONS = "-c timezone=UTC -c datestyle=ISO -c jit=off"
_NOT_LET_IN = re.compile(
    r"authentication failed|no password supplied|does not exist|no pg_hba\.conf entry|permission denied for database"
)
_SAID_LIMIT = 200


def connect(
    url: str,
    variable: str,
    *,
    read_only: bool,
    application: str = "vigie worker",
    statement_timeout_s: int = STATEMENT_TIMEOUT_S,
) -> Connection:
    """A connection to the database of `url`, which the setting `variable` holds; `application` names it there.

    Raises ConfigurationError for what is no URL (never repeating it: it holds a password), psycopg2.OperationalError
    for a server that does not answer or does not let us in.
    """
    scheme = _SCHEME.match(url)
    try:
        if scheme is None:
            raise psycopg2.ProgrammingError
        made = psycopg2.connect(
            "postgresql://" + url[scheme.end() :],
            connect_timeout=_CONNECT_TIMEOUT_S,
            application_name=application,
            options=f"{_OPTIONS} -c statement_timeout={statement_timeout_s}s"
            + (" -c default_transaction_read_only=on" if read_only else ""),
            keepalives_idle=10,
            keepalives_interval=3,
            keepalives_count=3,
            tcp_user_timeout=_SILENCE_MS,
        )
    except psycopg2.ProgrammingError:
        raise ConfigurationError(
            f"{variable} is not a PostgreSQL URL.", "Write it as postgresql://role:password@host:5432/database."
        ) from None
    made.autocommit = read_only
    if made.info.parameter_status("server_encoding") == "SQL_ASCII":
        made.set_client_encoding("LATIN1")  # such a server keeps any bytes: one wrong byte must not stop the reading
    return made


def was_not_let_in(error: psycopg2.Error) -> bool:
    """Whether the server is there but refuses this role, password or database."""
    return isinstance(error, psycopg2.OperationalError) and bool(_NOT_LET_IN.search(str(error)))


def said(error: psycopg2.Error) -> str:
    """The server's message: its first line, printable, without secrets."""
    lines = str(error).strip().splitlines() or ["no message"]
    words = lines[0].split("FATAL:")[-1].split("ERROR:")[-1].strip(" .")
    return redact("".join(c if c.isprintable() else " " for c in words))[:_SAID_LIMIT]
