"""What PostgreSQL finds is what the query means, in a table of hostile events."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import text

from tests.conftest import Store
from tests.vigie.query.conftest import Asked
from tests.vigie.query.made import ADDRESSES, HOSTILE, patient, queries
from vigie.query import FIELDS, Query, parse, written
from vigie.query.matches import matches
from vigie.query.sql import Cost, condition

Rows = list[Mapping[str, Any]]
pytestmark = pytest.mark.postgres


def meant(query: Query, rows: Rows) -> set[bytes]:
    return {bytes(row["event_key"]) for row in rows if matches(query, row)}


@settings(patient, max_examples=300)
@given(query=queries)
def test_postgresql_finds_what_the_query_means(query: Query, rows: Rows, asked: Asked) -> None:
    assert asked(query) == meant(query, rows)


def test_postgresql_agrees_on_every_hostile_text_in_every_place(rows: Rows, asked: Asked) -> None:
    for value in [*HOSTILE, *ADDRESSES]:
        word = written(value)
        for typed in (word, f"user_name:{word}", f"message:{word}", f"-http_route:{word}", f"rule:*{_plain(value)}*"):
            assert asked(parse(typed)) == meant(parse(typed), rows), typed


def _plain(value: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\{letter}" if letter in '\\"*()' else "*" for letter in value)


def test_not_given_is_the_rest_of_given(rows: Rows, asked: Asked) -> None:
    everything = {bytes(row["event_key"]) for row in rows}
    for field in FIELDS:
        present, missing = asked(parse(f"{field}:*")), asked(parse(f"-{field}:*"))
        assert (present | missing, present & missing) == (everything, set()), field


def test_not_finds_events_without_the_field_too(rows: Rows, asked: Asked) -> None:
    without_rule = {bytes(row["event_key"]) for row in rows if row["rule"] is None}
    assert without_rule
    assert without_rule <= asked(parse('-rule:"never seen"'))


def test_a_value_of_each_row_finds_that_row(rows: Rows, asked: Asked) -> None:
    for row in rows[:60]:
        query = Query().narrowed("source", [row["source"]]).narrowed("message", [row["message"] or ""])
        assert bytes(row["event_key"]) in asked(query)


def test_the_hourly_counts_answer_what_they_say_they_can(store: Store, rows: Rows, asked: Asked) -> None:
    found = condition(parse("severity:>=medium -outcome:success (source:*a* OR action:*b*)"))
    with store.console.connect() as connection:
        n = connection.scalar(text(f"SELECT sum(n) FROM events_hourly WHERE {found.text}"), dict(found.parameters))
    assert found.cost is Cost.ROLLUP
    assert n == len(asked(parse("severity:>=medium -outcome:success (source:*a* OR action:*b*)"))) > 0
