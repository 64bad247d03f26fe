"""How the panels of the Logs page turn their answers into what they show."""

from dashboard.logs import figures
from dashboard.logs.lines import listed
from dashboard.sources.interface import Answer, Completeness
from dashboard.sources.log_questions import LogLines, LogSearch, Volume
from dashboard.ui import words
from dashboard.ui.states import Drawing, Shown, State, show
from dashboard.ui.view import View
from vigie.clock import utc_now
from vigie.errors import VigieError

_WIDER = "Try a longer window."


def lines(answer: Answer[LogLines], search: LogSearch, view: View) -> Shown:
    """The newest lines; the browser asks for older ones."""
    drawing: Drawing[LogLines] = Drawing(
        lambda found: listed(found, view),
        lambda _: "newest first",
        lambda found: not found.lines and found.older is None,
        _nothing(search),
        lambda: _advice(search),
    )
    return _unmatched(show(answer, view, drawing), search)


def volume(answer: Answer[Volume], search: LogSearch, view: View) -> Shown:
    """How many lines there were, when."""
    drawing: Drawing[Volume] = Drawing(
        lambda found: figures.volume(found, view.window),
        lambda found: f"{words.count(found.total, 'line')}, drag to choose a time" if found.total else "",
        lambda found: not found.total,
        _nothing(search),
        lambda: _advice(search),
    )
    return _unmatched(show(answer, view, drawing), search)


def refused(error: VigieError, view: View) -> Shown:
    """What every panel is told where the search itself is wrong: to ask again does not help, to clear it does."""
    answer: Answer[None] = Answer(None, utc_now(), "Your query", Completeness.UNAVAILABLE, error.sentence, error.advice)
    return show(answer, view, Drawing(lambda _: None, lambda _: "")) | {"state": State.UNMATCHED}


def _is_narrow(search: LogSearch) -> bool:
    return bool(search.stream or search.level or search.preset or not search.query.is_everything)


def _nothing(search: LogSearch) -> str:
    return "No line of this window matches" if _is_narrow(search) else "No lines in this window"


def _advice(search: LogSearch) -> str:
    if search.stream is not None and search.query.is_everything:
        return "Choose another stream, clear the filter, or try a longer window."
    return "Clear the filter, or try a longer window." if _is_narrow(search) else _WIDER


def _unmatched(shown: Shown, search: LogSearch) -> Shown:
    """A filter that finds nothing says nothing about the window: it must not look like a good sign."""
    is_miss = shown["state"] == State.EMPTY and _is_narrow(search)
    return shown | {"state": State.UNMATCHED} if is_miss else shown
