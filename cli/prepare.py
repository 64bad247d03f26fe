"""Makes everything that must exist before the parts start: databases, roles, schema, the first administrator.

`vigie up` runs this as a process of its own (`python -m cli.prepare`), so that the supervisor, which stays for weeks,
never loads SQLAlchemy and Alembic.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from sqlalchemy.engine import make_url

from api.database import Database as AppDatabase
from cli.embedded.provision import APP_DATABASE, APP_OWNER, APP_READER, Login, grant_reading, make_app
from cli.settings import CommandSettings
from cli.state import State
from vigie.errors import ConfigurationError, StoreUnavailable, VigieError
from vigie.store.engine import make_engine, parse_url, transaction, translated
from vigie.store.migrate import migrate
from vigie.store.people import PersonRole, create_person, list_people
from vigie.store.roles import Role

APP_TABLE = "account_activity"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The schema revision, and the first administrator's one-time password if one was made just now."""

    revision: str
    first_password: str | None


def url_name(role: str) -> str:
    """The secret file that holds the URL of a role."""
    return f"{role}.url"


def prepare(settings: CommandSettings, state: State, owner_url: str) -> Prepared:
    """Idempotent. `owner_url` is the owner of Vigie's database. Raises VigieError."""
    with translated():
        revision = prepare_vigie(state, owner_url)
        if settings.app_database_url is None:
            prepare_app(state, owner_url)
        return Prepared(revision, first_administrator(settings, owner_url))


def prepare_vigie(state: State, owner_url: str) -> str:
    """Schema and roles of Vigie's database; a URL file per role. Returns the schema revision."""
    passwords = {role: state.secret(f"{role.value}.password") for role in Role}
    engine = make_engine(
        parse_url(owner_url, "VIGIE_DATABASE_URL"), application="vigie migrate", statement_timeout_s=600, pool_size=1
    )
    revision = migrate(engine, passwords)
    engine.dispose()
    for role, password in passwords.items():
        url = make_url(owner_url).set(username=role.value, password=password)
        state.write_secret(url_name(role.value), url.render_as_string(hide_password=False))
    return revision


def prepare_app(state: State, owner_url: str) -> None:
    """The reference service's database on the same server, its schema, and what the reader may read."""
    owner = Login(APP_OWNER, state.secret("app_owner.password"))
    reader = Login(APP_READER, state.secret("app_reader.password"))
    with _cursor(owner_url) as cursor:
        try:
            make_app(cursor, owner, reader)
        except psycopg2.errors.InsufficientPrivilege as error:
            raise ConfigurationError(
                "The owner named by VIGIE_DATABASE_URL may not make the reference service's database.",
                "Give it CREATEDB and CREATEROLE, or set VIGIE_APP_DATABASE_URL to read your own application instead.",
            ) from error
    for login in (owner, reader):
        url = make_url(owner_url).set(username=login.role, password=login.password, database=APP_DATABASE)
        state.write_secret(url_name(login.role), url.render_as_string(hide_password=False))
    app_owner_url = state.secret(url_name(APP_OWNER))
    service = AppDatabase(app_owner_url)
    service.prepare()
    service.close()
    with _cursor(app_owner_url) as cursor:
        grant_reading(cursor, APP_TABLE)


def first_administrator(settings: CommandSettings, owner_url: str) -> str | None:
    """Creates the first administrator where there is nobody yet; returns the one-time password, else None."""
    engine = make_engine(
        parse_url(owner_url, "VIGIE_DATABASE_URL"), application="vigie users", statement_timeout_s=10, pool_size=1
    )
    with transaction(engine) as connection:
        if list_people(connection):
            return None
        password = create_person(connection, settings.admin_email, "Administrator", PersonRole.ADMIN, actor="vigie up")
    engine.dispose()
    return password


@contextmanager
def _cursor(url: str) -> Iterator["psycopg2.extensions.cursor"]:
    """A cursor outside transactions: CREATE DATABASE demands it."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg2.connect(plain, connect_timeout=5)
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def main() -> int:
    """Prints the first administrator's one-time password, if any, as its only line."""
    try:
        settings = CommandSettings.load()
        if settings.database_url is None:
            raise ConfigurationError("VIGIE_DATABASE_URL is not set.", "This program is started by `vigie up`.")
        prepared = prepare(settings, State.open(settings.state_dir), settings.database_url)
    except StoreUnavailable as error:
        refused = error.__cause__ and "authentication failed" in str(error.__cause__)
        what = "refuses that role or password" if refused else "does not answer"
        print(f"The PostgreSQL that VIGIE_DATABASE_URL names {what}. Correct the URL or start it.", file=sys.stderr)
        return ConfigurationError.exit_code
    except VigieError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if prepared.first_password:
        print(prepared.first_password)
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
