"""Queries, values and events to test with, as hypothesis makes them."""

from ipaddress import ip_network

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from vigie.query import FIELDS, Kind, Query, QueryError
from vigie.query.nodes import Between, Given, Matches, Network, Node, Pattern, Text, Within, all_of, any_of, negated

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
"""Nothing here is measured with a clock: a busy machine takes its time."""

HOSTILE = [
    "'; DROP TABLE events; --", '"', "\\", '\\"', "%", "_", "\\%", "*",
    "\\*", ":x", "::int", ":q0", "%(q0)s", "$1", "{}", "`",
    '"} or {a="', '"} | json #', "OR", "and", "Not", "-", "-x", "--",
    "(", ")", "a b", "\n", "\t", "\u2028", "\u202e", "\u200b",
    "\ufeff", "\ufffd", "\x1b[31m", "\x7f", "\x85", "“", "”", "&&",
    "||", "user:", "source_ip:1", "<script>", "é", "É", "İ", "ß",
    "K", "K", "a" * 300, "http://x", "C:\\x", "..", "1..2", ">=3",
    "4xx", "0", "10.0.0.1", "::1", "\U0001f525", ".*", "(?i)",
    "user", "=", "user=root", "severity>=", "!=x",
    "[a-z]", "{{.line}}", "${VAR}", "#", "//", "/*", "*/", "aab", "Aab", "ab", "a*b", "tag:yes",
]  # fmt: skip
storable = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
values = st.one_of(
    st.sampled_from(HOSTILE),
    st.text('aAbB*%_\\ ":', min_size=1, max_size=6),
    st.text(storable, min_size=1, max_size=12),
)
ADDRESSES = [
    "10.0.0.1", "10.0.0.255", "10.0.1.1", "203.0.113.7", "0.0.0.0", "255.255.255.255",
    "::1", "2001:db8::1", "2001:db9::",
]  # fmt: skip
addresses = st.sampled_from(ADDRESSES)
networks = st.one_of(
    addresses.map(ip_network),
    st.sampled_from(["10.0.0.0/24", "10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/32", "203.0.113.6/31"]).map(
        ip_network
    ),
)
NAMES = [name for name, field in FIELDS.items() if field.kind is Kind.NAME]
PROSE = [name for name, field in FIELDS.items() if field.kind is Kind.PROSE]


@st.composite
def patterns(draw: st.DrawFn, part: bool = False) -> Pattern:
    """Of some text: for a part without wildcards at its ends, for a whole with or without."""
    pieces = tuple(draw(st.lists(values, min_size=1, max_size=3)))
    if part:
        return Pattern(pieces)
    first, last = draw(st.booleans()), draw(st.booleans())
    return Pattern((*[""][: first and 1], *pieces, *[""][: last and 1]))


@st.composite
def spans(draw: st.DrawFn, field: str, least: int, most: int) -> Between:
    low, high = sorted((draw(st.integers(least, most)), draw(st.integers(least, most))))
    kind = draw(st.sampled_from(["one", "both", "from", "to"]))
    if kind == "one":
        return Between(field, low, low)
    return Between(field, None if kind == "to" else low, None if kind == "from" else high)


def within(network: Network) -> Within:
    return Within("source_ip", network)


comparisons: st.SearchStrategy[Node] = st.one_of(
    patterns(part=True).map(Text),
    st.builds(Matches, st.sampled_from(NAMES), patterns()),
    st.builds(Matches, st.sampled_from(PROSE), patterns(part=True)),
    st.builds(
        Matches, st.just("outcome"), st.sampled_from(FIELDS["outcome"].choices).map(lambda word: Pattern((word,)))
    ),
    st.builds(Given, st.sampled_from(list(FIELDS))),
    networks.map(within),
    spans("http_status", 0, 999),
    spans("severity", 1, 5),
)


def joined(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(parts.map(negated), some.map(all_of), some.map(any_of))


trees = st.recursive(comparisons, joined, max_leaves=8)


def fits(tree: Node) -> bool:
    """Whether it is within the limits of a query."""
    try:
        Query(tree)
    except QueryError:
        return False
    return True


queries = trees.filter(fits).map(Query)
