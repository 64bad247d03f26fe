"""The query language of the console: what a person types to find events (docs/reference/query-language.md)."""

from vigie.query.completion import Choice, Completion, Wanted, complete
from vigie.query.errors import QueryError
from vigie.query.fields import FIELDS, Field, Kind
from vigie.query.printer import written
from vigie.query.query import Query, parse

__all__ = [
    "FIELDS", "Choice", "Completion", "Field", "Kind", "Query", "QueryError", "Wanted", "complete", "parse", "written",
]  # fmt: skip
