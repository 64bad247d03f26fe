"""A query prints to a text that is the same query."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vigie.query.made import patient, queries, values
from vigie.query import FIELDS, Query, QueryError, parse, written


def test_a_pattern_that_looks_like_a_comparison_stays_a_pattern() -> None:
    query = parse(r"user=root*';\ DROP\ TABLE")
    assert parse(str(query)) == query


@settings(patient, max_examples=300)
@given(queries)
def test_it_reads_what_it_prints(query: Query) -> None:
    assert parse(str(query)) == query


@patient
@given(queries)
def test_printing_once_more_changes_nothing(query: Query) -> None:
    assert str(parse(str(query))) == str(query)


@patient
@given(st.text(max_size=40))
def test_what_it_understands_it_prints_and_reads_again(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    assert parse(str(query)) == query


@patient
@given(queries, st.sampled_from(["user_name", "source", "rule", "message"]), st.lists(values, min_size=1, max_size=3))
def test_a_narrowed_query_reads_as_it_prints(query: Query, field: str, chosen: list[str]) -> None:
    try:
        narrowed = query.narrowed(field, chosen).without(field, chosen)
    except QueryError:
        return  # past the limits
    assert parse(str(narrowed)) == narrowed


@patient
@given(values)
def test_a_written_value_is_taken_letter_for_letter(value: str) -> None:
    assert parse(f"user_name:{written(value)}") == Query().narrowed("user_name", [value])


def test_everything_prints_as_nothing() -> None:
    assert str(parse("  * ")) == ""
    assert parse("").is_everything


def test_equal_queries_are_one_key() -> None:
    assert {parse("ip:10.0.0.1 status:4xx"): 1}[parse("source_ip:10.0.0.1 AND http_status:400..499")] == 1


def test_every_field_can_be_asked_for_being_given() -> None:
    assert [str(parse(f"-{name}:*")) for name in FIELDS] == [f"-{name}:*" for name in FIELDS]
