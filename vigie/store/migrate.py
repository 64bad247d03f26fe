"""Brings a Vigie database to the newest schema: migrations, roles, grants. Safe to run again and side by side."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from vigie.store.engine import transaction
from vigie.store.roles import Role, ensure_roles, grant

_LOCK = 0x7669676965  # "vigie": one migration at a time, whoever starts it


def migrate(engine: Engine, passwords: dict[Role, str]) -> str:
    """Migrates, creates the roles with these passwords, grants what each may do. Returns the schema revision.

    `engine` connects as the owner of the database. Raises StoreUnavailable, ConfigurationError.
    """
    with transaction(engine) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        ensure_roles(connection, passwords)
        grant(connection)
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))
