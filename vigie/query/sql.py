"""A query as a condition on the table `events`. Values are parameters: none of them can change the statement.

`x IS NOT TRUE` is how NOT is said: a comparison with a field that is not given is neither true nor false in SQL, and
`NOT` would leave it so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from vigie.query.fields import FIELDS, FREE_TEXT, Kind
from vigie.query.nodes import And, Between, Given, Matches, Node, Not, Or, Pattern, Text, Within, leaves
from vigie.query.query import Query
from vigie.severity import Severity

_LEAST_INDEXED_SEVERITY = Severity.MEDIUM  # the index on severity leaves out what is below

_NARROW = {4: 16, 6: 32}  # length of the prefix, by version: a wider network may hold most of the events


class Cost(Enum):
    """What answers a query within a window."""

    ROLLUP = auto()  # the hourly counts of all events: every field asked for is one of their columns
    INDEXED = auto()  # an index finds few rows; the rest of the condition is looked at in those
    SCAN = auto()  # every row has to be looked at


@dataclass(frozen=True, slots=True)
class Condition:
    """`text`: a condition in SQL, in parentheses, with `:name` parameters for `sqlalchemy.text`; "TRUE" for everything.

    With `Cost.ROLLUP` it holds for the rows of `events_hourly` as well as for those of `events`.
    """

    text: str
    parameters: Mapping[str, str | int]
    cost: Cost


def condition(query: Query, prefix: str = "q") -> Condition:
    """The condition of a query. Parameters are named `prefix` and a number, so that they meet no other names."""
    if query.tree is None:
        return Condition("TRUE", MappingProxyType({}), Cost.ROLLUP)
    writer = _Writer(prefix)
    text = writer.grouped(query.tree)
    return Condition(text, MappingProxyType(writer.parameters), cost_of(query))


def cost_of(query: Query) -> Cost:
    """What answers the query."""
    if query.tree is None or all(_is_rolled_up(leaf) for leaf in leaves(query.tree)):
        return Cost.ROLLUP
    return Cost.INDEXED if _is_indexed(query.tree) else Cost.SCAN


def _is_rolled_up(leaf: Node) -> bool:
    return isinstance(leaf, Matches | Given | Between | Within) and FIELDS[leaf.field].is_rolled_up


def _is_indexed(node: Node) -> bool:
    match node:
        case And(parts):
            return any(_is_indexed(part) for part in parts)
        case Or(parts):
            return all(_is_indexed(part) for part in parts)
        case Matches(field, pattern):
            return pattern.is_exact and FIELDS[field].is_indexed
        case Within(field, network):
            return FIELDS[field].is_indexed and network.prefixlen >= _NARROW[network.version]
        case Between("severity", low):
            return low is not None and low >= _LEAST_INDEXED_SEVERITY
        case _:
            return False


class _Writer:
    """Writes a tree and collects its values. Names of columns come from `FIELDS` alone."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.parameters: dict[str, str | int] = {}

    def grouped(self, node: Node) -> str:
        return f"({self._written(node)})"

    def _written(self, node: Node) -> str:
        match node:
            case Not(part):
                return f"{self.grouped(part)} IS NOT TRUE"
            case And(parts):
                return " AND ".join(self.grouped(part) for part in parts)
            case Or(parts):
                return " OR ".join(self.grouped(part) for part in parts)
            case Text():
                return self._text(node)
            case Matches(field, pattern):
                return self._matches(field, pattern)
            case Given(field):
                return f"{_column(field)} IS NOT NULL" if _is_no_text(field) else f"{_column(field)} <> ''"
            case Between(field, low, high):
                return self._between(_column(field), low, high)
            case Within(field, network):
                sign = "=" if node.is_single else "<<="
                value = network.network_address if node.is_single else network
                return f"{_column(field)} {sign} CAST({self._bound(str(value))} AS inet)"

    def _text(self, node: Text) -> str:
        sought = self._bound(like(node.pattern, part=True))
        parts = [f'{column} COLLATE "C" ILIKE {sought}' for column in FREE_TEXT]
        if node.address is not None:
            parts.append(f"source_ip = CAST({self._bound(str(node.address))} AS inet)")
        return " OR ".join(parts)

    def _matches(self, field: str, pattern: Pattern) -> str:
        if FIELDS[field].kind is Kind.PROSE:
            return f'{_column(field)} COLLATE "C" ILIKE {self._bound(like(pattern, part=True))}'
        if pattern.is_exact:
            return f"{_column(field)} = {self._bound(pattern.pieces[0])}"
        return f'{_column(field)} COLLATE "C" LIKE {self._bound(like(pattern))}'

    def _between(self, column: str, low: int | None, high: int | None) -> str:
        if low is not None and low == high:
            return f"{column} = {self._bound(low)}"
        bounds = [
            f"{column} {sign} {self._bound(each)}" for sign, each in ((">=", low), ("<=", high)) if each is not None
        ]
        return " AND ".join(bounds)

    def _bound(self, value: str | int) -> str:
        name = f"{self._prefix}{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"


def _column(field: str) -> str:
    return FIELDS[field].name  # a KeyError rather than a column that came from anywhere else


def _is_no_text(field: str) -> bool:
    return FIELDS[field].kind in (Kind.ADDRESS, Kind.NUMBER, Kind.SEVERITY)


def like(pattern: Pattern, *, part: bool = False) -> str:
    """The pattern for LIKE, with its own signs escaped; `part`: anything may stand around it."""
    middle = "%".join(piece.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for piece in pattern.pieces)
    return f"%{middle}%" if part else middle
