"""Databases and login roles on a server we may administer: `vigie` with its owner, `app` with its owner and reader."""

from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its class in lower case

VIGIE_DATABASE, VIGIE_OWNER = "vigie", "vigie_owner"
APP_DATABASE, APP_OWNER, APP_READER = "app", "app_owner", "app_reader"

_READER_LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "30s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "30s",
}


@dataclass(frozen=True, slots=True)
class Login:
    """A role and its password."""

    role: str
    password: str


def make_vigie(cursor: Cursor, owner: Login) -> None:
    """Vigie's own database; its owner may make the other roles (CREATEROLE)."""
    _role(cursor, owner, "CREATEROLE")
    _database(cursor, VIGIE_DATABASE, owner.role)


def make_app(cursor: Cursor, owner: Login, reader: Login) -> None:
    """The reference service's database. The reader may connect; what it may read is granted once the tables exist."""
    _role(cursor, owner, "NOCREATEROLE")
    _role(cursor, reader, "NOCREATEROLE")
    for name, value in _READER_LIMITS.items():
        cursor.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                sql.Identifier(reader.role), sql.Identifier(name), sql.Literal(value)
            )
        )
    cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner.role)))
    _database(cursor, APP_DATABASE, owner.role)
    cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(APP_DATABASE)))
    cursor.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(APP_DATABASE), sql.Identifier(reader.role))
    )


def grant_reading(cursor: Cursor, relation: str) -> None:
    """Lets the reader read one table of the application's database and nothing else of it."""
    reader = sql.Identifier(APP_READER)
    cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(reader))
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(reader))
    cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(relation), reader))


def _role(cursor: Cursor, login: Login, rights: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login.role,))
    cursor.execute(
        sql.SQL("{} ROLE {} LOGIN {} CONNECTION LIMIT 50 PASSWORD {}").format(
            sql.SQL("ALTER" if cursor.fetchone() else "CREATE"),
            sql.Identifier(login.role),
            sql.SQL(rights),
            sql.Literal(login.password),
        )
    )


def _database(cursor: Cursor, name: str, owner: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
