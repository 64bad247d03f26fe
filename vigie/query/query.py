"""A query: a tree that can be printed, compared, kept, and narrowed by what somebody clicked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from vigie.query.errors import QueryError
from vigie.query.fields import find_field
from vigie.query.nodes import Node, all_of, any_of, depth, leaves, negated
from vigie.query.parser import MOST_TERMS, check_letters, tree_of
from vigie.query.printer import printed
from vigie.query.values import comparison, plain_value

_MOST_DEPTH = 20


@dataclass(frozen=True)
class Query:
    """What events are asked for; `tree` None: all of them. `str()` gives its canonical text, which parses to itself.

    Raises QueryError for a tree past the limits of a query.
    """

    tree: Node | None = None

    def __post_init__(self) -> None:
        if self.tree is None:
            return
        if depth(self.tree) > _MOST_DEPTH:
            raise QueryError("The query is nested too deep.", "Use fewer parentheses.")
        if len(leaves(self.tree)) > MOST_TERMS:
            raise QueryError(f"The query has more than {MOST_TERMS} terms.", "Take some of them away.")
        check_letters(self._text)

    @cached_property
    def _text(self) -> str:
        return "" if self.tree is None else printed(self.tree)

    def __str__(self) -> str:
        return self._text

    @property
    def is_everything(self) -> bool:
        return self.tree is None

    def narrowed(self, field: str, values: Sequence[str]) -> "Query":
        """Only events with one of `values` in `field`, taken letter for letter; "" is "not given".

        No values: unchanged. Raises QueryError for an unknown field or a value that the field cannot have.
        """
        return self._and(_one_of(field, values)) if values else self

    def without(self, field: str, values: Sequence[str]) -> "Query":
        """As `narrowed`, but none of the values."""
        return self._and(negated(_one_of(field, values))) if values else self

    def _and(self, node: Node) -> "Query":
        return Query(node if self.tree is None else all_of([self.tree, node]))


def parse(text: str) -> Query:
    """The query of what somebody typed; nothing, or a lone *, asks for everything. Raises QueryError."""
    return Query(tree_of(text))


def _one_of(name: str, values: Sequence[str]) -> Node:
    field = find_field(name)
    return any_of([comparison(field, plain_value(value)) for value in values])
