"""What a search asks for as one query: what was typed, and what is ticked in the facets."""

from collections.abc import Set

from dashboard.sources.event_questions import DIMENSIONS, EventSearch
from vigie.event import clean_text
from vigie.query import Query, QueryError
from vigie.query.matches import matches
from vigie.query.nodes import And, Given, Matches, Node, Not, Or


def narrowed(search: EventSearch, without: str | None = None) -> Query | None:
    """The query of a search; None when nothing can match it. `without`: the dimension whose ticks are left out.

    Ticks come from the address bar. A value that its field cannot have finds nothing, beside others it adds nothing.
    """
    query = search.query
    for dimension in DIMENSIONS:
        ticked = search.chosen.get(dimension, frozenset())
        if not ticked or dimension == without:
            continue
        narrower = _with(query, dimension, ticked)
        if narrower is None:
            return None
        query = narrower
    return query


def possible(dimension: str, ticked: Set[str]) -> list[str]:
    """Those of the ticked values that an event can have, in order."""
    return sorted(value for value in ticked if _is_possible(dimension, value))


def _with(query: Query, dimension: str, ticked: Set[str]) -> Query | None:
    values = possible(dimension, ticked)
    try:
        return query.narrowed(dimension, values) if values else None
    except QueryError:  # longer than a query may be
        return None


def _is_possible(dimension: str, value: str) -> bool:
    if clean_text(value, len(value)) != (value or None):  # no event can hold it, and no statement either
        return False
    try:
        Query().narrowed(dimension, [value])
    except QueryError:
        return False
    return True


def can_come_from(query: Query | None, source: str) -> bool:
    """Whether events of this source can be what is asked for, from its name alone."""
    return query is not None and (query.tree is None or _verdict(query.tree, source) is not False)


def _verdict(node: Node, source: str) -> bool | None:
    """Whether the source decides it; None: other fields do."""
    match node:
        case Not(part):
            verdict = _verdict(part, source)
            return None if verdict is None else not verdict
        case And(parts) | Or(parts):
            decides = isinstance(node, Or)  # one true part makes an OR true, one false part an AND false
            verdicts = {_verdict(part, source) for part in parts}
            return decides if decides in verdicts else None if None in verdicts else not decides
        case Matches("source") | Given("source"):
            return matches(Query(node), {"source": source})
        case _:
            return None
