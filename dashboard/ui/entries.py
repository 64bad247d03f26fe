"""Small parts that lists share: entity chips, severity marks and badges, and the rows they stand in."""

from collections.abc import Sequence
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from vigie.severity import Severity

ACTIVITY = "/activity"


def activity_link(**filters: str) -> str:
    """The link to User activity, narrowed to one `user` or `ip`. Quotes ask for exactly this name."""
    if "user" in filters:
        filters["user"] = f'"{filters["user"]}"'
    return f"{ACTIVITY}?{urlencode(filters)}"


def user_chip(name: str | None) -> Component:
    """A user name that leads to what this user did."""
    return _chip("user", "User", name, activity_link(user=name) if name else None)


def address_chip(address: str | None) -> Component:
    """An IP address that leads to what came from it."""
    return _chip("address", "Address", address, activity_link(ip=address) if address else None)


def _chip(kind: str, kind_word: str, value: str | None, href: str | None) -> Component:
    shown = words.outside(value, 32)
    inner = [icon(kind), html.Span(shown, className="value")]
    if not href:
        return html.Span(inner, className="chip")
    title = f"{kind_word} {words.outside(value, 200)}"
    return html.A(inner, href=href, className="chip", title=title, **attributes(data_nav="1"))


def severity_mark(severity: Severity) -> Component:
    """The shape alone, with its word for those who cannot see it."""
    return icon(severity.word, words.SEVERITY[severity], f"is-{severity.word}")


def severity_word(severity: Severity) -> Component:
    """The word in the colour of its severity."""
    return html.Span(words.SEVERITY[severity], className=f"severity is-{severity.word}")


def severity_badge(severity: Severity) -> Component:
    """Shape and word on a ground."""
    parts: list[Component | str] = [icon(severity.word), words.SEVERITY[severity]]
    return html.Span(parts, className=f"severity badge is-{severity.word}")


def entry(
    sign: Component, line: Sequence[Component], side: Sequence[Component | str], below: Sequence[Component | str] = ()
) -> Component:
    """One row: a sign, what it is about, a time at the right, a sentence below. `j`, `k`, `enter` reach it."""
    parts = [sign, html.Div(line, className="entry-line"), html.Div(side, className="entry-side")]
    if below:
        parts.append(html.Div(below, className="entry-words"))
    return html.Div(parts, className="entry", tabIndex=0, **attributes(data_row="1", role="listitem"))


def entries(rows: Sequence[Component]) -> Component:
    """The list around `entry` rows."""
    return html.Div(rows, className="entries", role="list")
