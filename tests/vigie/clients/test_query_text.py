"""Whatever a person types, a query keeps its shape. The tokens are counted by a reader of its own."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.clients.errors import BadFilter
from vigie.clients.literals import MOST_LETTERS, Match, Matcher, literal
from vigie.clients.logql import AnyCase, LineFilter, LineMatch, LogQuery
from vigie.clients.promql import selector
from vigie.clients.regex import quote

# As Go's scanner reads both languages: comments, strings, raw strings, names and numbers, then single signs.
_TOKEN = re.compile(
    r'(?P<comment>#[^\n]*)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<raw>`[^`]*`)|(?P<word>[A-Za-z0-9_:.]+)|(?P<sign>\S)|\s'
)
HOSTILE = [
    'x"} #', '"', "\\", '\\"', '\\\\"', "`", "x` | y", "a\nb", "a\r\nb", "\x00", "\x7f", "\u2028", "\u202e", "\ufeff",
    '"} or sum(count_over_time({job=~".+"}[30d])) or {a="', "# comment", "$__range", "${VAR}", "{{.line}}", "\ud800",
    "café 🔥", "' OR 1=1 --", '\\x22} #', "%22%7D%20%23", "&query=up", "]", "}", ")", "|", "\x1b[31m",
    "a" * MOST_LETTERS,
]  # fmt: skip
anything = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=60))


def skeleton(query: str) -> list[str]:
    """The kinds of tokens; names and signs as they are."""
    found = [(each.lastgroup, each[0]) for each in _TOKEN.finditer(query) if each.lastgroup]
    return [text if kind in ("word", "sign") else str(kind) for kind, text in found]


def log_query(value: str) -> str:
    return LogQuery(
        streams=(Matcher("container", Match.EQUAL, "api"), Matcher("host", Match.NOT_EQUAL, value)),
        lines=(LineFilter(LineMatch.CONTAINS, value), AnyCase(value)),
        fields={"status": "status"},
        where=(Matcher("status", Match.EQUAL, value),),
    ).counted(timedelta(minutes=5), by=("host",))


@given(anything)
def test_a_value_never_leaves_its_string_in_logql(value: str) -> None:
    assert skeleton(log_query(value)) == skeleton(log_query("harmless"))


@given(anything)
def test_a_value_never_leaves_its_string_in_promql(value: str) -> None:
    def asked(label: str) -> str:
        return f"sum by (status) (rate({selector('http_requests_total', [Matcher('path', Match.EQUAL, label)])}[5m]))"

    assert skeleton(asked(value)) == skeleton(asked("harmless"))


@given(anything)
def test_an_expression_made_of_text_matches_that_text_alone(value: str) -> None:
    assert re.fullmatch(quote(value), value)


def test_a_literal_is_one_printable_line() -> None:
    assert literal('a"b\\c\nd\te\x00\u202e\U000e0001\ud800') == '"a\\"b\\\\c\\nd\\te\\x00\\u202e\\U000e0001\\ufffd"'


def test_a_log_query_reads_as_one_would_write_it() -> None:
    query = LogQuery(
        (Matcher("container", Match.EQUAL, "falco"),),
        (LineFilter(LineMatch.LACKS, "debug"), AnyCase("shell (bash)")),
        {"target": 'output_fields["container.name"]'},
        (Matcher("target", Match.REGEX, "api|web"),),
    )
    assert query.text == (
        '{container="falco"} != "debug" |~ "(?i)shell \\\\(bash\\\\)" '
        '| json target="output_fields[\\"container.name\\"]" | __error__="" | target=~"api|web"'
    )


def test_counts_can_be_grouped() -> None:
    query = LogQuery((Matcher("job", Match.REGEX, ".+"),))
    assert query.counted(timedelta(minutes=5), ("host",)) == 'sum by (host) (count_over_time({job=~".+"} [300s]))'


@pytest.mark.parametrize("name", ["", "a-b", "9x", "a b", 'a="x",b', "a\n", "é", "a" * 300, "__name__} #"])
def test_it_refuses_a_name_that_is_none(name: str) -> None:
    with pytest.raises(BadFilter):
        Matcher(name, Match.EQUAL, "x")


def test_it_refuses_a_long_value() -> None:
    with pytest.raises(BadFilter, match="201 characters"):
        LineFilter(LineMatch.CONTAINS, "a" * (MOST_LETTERS + 1))


@pytest.mark.parametrize("match", [LineMatch.MATCHES, LineMatch.MATCHES_NOT])
def test_it_refuses_a_bad_expression_on_lines(match: LineMatch) -> None:
    with pytest.raises(BadFilter):
        LineFilter(match, "a(?!b)")


@pytest.mark.parametrize("streams", [(), (Matcher("a", Match.EQUAL, ""),), (Matcher("a", Match.NOT_EQUAL, "x"),)])
def test_it_refuses_a_question_that_names_no_stream(streams: tuple[Matcher, ...]) -> None:
    with pytest.raises(BadFilter, match="names no stream"):
        LogQuery(streams)


def test_it_refuses_a_metric_that_is_no_name() -> None:
    with pytest.raises(ValueError, match="not the name of a metric"):
        selector('up{job="x"} or up')
