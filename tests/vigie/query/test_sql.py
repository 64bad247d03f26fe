"""The SQL of a query: its values are parameters, and its shape is that of the tree."""

import re
from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given, settings

from tests.vigie.query.made import patient, queries
from vigie.query import FIELDS, Query, parse
from vigie.query.nodes import And, Between, Given, Matches, Network, Node, Not, Or, Pattern, Text, Within
from vigie.query.sql import Cost, condition

_WORDS = {
    "AND", "OR", "IS", "NOT", "NULL", "TRUE", "CAST", "AS", "inet", "COLLATE", "C", "LIKE", "ILIKE", *FIELDS,
}  # fmt: skip
_TOKEN = re.compile(r":q\d+\b|[A-Za-z_]+|<<=|>=|<=|<>|=|''|[()\" ]")


def harmless(node: Node) -> Node:
    """The same tree with other values."""
    match node:
        case Not(part):
            return Not(harmless(part))
        case And(parts):
            return And(tuple(harmless(part) for part in parts))
        case Or(parts):
            return Or(tuple(harmless(part) for part in parts))
        case Text(pattern):
            return Text(Pattern(("192.0.2.1",)) if node.address else _other(pattern))
        case Matches(field, pattern):
            return Matches(field, _other(pattern))
        case Between(_, low, high):
            return replace(node, low=None if low is None else 2, high=None if high is None else 2 + (low != high))
        case Within(field, network):
            return Within(field, _other_network(network))
        case Given():
            return node


def _other(pattern: Pattern) -> Pattern:
    return Pattern(tuple("x" if piece else "" for piece in pattern.pieces))


def _other_network(network: Network) -> Network:
    return ip_network("192.0.2.9" if network.prefixlen == network.max_prefixlen else "192.0.2.0/24")


@settings(patient, max_examples=200)
@given(queries)
def test_values_change_nothing_but_parameters(query: Query) -> None:
    assert query.tree is not None
    plain = Query(harmless(query.tree))
    assert condition(query).text == condition(plain).text


@patient
@given(queries)
def test_the_statement_is_made_of_known_words_alone(query: Query) -> None:
    text = condition(query).text
    tokens = _TOKEN.findall(text)
    assert "".join(tokens) == text
    assert {token for token in tokens if token[0].isalpha()} <= _WORDS


@patient
@given(queries)
def test_it_names_exactly_the_parameters_it_gives(query: Query) -> None:
    found = condition(query)
    assert set(re.findall(r":(q\d+)", found.text)) == set(found.parameters)


def test_parameters_take_the_name_they_are_told() -> None:
    assert dict(condition(parse("user:alice"), "mine").parameters) == {"mine0": "alice"}


def test_everything_is_true() -> None:
    assert (condition(Query()).text, condition(Query()).cost) == ("TRUE", Cost.ROLLUP)


def test_a_condition_stands_in_parentheses() -> None:
    assert condition(parse("user:alice OR user:bob")).text == "((user_name = :q0) OR (user_name = :q1))"


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("severity:>=low -source:falco (outcome:failure OR action:authn*)", Cost.ROLLUP),
        ("user:alice", Cost.INDEXED),
        ("ip:203.0.113.0/24 timeout -rule:*", Cost.INDEXED),
        ("user:alice OR ip:10.0.0.1", Cost.INDEXED),
        ("severity:>=medium password", Cost.INDEXED),
        ("severity:>=low password", Cost.SCAN),
        ("user:alice OR password", Cost.SCAN),
        ("ip:10.0.0.0/8", Cost.SCAN),
        ("ip:::/0 OR user:alice", Cost.SCAN),
        ("user:ali*", Cost.SCAN),
        ("-user:alice", Cost.SCAN),
        ("rule:x", Cost.INDEXED),
        ("host:x", Cost.SCAN),
        ("10.0.0.1", Cost.SCAN),
    ],
)
def test_it_says_what_can_answer_it(text: str, cost: Cost) -> None:
    assert condition(parse(text)).cost == cost
