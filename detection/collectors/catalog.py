"""Checks a mapping against the database it names, so that a wrong word is one sentence and not an empty screen."""

from dataclasses import dataclass

from psycopg2.extensions import quote_ident

from detection.mapping import ApplicationMapping, Order
from detection.toml_table import nearest
from vigie.errors import ConfigurationError
from vigie.store.driver import Connection

_WHOLE_NUMBERS = ("smallint", "integer", "bigint")
_WITH_ZONE, _WITHOUT_ZONE = "timestamp with time zone", "timestamp without time zone"

_COLUMNS = """
    SELECT a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped
"""
_RELATIONS = """
    SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the database says of the mapped columns."""

    order: Order
    id_type: str
    time_has_zone: bool


def check(connection: Connection, mapping: ApplicationMapping) -> Shape:
    """The shape of the mapped relation. Raises ConfigurationError naming key, missing thing, what exists, remedy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)::oid", (".".join(quote_ident(p, cursor) for p in mapping.relation),))
        (oid,) = cursor.fetchone() or (None,)
        if oid is None:
            cursor.execute(_RELATIONS)
            raise _missing_relation(mapping, [str(name) for (name,) in cursor.fetchall()])
        cursor.execute(_COLUMNS, (oid,))
        types = {str(name): str(type_) for name, type_ in cursor.fetchall()}
    for key, column in mapping.columns.items():
        if column not in types:
            raise _missing_column(mapping, key, column, types)
    id_type = types[mapping.columns["id"]]
    return Shape(_order(mapping, id_type), id_type, _has_zone(mapping, types[mapping.columns["occurred_at"]]))


def _missing_relation(mapping: ApplicationMapping, found: list[str]) -> ConfigurationError:
    exists = f"it has {nearest(mapping.relation_name, found)}" if found else "it has no table or view yet"
    return ConfigurationError(
        f"{mapping.place}: relation names {mapping.relation_name!r}, "
        f"which is not in the database of {mapping.database} ({exists}).",
        "Correct relation there, or make that table or view.",
    )


def _missing_column(mapping: ApplicationMapping, key: str, column: str, types: dict[str, str]) -> ConfigurationError:
    return ConfigurationError(
        f"{mapping.place}, columns: {key} names the column {column!r}, which {mapping.relation_name} does not have "
        f"(it has {nearest(column, types, 40)}).",
        f"Correct columns.{key} there.",
    )


def _order(mapping: ApplicationMapping, id_type: str) -> Order:
    natural = Order.ID if id_type in _WHOLE_NUMBERS else Order.TIME
    if mapping.order is Order.ID and natural is Order.TIME:
        raise ConfigurationError(
            f'{mapping.place}: order is "id", but the column {mapping.columns["id"]!r} holds {id_type}, '
            "which does not grow with every row.",
            'Write order = "time", or leave it out.',
        )
    return mapping.order or natural


def _has_zone(mapping: ApplicationMapping, time_type: str) -> bool:
    column = mapping.columns["occurred_at"]
    if time_type not in (_WITH_ZONE, _WITHOUT_ZONE):
        raise ConfigurationError(
            f"{mapping.place}, columns: occurred_at names the column {column!r}, which holds {time_type}, not a time.",
            "Make a view that turns it into timestamptz, and name that view as relation.",
        )
    if time_type == _WITHOUT_ZONE and mapping.time_zone is None:
        raise ConfigurationError(
            f"{mapping.place}: time_zone is missing, and the times in {column!r} carry none.",
            'Add time_zone = "UTC", or the zone the application writes, such as "Europe/Paris".',
        )
    return time_type == _WITH_ZONE
