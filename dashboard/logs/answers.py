"""What assets/logs.js asks for beside the panels: the choices, older and newer lines, one line among its neighbours.

The guard lets nobody reach these without a session.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request

from dashboard.logs.asked import count_of, place_of, search_of
from dashboard.logs.lines import listed, surroundings
from dashboard.sources.interface import Answer, Completeness
from dashboard.sources.log_questions import Choice, LogChoices, LogQuestions
from dashboard.ui import words
from dashboard.ui.view import View, read_view
from vigie.query import QueryError

MORE_AT_ONCE = 200
LATE = timedelta(seconds=10)
"""How far behind the newest line on the screen the tail looks for lines that arrived late."""

Rows = TypeVar("Rows")


def blueprint(logs: LogQuestions) -> Blueprint:
    """The routes."""
    made = Blueprint("logs", __name__)

    @made.get("/logs/choices")
    def choices() -> Response:
        answer = logs.choices(read_view(_asked()).window)
        return _told(answer, lambda found: {"about": logs.about, **_choices(found)}, polled=logs.polled)

    @made.get("/logs/older")
    def older() -> Response:
        asked = _asked()
        place, view = place_of(asked.get("place")), read_view(asked)
        if place is None:
            return _refused("There is no such place in the lines.", "Load the page again.")
        return _more(lambda: logs.page(search_of(asked, view), place, MORE_AT_ONCE), view)

    @made.get("/logs/newer")
    def newer() -> Response:
        asked = _asked()
        place, view = place_of(asked.get("place")), read_view(asked)
        since = max(view.window.since, place.moment - LATE) if place else view.window.since
        narrowed = replace(view, window=replace(view.window, since=min(since, view.window.until)))
        return _more(lambda: logs.page(search_of(asked, narrowed), None, MORE_AT_ONCE), view)

    @made.get("/logs/context")
    def context() -> Response:
        asked = _asked()
        place, view = place_of(asked.get("place")), read_view(asked)
        if place is None:
            return _refused("This is no link to a line.", "Copy it again.")
        answer = logs.context(place, count_of(asked.get("before")), count_of(asked.get("after")))
        return _told(answer, lambda found: surroundings(found, view) if found else {"gone": True})

    return made


def _asked() -> Mapping[str, str]:
    return dict(request.args)


def _more(ask: Callable[[], Answer[Any]], view: View) -> Response:
    try:
        return _told(ask(), lambda found: listed(found, view))
    except QueryError as error:
        return _refused(error.sentence, error.advice)


def _told(answer: Answer[Rows], draw: Callable[[Rows], dict[str, Any]], **anyway: object) -> Response:
    """`anyway`: what is told of answers and refusals alike."""
    if answer.completeness is Completeness.UNAVAILABLE:
        response = jsonify(error=answer.sentence, advice=answer.advice, **anyway)
        response.status_code = 503
        return response
    rows: Rows = answer.rows  # type: ignore[assignment]  # None, too, where that is what `Rows` may be
    return jsonify(draw(rows) | {"note": answer.sentence} | anyway)


def _refused(sentence: str, advice: str) -> Response:
    response = jsonify(error=sentence, advice=advice)
    response.status_code = 400
    return response


def _choices(found: LogChoices) -> dict[str, Any]:
    streams = [[each.value, words.outside(each.words, 64)] for each in found.streams]
    return {"streams": streams, "levels": _pairs(found.levels), "presets": _pairs(found.presets)}


def _pairs(choices: tuple[Choice, ...]) -> list[list[str]]:
    return [[each.value, each.words] for each in choices]
