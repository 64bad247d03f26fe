"""What the query bar is told: whether a query can be asked, what could stand at the cursor, a query narrowed."""

from collections.abc import Mapping
from typing import Any

from dashboard.events.called import by_name
from dashboard.sources.event_questions import EventQuestions
from dashboard.ui import words
from dashboard.ui.view import read_view
from vigie.query import Completion, Query, QueryError, Wanted, complete, parse, written

_MOST_CHOICES = 12
_LONGEST_TEXT = 4000


def told_of(data: object, events: EventQuestions, titles: Mapping[str, str]) -> dict[str, Any]:
    """The answer to `{n, text, cursor, view, narrow?}`. `n` comes back: a late answer is known by it.

    `titles`: of the sources, by name.
    """
    given: Mapping[str, object] = data if isinstance(data, dict) else {}
    text, cursor, narrow = given.get("text"), given.get("cursor"), given.get("narrow")
    typed = text[:_LONGEST_TEXT] if isinstance(text, str) else ""
    told: dict[str, Any] = {"n": given.get("n"), "error": None, "canonical": None, "choices": []}
    try:
        query = by_name(parse(typed), titles)
        told["canonical"] = str(_narrowed(query, narrow) if isinstance(narrow, dict) else query)
    except QueryError as error:
        told["error"] = _wrong(error)
    if type(cursor) is int:
        told |= _choices(complete(typed, cursor), given.get("view"), events)
    return told


def _wrong(error: QueryError) -> dict[str, Any]:
    return {
        "sentence": error.sentence,
        "advice": error.advice,
        "position": error.position,
        "length": error.length,
        "suggestions": list(error.suggestions),
    }


def _narrowed(query: Query, narrow: Mapping[str, object]) -> Query:
    """`query` with or without one value of one field. Raises QueryError."""
    field, value = narrow.get("field"), narrow.get("value")
    if not isinstance(field, str) or not isinstance(value, str):
        return query
    return query.without(field, [value]) if narrow.get("without") else query.narrowed(field, [value])


def _choices(found: Completion, view: object, events: EventQuestions) -> dict[str, Any]:
    choices = [{"text": each.text, "words": each.words} for each in found.choices[:_MOST_CHOICES]]
    if found.kind is Wanted.VALUE and found.field and not found.choices:
        values = events.values(found.field, found.beginning, read_view(view).window, _MOST_CHOICES).rows or ()
        choices = [{"text": written(each), "words": ""} for each in values]
    shown = [each | {"shown": words.outside(each["text"], 80)} for each in choices]
    return {"choices": shown, "start": found.start, "end": found.end, "kind": found.kind.value}
