"""The reference itself: what wildcards, NOT and "not given" mean."""

import pytest

from vigie.query import Query, parse
from vigie.query.matches import matches
from vigie.severity import Severity


@pytest.mark.parametrize(
    ("pattern", "value", "holds"),
    [
        ("a*a", "a", False), ("a*a", "aa", True), ("ab*ba", "aba", False), ("a*b*c", "aXbYc", True),
        ("a*b*c", "acb", False), ("*b", "ab", True), ("b*", "ab", False), ("a\\*", "a*", True), ("a\\*", "ab", False),
        ("a?", "ab", False), ("a%", "ab", False), ("a_", "ab", False), ("*a*a*", "a", False), ("É*", "é", False),
    ],
)  # fmt: skip
def test_a_wildcard_stands_for_any_text_and_nothing_else_does(pattern: str, value: str, holds: bool) -> None:
    assert matches(parse(f"rule:{pattern}"), {"rule": value}) is holds


def test_not_is_true_of_an_event_without_the_field() -> None:
    assert matches(parse("-user:alice"), {"user_name": None})
    assert matches(parse("-status:404"), {})
    assert matches(parse("-ip:10.0.0.0/8"), {"source_ip": ""})


def test_a_severity_counts_by_its_rank() -> None:
    assert matches(parse("severity:>=high"), {"severity": Severity.CRITICAL})


def test_capital_letters_count_in_names_and_not_in_text() -> None:
    event = {"user_name": "Alice", "message": "Failed"}
    assert matches(parse("alice failed message:FAILED"), event)
    assert not matches(parse("user:alice"), event)


def test_everything_is_asked_for_by_nothing() -> None:
    assert matches(Query(), {})
