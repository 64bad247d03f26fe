"""The database roles, least privilege: who may do what is this one table.

The owner runs migrations and nothing else. `app_reader` lives in the application's database and is made there
(see `cli/embedded`), never here.
"""

from enum import Enum

from psycopg2 import sql
from sqlalchemy import Connection, text

from vigie.errors import ConfigurationError
from vigie.store.engine import unavailable


class Role(Enum):
    """A login role of Vigie's own database; the value is its name in PostgreSQL."""

    WORKER = "vigie_worker"
    CONSOLE = "vigie_console"
    EXPORTER = "vigie_exporter"


_EVENTS = "events, events_raw, events_unplaced"
_ROLLUPS = "events_hourly, activity_hourly, ip_failures_hourly, facet_hourly, http_minute"
_UNREAD = "rejected, gaps"

_GRANTS: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.WORKER: (
        ("SELECT, INSERT", _EVENTS),
        ("SELECT, INSERT, UPDATE", f"{_ROLLUPS}, sources, collector_cursors"),
        ("DELETE", "sources"),  # one that is watched no more
        ("SELECT, INSERT", "http_routes, import_marks"),
        ("SELECT, INSERT, UPDATE, DELETE", "intake_records, event_folds"),
        ("SELECT, INSERT, DELETE", "known_lines"),
        ("SELECT, INSERT, DELETE", "detection_spans, detection_missed"),
        ("SELECT, INSERT, UPDATE, DELETE", "rules, alert_minutes, alert_samples"),
        ("SELECT, INSERT, UPDATE", "alerts"),
        ("SELECT, INSERT", "alert_acts"),
        ("SELECT", "rule_switches"),
        ("SELECT, INSERT, UPDATE, DELETE", "source_rhythms, source_quiet, blind_spells"),
        ("SELECT", "source_expectations"),
        ("SELECT, INSERT, DELETE", _UNREAD),  # the newest of each source are kept
        ("SELECT", "instance"),
        ("EXECUTE", "FUNCTION ensure_event_partitions"),
        ("EXECUTE", "FUNCTION drop_event_partitions"),
    ),
    Role.CONSOLE: (
        ("SELECT", f"{_EVENTS}, {_ROLLUPS}, {_UNREAD}, event_folds, sources, instance"),
        ("SELECT", "blind_spells, source_rhythms, deploys"),
        ("SELECT, INSERT, UPDATE, DELETE", "source_expectations"),
        ("EXECUTE", "FUNCTION retire_source"),
        ("SELECT, INSERT, UPDATE", "people, sessions"),
        ("SELECT", "rules, alert_minutes, alert_samples, detection_spans"),
        ("SELECT, UPDATE", "alerts"),  # the triage; what was seen is the worker's
        ("SELECT, INSERT", "alert_acts"),  # append-only
        ("SELECT, INSERT, UPDATE", "rule_switches"),
        ("DELETE", "sessions"),  # old ones, at sign-in
        ("SELECT, INSERT, UPDATE, DELETE", "saved_searches"),
        ("SELECT, INSERT, DELETE", "sign_in_failures"),
        ("SELECT, INSERT", "audit"),  # append-only: no UPDATE, no DELETE
    ),
    Role.EXPORTER: (("SELECT", f"{_ROLLUPS}, sources, source_expectations, alerts"),),
}

_SESSION_LIMITS = {
    Role.WORKER: {
        "statement_timeout": "30s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "60s",
    },
    Role.CONSOLE: {
        "statement_timeout": "10s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "30s",
    },
    Role.EXPORTER: {"statement_timeout": "5s", "default_transaction_read_only": "on"},
}
_CONNECTION_LIMIT = 50


def ensure_roles(connection: Connection, passwords: dict[Role, str]) -> None:
    """Creates each role or sets its password. Raises ConfigurationError when the owner may not create roles."""
    cursor = connection.connection.cursor()
    for role, password in passwords.items():
        exists = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": role.value})
        statement = sql.SQL("{verb} ROLE {role} LOGIN CONNECTION LIMIT {limit} PASSWORD {password}").format(
            verb=sql.SQL("ALTER" if exists else "CREATE"),
            role=sql.Identifier(role.value),
            limit=sql.Literal(_CONNECTION_LIMIT),
            password=sql.Literal(password),
        )
        try:
            cursor.execute(statement)
            for name, value in _SESSION_LIMITS[role].items():
                cursor.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(
                        sql.Identifier(role.value), sql.Identifier(name), sql.Literal(value)
                    )
                )
        except Exception as error:
            if unavailable(error) is not None:
                raise
            raise ConfigurationError(
                f"The owner named by VIGIE_DATABASE_URL may not create or change the role {role.value}.",
                "Give it CREATEROLE (ALTER ROLE … CREATEROLE), or drop the role if another owner made it.",
            ) from error


def grant(connection: Connection) -> None:
    """Makes the privileges of every role exactly those of the table above, nothing for PUBLIC."""
    database = connection.scalar(text("SELECT current_database()"))
    cursor = connection.connection.cursor()
    cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(str(database))))
    for role, grants in _GRANTS.items():
        name = sql.Identifier(role.value)
        cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(name))
        for right in ("REVOKE TEMPORARY ON DATABASE {} FROM {}", "GRANT CONNECT ON DATABASE {} TO {}"):
            cursor.execute(sql.SQL(right).format(sql.Identifier(str(database)), name))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        for privileges, objects in grants:
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(privileges), sql.SQL(objects), name))
