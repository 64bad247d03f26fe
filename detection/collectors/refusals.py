"""What the application's database said no to, in a sentence with its remedy."""

import re

import psycopg2
from psycopg2 import errorcodes

from detection.collectors.interface import CannotLook
from detection.mapping import ApplicationMapping
from vigie.store.driver import STATEMENT_TIMEOUT_S, said, was_not_let_in
from vigie.store.faults import unavailable

_SCHEMA = re.compile(r"permission denied for schema (\S+)")


def explained(error: psycopg2.Error, mapping: ApplicationMapping) -> CannotLook:
    """`error` as the reason why the source cannot be looked at."""
    database = f"the database of {mapping.database}"
    if error.pgcode == errorcodes.INSUFFICIENT_PRIVILEGE:
        return _forbidden(str(error), mapping, database)
    if error.pgcode == errorcodes.QUERY_CANCELED:
        return CannotLook(
            f"Reading {mapping.relation_name} in {database} took longer than {STATEMENT_TIMEOUT_S} s.",
            f"Index its columns {mapping.columns['id']} and {mapping.columns['occurred_at']}.",
        )
    if unavailable(error) is None:
        return CannotLook(
            f"Reading {mapping.relation_name} in {database} failed: {said(error)}.",
            "Correct the table or view, or its mapping in sources.toml.",
        )
    if was_not_let_in(error):
        return CannotLook(
            f"PostgreSQL did not let Vigie into {database}: {said(error)}.",
            f"Correct role, password and database name in {mapping.database}.",
        )
    return CannotLook(
        f"PostgreSQL does not answer in {database}.",
        f"Check that it runs and that {mapping.database} names it; Vigie reconnects by itself.",
    )


def _forbidden(said: str, mapping: ApplicationMapping, database: str) -> CannotLook:
    if schema := _SCHEMA.search(said):
        return CannotLook(
            f"Vigie's role may not use the schema {schema[1]} in {database}.",
            f"Run there: GRANT USAGE ON SCHEMA {schema[1]} TO the role that {mapping.database} names.",
        )
    return CannotLook(
        f"Vigie's role may not read {mapping.relation_name} in {database}.",
        f"Run there: GRANT SELECT ON {mapping.relation_name} TO the role that {mapping.database} names.",
    )
