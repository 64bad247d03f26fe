"""A query as a question to Loki, by way of the builder: what somebody typed is only ever the inside of a string.

Loki's filters stand one after another and must all hold, so the query is turned into parts of which all must hold.
A part is texts of which a line must hold one, a text that it must not hold, or the same for the value of one label.
Nothing else can be said to Loki, and a QueryError says so: an answer to another question would look like a right one.
"""

from collections.abc import Mapping
from itertools import product

from vigie.clients.errors import BadFilter
from vigie.clients.literals import Match, Matcher
from vigie.clients.logql import AnyCase, LineFilter, LineMatch, LogQuery
from vigie.clients.regex import quote
from vigie.query.errors import QueryError
from vigie.query.fields import FIELDS, Kind
from vigie.query.nodes import And, Between, Comparison, Given, Matches, Node, Not, Or, Pattern, Text
from vigie.query.query import Query
from vigie.severity import Severity

LEVELS: Mapping[Severity, tuple[str, ...]] = {
    Severity.CRITICAL: ("emergency", "emerg", "alert", "critical", "crit", "fatal", "panic"),
    Severity.HIGH: ("error", "err"),
    Severity.MEDIUM: ("warning", "warn"),
    Severity.LOW: ("notice",),
    Severity.INFORMATIONAL: ("informational", "info", "debug", "trace"),
}
"""Words that programs and Loki have for a level, capital letters or not."""

_MOST_PARTS = 30
_MISSING = Pattern(("",))  # to Loki, a label that is not there is empty
_Part = tuple[tuple[Text | Comparison, bool], ...]  # one of them holds; False: does not hold


def log_query(query: Query, streams: tuple[Matcher, ...], labels: Mapping[str, str]) -> LogQuery:
    """The lines of `streams` that the query asks for. Text without a field is looked for in the line.

    `labels`: names of ours, or `severity`, → the label of Loki that says the same. Raises QueryError for other fields,
    and for combinations that Loki cannot be asked for; BadFilter where `streams` names none.
    """
    lines: list[LineFilter | AnyCase] = []
    where: list[Matcher] = []
    for part in [] if query.tree is None else _parts(query.tree, holds=True):
        try:
            texts = [leaf.pattern for leaf, _ in part if isinstance(leaf, Text)]
            if texts:
                lines.append(_line(texts, _holds(part, len(texts))))
            else:
                where.append(_label([leaf for leaf, _ in part if not isinstance(leaf, Text)], _holds(part), labels))
        except BadFilter as error:
            raise QueryError(error.sentence, error.advice) from error
    return LogQuery(streams=streams, lines=tuple(lines), where=tuple(where))


def _parts(node: Node, *, holds: bool) -> list[_Part]:
    """Parts of which all must hold, for `node` to hold or not to hold."""
    match node:
        case Not(inner):
            return _parts(inner, holds=not holds)
        case And(inner) | Or(inner):
            each = [_parts(one, holds=holds) for one in inner]
            if isinstance(node, And) == holds:
                return [part for parts in each for part in parts]
            return _either(each)
        case Given(field):
            return [((Matches(field, _MISSING), not holds),)]
        case _:
            return [((node, holds),)]


def _either(each: list[list[_Part]]) -> list[_Part]:
    """One of several holds: any way to take a part of each, one of which must hold."""
    found: list[_Part] = [()]
    for parts in each:
        if len(found) * len(parts) > _MOST_PARTS:
            raise _cannot()
        found = [tuple(dict.fromkeys((*one, *other))) for one, other in product(found, parts)]
    return found


def _cannot() -> QueryError:
    return QueryError(
        "Loki cannot be asked for this combination in one question.",
        "Use OR between texts or between values of one field, and NOT before one of them at a time.",
    )


def _holds(part: _Part, texts: int = 0) -> bool:
    """Whether a part says that something holds, or that one thing does not. Raises QueryError for a mixture."""
    fields = {leaf.field for leaf, _ in part if not isinstance(leaf, Text)}
    if len(fields) + bool(texts) > 1 or (len(part) > 1 and not all(holds for _, holds in part)):
        raise _cannot()
    return part[0][1]


def _line(patterns: list[Pattern], holds: bool) -> LineFilter | AnyCase:
    if holds and len(patterns) == 1 and patterns[0].is_exact:
        return AnyCase(patterns[0].pieces[0])
    return LineFilter(LineMatch.MATCHES if holds else LineMatch.MATCHES_NOT, f"(?is){_any_of(patterns)}")


def _label(leaves: list[Comparison], holds: bool, labels: Mapping[str, str]) -> Matcher:
    field = leaves[0].field
    if field not in labels:
        raise QueryError(f"Lines in Loki have no field {field}.", "Search for its value as text, without the field.")
    patterns = [leaf.pattern for leaf in leaves if isinstance(leaf, Matches)]
    ranges = [leaf for leaf in leaves if isinstance(leaf, Between)]
    if FIELDS[field].kind not in (Kind.NAME, Kind.CHOICE, Kind.SEVERITY):
        raise QueryError(f"Loki cannot be asked for {field}.", "Search for its value as text, without the field.")
    if len(patterns) == 1 and not ranges and patterns[0].is_exact:
        return Matcher(labels[field], Match.EQUAL if holds else Match.NOT_EQUAL, patterns[0].pieces[0])
    patterns += [Pattern((word,)) for each in ranges for word in _levels(each)]
    flags = "(?i)" if ranges else "(?s)"
    return Matcher(labels[field], Match.REGEX if holds else Match.NOT_REGEX, f"{flags}{_any_of(patterns)}")


def _levels(span: Between) -> list[str]:
    low, high = span.low or Severity.INFORMATIONAL, span.high or Severity.CRITICAL
    return [word for severity in Severity if low <= severity <= high for word in LEVELS[severity]]


def _any_of(patterns: list[Pattern]) -> str:
    return f"(?:{'|'.join('.*'.join(quote(piece) for piece in pattern.pieces) for pattern in patterns)})"
