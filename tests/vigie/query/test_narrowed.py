"""What somebody clicks becomes part of the query, letter for letter."""

import pytest

from vigie.query import Query, QueryError, parse


def test_chosen_values_are_one_of_them() -> None:
    assert str(parse("failed").narrowed("source", ["ssh", "falco"])) == "failed source:(ssh OR falco)"


def test_a_query_with_or_keeps_its_meaning() -> None:
    assert str(parse("a OR b").narrowed("user", ["alice"])) == "(a OR b) user_name:alice"


def test_the_empty_value_is_not_given() -> None:
    assert str(Query().narrowed("rule", ["", "x"])) == "-rule:* OR rule:x"
    assert str(Query().without("rule", [""])) == "rule:*"


def test_no_values_change_nothing() -> None:
    assert Query().narrowed("rule", []).without("rule", []) == Query()


def test_values_are_left_out() -> None:
    assert str(Query().without("user_name", ["alice", "bob"])) == "-user_name:(alice OR bob)"


def test_signs_of_the_language_are_letters_in_a_chosen_value() -> None:
    assert str(Query().narrowed("user_name", ['*" OR (x'])) == 'user_name:"*\\" OR (x"'


@pytest.mark.parametrize(
    ("field", "value"),
    [("http_status", "abc"), ("severity", "worst"), ("source_ip", "x"), ("nothing", "x"), ("outcome", "maybe")],
)
def test_a_value_that_a_field_cannot_have_is_refused(field: str, value: str) -> None:
    with pytest.raises(QueryError):
        Query().narrowed(field, [value])


@pytest.mark.parametrize("values", [["x" * 2001], [str(number) for number in range(61)], ["a\0"], ["\ud800"]])
def test_a_narrowed_query_keeps_the_limits(values: list[str]) -> None:
    with pytest.raises(QueryError):
        parse("failed").narrowed("user_name", values)
