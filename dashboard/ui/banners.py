"""What the whole screen must know first: no connection, no PostgreSQL, a blind source, a view that made no sense."""

from collections.abc import Sequence

from dash import Dash, Input, Output, html

from dashboard.sources.interface import Answer, SourceQuestions, SourceStatus
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.view import View, read_view


def banners() -> html.Div:
    """All banners, hidden; assets/view.js shows the ones that apply."""
    return html.Div(
        [
            _banner("lost", "lost", "", "You see what was known then.", ("Try now", "retry")),
            _banner("database", "warning", "", "Panels keep what was known, and are read again by themselves.", None),
            _banner("blind", "blind", "", "", None),
            _banner("notice", "warning", "", "", ("Close", "close-notice")),
        ],
        className="banners",
        role="status",
    )


def _banner(name: str, sign: str, what: str, then: str, act: tuple[str, str] | None) -> html.Div:
    parts = [
        icon(sign),
        html.P([html.Strong(what, id=f"banner-{name}-what"), " ", html.Span(then, id=f"banner-{name}-then")]),
    ]
    if act:
        label, value = act
        parts.append(html.Button(label, type="button", className="plain underlined", **attributes(data_act=value)))
    return html.Div(parts, id=f"banner-{name}", className=f"banner banner-{name}", hidden=True)


def register(app: Dash, sources: SourceQuestions) -> None:
    """Wires the banner of blind sources, the same on every page."""

    @app.callback(
        Output("banner-blind", "hidden"),
        Output("banner-blind-what", "children"),
        Input("view", "data"),
        prevent_initial_call=True,
    )
    def blind_sources(asked: object) -> tuple[bool, str]:
        return blind(sources.statuses(), read_view(asked))


def blind(statuses: Answer[Sequence[SourceStatus]], view: View) -> tuple[bool, str]:
    """Whether the banner of blind sources is hidden, and what it says. Unknown is said by the panels."""
    since = [(each.title, each.blind_since) for each in statuses.rows or () if each.blind_since]
    since.sort(key=lambda each: each[1])
    return not since, blind_words([(title, words.clock_time(at, view.zone, view.window.until)) for title, at in since])


def blind_words(titles: list[tuple[str, str]]) -> str:
    """One sentence for the sources that nobody hears: `[(title, since)]`, most important first."""
    named = [f"{words.outside(title, 60)}: blind since {since}." for title, since in titles[:2]]
    rest = len(titles) - len(named)
    return " ".join([*named, *([f"And {rest} more."] if rest > 0 else [])])
