"""What the whole screen must know first: no connection, no PostgreSQL, a blind source, a view that made no sense."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from dash import Dash, Input, Output, State, html

from dashboard.sources.beat import Heard
from dashboard.sources.interface import Answer, SourceQuestions, SourceState, SourceStatus
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.view import View, read_view
from vigie.blindness import IMPORT, Why

SOURCES = "/sources"
_READ_BY_THE_WORKER = ("application", "file", "loki")
_KINDS_OF_LINES = ("file", "loki")
_MOST_NAMED = 2


class Depends(Enum):
    """Which sources a page rests on: it says when one of them is blind."""

    ALL = "all"
    LOGINS = "logins"
    LINES = "lines"  # of access logs, or of Loki
    RECORDS = "records"  # whatever is collected, line by line
    LOKI = "loki"
    PROMETHEUS = "prometheus"  # which is no source of events: whether it answers is asked of itself
    NONE = "none"  # it says more of each than a banner could

    def on(self, status: SourceStatus) -> bool:
        if self is Depends.LOGINS:
            return status.supplies_logins
        if self is Depends.LINES:
            return status.kind in _KINDS_OF_LINES
        if self is Depends.RECORDS:
            return status.kind != IMPORT
        if self is Depends.LOKI:
            return status.kind == "loki"
        return self is Depends.ALL


def banners() -> html.Div:
    """All banners, hidden; assets/view.js shows the ones that apply."""
    return html.Div(
        [
            _banner("lost", "lost", "", "You see what was known then.", ("Try now", "retry")),
            _banner("database", "warning", "", "Panels keep what was known, and are read again by themselves.", None),
            _banner(
                "blind",
                "blind",
                "",
                "",
                None,
                html.A("See the sources", href=SOURCES, className="panel-link", **attributes(data_nav="1")),
            ),
            _banner("notice", "warning", "", "", ("Close", "close-notice")),
        ],
        className="banners",
        role="status",
    )


def _banner(
    name: str, sign: str, what: str, then: str, act: tuple[str, str] | None, link: html.A | None = None
) -> html.Div:
    parts = [
        icon(sign),
        html.P([html.Strong(what, id=f"banner-{name}-what"), " ", html.Span(then, id=f"banner-{name}-then")]),
    ]
    if act:
        label, value = act
        parts.append(html.Button(label, type="button", className="plain underlined", **attributes(data_act=value)))
    if link is not None:
        parts.append(link)
    return html.Div(parts, id=f"banner-{name}", className=f"banner banner-{name}", hidden=True)


_ANY: Mapping[str, Depends] = MappingProxyType({})
Hear = Callable[[], Heard]
_NONE: Mapping[Depends, Hear] = MappingProxyType({})


def register(
    app: Dash,
    sources: SourceQuestions,
    by_path: Mapping[str, Depends] = _ANY,
    heard: Mapping[Depends, Hear] = _NONE,
) -> None:
    """Wires the banner of blind sources. `by_path`: what each page rests on; on all sources, where it does not say.

    `heard`: who tells whether a source answers that is none of events.
    """

    @app.callback(
        Output("banner-blind", "hidden"),
        Output("banner-blind-what", "children"),
        Output("banner-blind-then", "children"),
        Output("rail", "className"),
        Input("view", "data"),
        State("location", "pathname"),
        prevent_initial_call=True,
    )
    def blind_sources(asked: object, path: object) -> tuple[bool, str, str, str]:
        depends = by_path.get(path, Depends.ALL) if isinstance(path, str) else Depends.ALL
        statuses = sources.statuses()
        told = lost(heard[depends]()) if depends in heard else blind(statuses, read_view(asked), depends)
        return *told, rail_look(statuses)


def lost(heard: Heard) -> tuple[bool, str, str]:
    """As `blind`, of a source that is asked itself."""
    if heard.ok:
        return True, "", ""
    return False, words.outside(heard.sentence, 300), "Figures that rest on it are as old as they say."


def rail_look(statuses: Answer[Sequence[SourceStatus]]) -> str:
    """The class of the rail: it marks Sources while any source is blind, whatever page is open."""
    return "has-blind" if any(each.blind_since for each in statuses.rows or ()) else ""


def blind(
    statuses: Answer[Sequence[SourceStatus]], view: View, depends: Depends = Depends.ALL
) -> tuple[bool, str, str]:
    """Whether the banner of blind sources is hidden, what it says, and what that spoils.

    Unknown is said by the panels.
    """
    rows = statuses.rows or ()
    shown = [each for each in rows if depends.on(each)]
    stopped = _stopped_since(rows)
    told: list[str] = []
    if stopped is not None and any(_is_stopped(each) for each in shown):
        told.append(f"Nothing is watched since {_time(stopped, view)}: the worker does not run.")
        shown = [each for each in shown if not _is_stopped(each)]
    since = [(each.title, each.blind_since) for each in shown if each.blind_since]
    since.sort(key=lambda each: each[1])
    told += [f"{words.outside(title, 60)}: blind since {_time(at, view)}." for title, at in since]
    rest = len(told) - _MOST_NAMED
    said = " ".join([*told[:_MOST_NAMED], *([f"And {rest} more."] if rest > 0 else [])])
    return not told, said, _spoiled(len(told), is_every=stopped is not None) if told else ""


def _spoiled(blind_ones: int, *, is_every: bool) -> str:
    if is_every:
        return "Events after that are missing."
    return f"{'Its' if blind_ones == 1 else 'Their'} events are missing after that."


def _stopped_since(statuses: Sequence[SourceStatus]) -> datetime | None:
    """When the worker stopped looking, where it looks at none of several sources: that is said once."""
    readable = [each for each in statuses if each.kind in _READ_BY_THE_WORKER and each.blind_why is not Why.ERROR]
    if len(readable) < 2 or not all(_is_stopped(each) for each in readable):
        return None
    return max(each.blind_since for each in readable if each.blind_since)


def _is_stopped(status: SourceStatus) -> bool:
    return status.state is SourceState.STOPPED and status.kind in _READ_BY_THE_WORKER


def _time(instant: datetime, view: View) -> str:
    return words.clock_time(instant, view.zone, view.window.until)
