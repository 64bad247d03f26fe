"""What the whole screen must know first: no connection, no PostgreSQL, a blind source, a view that made no sense."""

from dash import html

from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon


def banners() -> html.Div:
    """All banners, hidden; assets/view.js shows the ones that apply."""
    return html.Div(
        [
            _banner("lost", "lost", "", "You see what was known then.", ("Try now", "retry")),
            _banner("database", "warning", "", "You see what was known then. It is read again by itself.", None),
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


def blind_words(titles: list[tuple[str, str]]) -> str:
    """One sentence for the sources that nobody hears: `[(title, since)]`, most important first."""
    named = [f"{words.outside(title, 60)}: blind since {since}." for title, since in titles[:2]]
    rest = len(titles) - len(named)
    return " ".join([*named, *([f"And {rest} more."] if rest > 0 else [])])
