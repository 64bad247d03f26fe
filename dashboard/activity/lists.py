"""The lists of User activity: successes after failures, the three attack patterns, failed logins by address or user."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.sources.interface import FailedBy
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.entries import activity_link, address_chip, entries, entry, severity_badge, severity_mark, user_chip
from dashboard.ui.icons import icon
from dashboard.ui.view import View
from vigie.login_attacks import AttackKind, LoginAttack, SuccessAfterFailures

MOST_SUCCESSES = 5
GLOSS = {
    AttackKind.SPRAYING: "few addresses, many accounts",
    AttackKind.GUESSING: "few accounts, many tries",
    AttackKind.STUFFING: "many accounts, one try each",
}


def successes(rows: Sequence[SuccessAfterFailures], view: View) -> Component:
    """Worst first, then newest first."""
    ordered = sorted(rows, key=lambda each: (-each.severity, -each.occurred_at.timestamp()))
    return entries([_success(each, view) for each in ordered[:MOST_SUCCESSES]])


def successes_words(rows: Sequence[SuccessAfterFailures], view: View) -> str:
    """`3 in the last 24 h, worst first`."""
    rest = f", {len(rows) - MOST_SUCCESSES} not shown" if len(rows) > MOST_SUCCESSES else ""
    return f"{len(rows)} in {_within(view)}, worst first{rest}" if rows else f"none in {_within(view)}"


def _within(view: View) -> str:
    return f"the {view.words}" if view.is_live else "the window"


def _success(row: SuccessAfterFailures, view: View) -> Component:
    side: list[Component | str] = [html.Time(words.clock_time(row.occurred_at, view.zone, view.window.until))]
    reasons = " ".join(words.outside(reason, 90) for reason in row.reasons[:3])
    below: list[Component | str] = [html.Strong(f"{words.count(row.failures, 'failure')}, then in. "), reasons]
    line = [user_chip(row.user_name), address_chip(row.source_ip)]
    return entry(severity_mark(row.severity), line, side, below)


def patterns(rows: Sequence[LoginAttack], view: View) -> list[Component]:
    """One column for each pattern, seen or not."""
    return [_pattern(kind, [each for each in rows if each.kind is kind], view) for kind in GLOSS]


def _pattern(kind: AttackKind, seen: list[LoginAttack], view: View) -> Component:
    worst = max(seen, key=lambda each: (each.severity, each.tries), default=None)
    not_seen = html.Span([icon("check"), "Not seen"], className="severity badge is-ok")
    tone = f"is-{worst.severity.word}" if worst else "is-dimmed"
    figures = (worst.tries, len(worst.addresses), worst.accounts) if worst else (0, 0, 0)
    names = (("try", "tries"), ("address", "addresses"), ("account", "accounts"))
    return html.Div(
        [
            html.Div(
                [html.H3(words.ATTACK[kind]), severity_badge(worst.severity) if worst else not_seen],
                className="pattern-head",
            ),
            html.Div(
                [icon(f"drawing-{kind.value}", extra=f"drawing {tone}"), html.Span(GLOSS[kind])],
                className="pattern-gloss",
            ),
            html.Dl(
                [_count(value, one, many) for value, (one, many) in zip(figures, names, strict=True)],
                className="pattern-counts",
            ),
            html.P(_said(worst, seen, view), className="pattern-words"),
        ],
        className="pattern" if worst else "pattern unseen",
    )


def _count(value: int, one: str, many: str) -> Component:
    return html.Div([html.Dd(f"{value:,}"), html.Dt(one if value == 1 else many)])


def _said(worst: LoginAttack | None, seen: list[LoginAttack], view: View) -> str:
    if worst is None:
        return f"No sign of it in {_within(view)}."
    start = words.clock_time(worst.first_seen, view.zone, view.window.until)
    when = f"{start}, {words.span(worst.last_seen - worst.first_seen)} long."
    said = " ".join(words.outside(reason, 120) for reason in worst.reasons[:2])
    rest = f" And {words.count(len(seen) - 1, 'more of them', 'more of them')}." if len(seen) > 1 else ""
    return f"{when} {said}{rest}"


def failed_by(rows: Sequence[FailedBy], field: str) -> Component:
    """Bars with their numbers. `field`: `ip` or `user`, what a press narrows the page to."""
    top = max((each.failures for each in rows), default=1)
    return html.Ol([_bar(each, field, top) for each in rows], className="bars")


def _bar(row: FailedBy, field: str, top: int) -> Component:
    unknown = f", {row.unknown:,} of them on accounts that do not exist" if row.unknown else ""
    title = f"{words.outside(row.value, 200)}: {row.failures:,} failed{unknown}"
    name = html.A(
        words.outside(row.value, 28),
        href=activity_link(**{field: row.value}),
        className="pivot",
        title=title,
        **attributes(data_nav="1"),
    )
    bar = html.Span(
        html.Span(style={"width": f"{100 * row.failures / top:.1f}%"}, className="bar-fill"), className="bar"
    )
    return html.Li([name, bar, html.Strong(f"{row.failures:,}")], tabIndex=0, **attributes(data_row="1"))
