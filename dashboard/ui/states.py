"""From an `Answer` to what a panel shows: the only place that decides between ok, empty, unknown, stale and
error.

The browser does the last step: when nothing could be read but older data of the same view stand on the screen, it
keeps them and marks them stale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from dashboard.sources.interface import Answer, Completeness
from dashboard.ui import words
from dashboard.ui.view import View

Rows = TypeVar("Rows")
Shown = dict[str, Any]
"""JSON for the browser: state, words, badge, sentence, advice, foot, as_of, content."""


class State(StrEnum):
    OK = "ok"
    LOADING = "loading"
    EMPTY = "empty"
    UNKNOWN = "unknown"
    UNMATCHED = "unmatched"
    STALE = "stale"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Drawing(Generic[Rows]):
    """How one panel turns its rows into what it shows.

    `content`: the figure or the children. `figure_words`: the figure in words, beside the title. `is_empty`: whether
    the rows hold nothing to show; then `empty` says what was looked for and `empty_advice`, asked only then, what to
    do.
    """

    content: Callable[[Rows], object]
    figure_words: Callable[[Rows], str]
    is_empty: Callable[[Rows], bool] = lambda _: False
    empty: str = ""
    empty_advice: Callable[[], str] = str


def show(answer: Answer[Rows], view: View, drawing: Drawing[Rows], window: str = "") -> Shown:
    """The output of a panel's callback. `window` names the span where it is not the view's own."""
    shown: Shown = {
        "foot": f"{words.outside(answer.source, 80)} · {window or view.words}",
        "as_of": answer.as_of.isoformat(),
        "words": "",
        "badge": "",
        "sentence": "",
        "advice": "",
    }
    rows = answer.rows
    if rows is None:
        return shown | _nothing_read(answer, view)
    begins = answer.collected_since
    if begins is not None and answer.knows_nothing_of(view.window) and not window:
        return shown | _nothing_collected(begins, view)
    in_part = begins is not None and not answer.knows_all_of(view.window) and not window
    if begins is not None and in_part:
        shown["foot"] += f", collected since {words.date_time(begins, view.zone)}"
    shown["words"] = drawing.figure_words(rows)
    if drawing.is_empty(rows) and answer.completeness is Completeness.COMPLETE:
        advice = _begins_words(begins, view) if begins and in_part else drawing.empty_advice()
        return shown | {"state": State.EMPTY, "sentence": drawing.empty, "advice": advice}
    return shown | {"content": drawing.content(rows)} | _completeness(answer, view)


def _nothing_read(answer: Answer[Rows], view: View) -> Shown:
    since = f"since {words.clock_time(answer.since, view.zone, answer.as_of)}" if answer.since else ""
    return {
        "state": State.ERROR,
        "sentence": answer.sentence or words.UNREADABLE,
        "advice": answer.advice,
        "badge": f"Stale {since}".strip(),
    }


def _nothing_collected(begins: datetime, view: View) -> Shown:
    """The window lies before everything that is known: that is neither zero nor none."""
    return {
        "state": State.UNKNOWN,
        "words": "not known",
        "sentence": words.NOT_COLLECTED,
        "advice": _begins_words(begins, view),
    }


def _begins_words(begins: datetime, view: View) -> str:
    return f"What is known begins on {words.date_time(begins, view.zone)}."


def _completeness(answer: Answer[Rows], view: View) -> Shown:
    if answer.completeness is Completeness.STALE:
        since = words.clock_time(answer.since or answer.as_of, view.zone, view.window.until)
        return {"state": State.STALE, "badge": f"Stale since {since}", "sentence": answer.sentence}
    if answer.completeness is Completeness.PARTLY_BLIND:
        return {"state": State.OK, "note": blind_words(answer, view)}
    if answer.completeness is Completeness.TRUNCATED:
        return {"state": State.OK, "badge": "", "note": answer.sentence}
    return {"state": State.OK}


def blind_words(answer: Answer[Rows], view: View) -> str:
    """What an answer does without, and since when: for one that is PARTLY_BLIND or STALE."""
    since = words.clock_time(answer.since or answer.as_of, view.zone, view.window.until)
    return (
        f"{'Blind' if answer.completeness is Completeness.STALE else 'Partly blind'} since {since}: {answer.sentence}"
    )


_WORST_FIRST = (
    Completeness.UNAVAILABLE,
    Completeness.STALE,
    Completeness.PARTLY_BLIND,
    Completeness.TRUNCATED,
    Completeness.COMPLETE,
)
First = TypeVar("First")
Second = TypeVar("Second")


def together(first: Answer[First], second: Answer[Second]) -> Answer[tuple[First, Second]]:
    """Two answers as one, as believable as the worse of them, as old as the older, known as far back as the shorter."""
    first_is_worse = _WORST_FIRST.index(first.completeness) <= _WORST_FIRST.index(second.completeness)
    worse: Answer[First] | Answer[Second] = first if first_is_worse else second
    as_of = min(first.as_of, second.as_of)
    rows = None if first.rows is None or second.rows is None else (first.rows, second.rows)
    begins = max((each for each in (first.collected_since, second.collected_since) if each), default=None)
    return Answer(rows, as_of, worse.source, worse.completeness, worse.sentence, worse.advice, worse.since, begins)
