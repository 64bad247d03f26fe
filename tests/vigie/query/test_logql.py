"""A query as a question to Loki, read back by a reader of its own: nothing typed leaves its string."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vigie.query.made import joined, patient, patterns, spans
from vigie.clients.literals import Match, Matcher
from vigie.query import Query, QueryError, parse
from vigie.query.logql import LEVELS, log_query
from vigie.query.matches import matches
from vigie.query.nodes import Given, Matches, Node, Pattern, Text
from vigie.severity import Severity

STREAMS = (Matcher("job", Match.EQUAL, "api"),)
LABELS = {"category": "kind", "process_name": "proc", "severity": "level"}
# As Go's scanner reads LogQL: comments, strings, raw strings, names and numbers, then signs.
_TOKEN = re.compile(
    r'(?P<comment>#[^\n]*)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<raw>`[^`]*`)|(?P<word>[A-Za-z0-9_:.]+)'
    r"|(?P<sign>\|~|=~|!~|!=|\S)|\s"
)
_ESCAPE = re.compile(r'\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([\\"nrt]))')
_SHORT = {"\\": "\\", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda value, asked: value == asked,
    "!=": lambda value, asked: value != asked,
    "=~": lambda value, asked: re.fullmatch(asked, value) is not None,
    "!~": lambda value, asked: re.fullmatch(asked, value) is None,
}


def tokens(logql: str) -> list[tuple[str | None, str]]:
    return [(each.lastgroup, each[0]) for each in _TOKEN.finditer(logql) if each.lastgroup]


def unquoted(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        return chr(int(code, 16)) if code else _SHORT[found[4]]

    return _ESCAPE.sub(letter, text[1:-1])


def kept(logql: str, line: str, labels: dict[str, str]) -> bool:
    """What Loki does with one line: filters on the line, then on labels, from left to right."""
    read = tokens(logql.split("}", 1)[1])
    while read:
        (_, sign), *read = read
        if sign in ("|~", "!~"):
            (_, text), *read = read
            if (re.search(unquoted(text), line) is None) == (sign == "|~"):
                return False
        else:
            (_, name), (_, compared), (_, text), *read = read
            if not _TESTS[compared](labels.get(name, ""), unquoted(text)):
                return False
    return True


named = st.sampled_from(["category", "process_name"])


def sayable(patterns: st.SearchStrategy[Pattern]) -> st.SearchStrategy[Node]:
    """Trees of what Loki can be asked for, though not in every combination."""
    leaf = st.one_of(
        patterns.map(Text), st.builds(Matches, named, patterns), st.builds(Given, named), spans("severity", 1, 5)
    )
    return st.recursive(leaf, joined, max_leaves=5)


@settings(patient, max_examples=300)
@given(sayable(patterns(part=True)))
def test_outside_strings_stand_only_our_names_and_signs(tree: Node) -> None:
    try:
        logql = log_query(Query(tree), STREAMS, LABELS).text
    except QueryError:
        return
    outside = {text for kind, text in tokens(logql) if kind != "text"}
    assert outside <= {"{", "}", "|", "|~", "!~", "=", "!=", "=~", "job", "kind", "proc", "level"}


words = st.text('abAB.|"\\ ', min_size=1, max_size=3)
plain = st.lists(words, min_size=1, max_size=2).map(lambda pieces: Pattern(tuple(pieces)))
lines = st.text('abAB.|"\\ \n', max_size=8)


@settings(patient, max_examples=300)
@given(
    sayable(plain), lines, st.one_of(st.just(""), words), st.one_of(st.just(""), words), st.sampled_from(list(LEVELS))
)
def test_loki_keeps_the_lines_that_the_query_means(
    tree: Node, line: str, kind: str, proc: str, level: Severity
) -> None:
    try:
        logql = log_query(Query(tree), STREAMS, LABELS).text
    except QueryError:
        return
    event = {"message": line, "category": kind, "process_name": proc, "severity": level}
    labels = {"kind": kind, "proc": proc, "level": LEVELS[level][0].upper()}
    assert kept(logql, line, labels) == matches(Query(tree), event)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", ""),
        ("failed password", '|~ "(?i)failed" |~ "(?i)password"'),
        ("-health (error OR fatal)", '!~ "(?is)(?:health)" |~ "(?is)(?:error|fatal)"'),
        ("(a b) OR c", '|~ "(?is)(?:a|c)" |~ "(?is)(?:b|c)"'),
        ("NOT (a OR b)", '!~ "(?is)(?:a)" !~ "(?is)(?:b)"'),
        ("process:nginx", '| proc="nginx"'),
        ("-process:ng*", '| proc!~"(?s)(?:ng.*)"'),
        ('-process:* OR process:"x y"', '| proc=~"(?s)(?:|x y)"'),
        ("severity:medium..high", '| level=~"(?i)(?:warning|warn|error|err)"'),
    ],
)
def test_it_asks_as_the_reference_says(typed: str, asked: str) -> None:
    assert log_query(parse(typed), STREAMS, LABELS).text == f'{{job="api"}} {asked}'.rstrip()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("user:alice", "Lines in Loki have no field user_name."),
        ("-(a b)", "Loki cannot be asked for this combination in one question."),
        ("a OR process:b", "Loki cannot be asked for this combination in one question."),
        ("(a -b) OR c", "Loki cannot be asked for this combination in one question."),
        (f"{'(a b c) OR ' * 6} (a b c)", "Loki cannot be asked for this combination in one question."),
        ("x" * 250, "The filter is 250 characters long."),
    ],
)
def test_it_refuses_what_loki_cannot_be_asked_for(typed: str, sentence: str) -> None:
    with pytest.raises(QueryError) as caught:
        log_query(parse(typed), STREAMS, LABELS)
    assert caught.value.sentence == sentence
    assert caught.value.advice
