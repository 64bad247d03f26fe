"""The lists of User activity: successes after failures, the three attack patterns, failed logins by address or user."""

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.sources.interface import FailedBy, FailedRanking
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.entries import activity_link, address_chip, entries, entry, severity_badge, severity_mark, user_chip
from dashboard.ui.icons import icon
from dashboard.ui.view import View
from vigie.login_attacks import AttackKind, LoginAttack, SuccessAfterFailures

MOST_SUCCESSES = 20
_NOUN = {"ip": ("address", "addresses"), "user": ("user", "users")}
GLOSS = {
    AttackKind.SPRAYING: "few addresses, many accounts",
    AttackKind.GUESSING: "few accounts, many tries",
    AttackKind.STUFFING: "many accounts, one try each",
}


def successes(rows: Sequence[SuccessAfterFailures], view: View) -> Component:
    """Worst first, then newest first."""
    ordered = sorted(rows, key=lambda each: (-each.severity, -each.occurred_at.timestamp()))
    shown = [_success(each, view) for each in ordered[:MOST_SUCCESSES]]
    rest = len(rows) - len(shown)
    return entries(
        [*shown, html.Div(f"And {rest:,} more.", className="entry-rest", role="listitem")] if rest > 0 else shown
    )


def successes_words(rows: Sequence[SuccessAfterFailures], view: View) -> str:
    """`3 in the last 24 h, worst first`."""
    return f"{len(rows):,} in {_within(view)}, worst first" if rows else f"none in {_within(view)}"


def _within(view: View) -> str:
    return f"the {view.words}" if view.is_live else "the window"


def joined(reasons: Sequence[str], limit: int) -> str:
    """Reasons as one text; a number and its per cent sign stay on one line."""
    return " ".join(words.outside(reason, limit).replace(" %", "\u00a0%") for reason in reasons)


def _success(row: SuccessAfterFailures, view: View) -> Component:
    side: list[Component | str] = [html.Time(words.clock_time(row.occurred_at, view.zone, view.window.until))]
    reasons = joined(row.reasons[:3], 90)
    below: list[Component | str] = [html.Strong(f"{words.count(row.failures, 'failure')}, then in. "), reasons]
    line = [user_chip(row.user_name), address_chip(row.source_ip)]
    return entry(severity_mark(row.severity), line, side, below)


def patterns(rows: Sequence[LoginAttack], view: View, since: datetime | None) -> list[Component]:
    """One column for each pattern, seen or not. `since`: from when on logins are known (UTC)."""
    looked_at = (
        f"since {words.date_time(since, view.zone)}" if since and since > view.window.since else f"in {_within(view)}"
    )
    return [_pattern(kind, [each for each in rows if each.kind is kind], view, looked_at) for kind in GLOSS]


def _pattern(kind: AttackKind, seen: list[LoginAttack], view: View, looked_at: str) -> Component:
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
            html.P(_said(worst, seen, view, looked_at), className="pattern-words"),
        ],
        className="pattern" if worst else "pattern unseen",
    )


def _count(value: int, one: str, many: str) -> Component:
    return html.Div([html.Dd(f"{value:,}"), html.Dt(one if value == 1 else many)])


def _said(worst: LoginAttack | None, seen: list[LoginAttack], view: View, looked_at: str) -> str:
    if worst is None:
        return f"No sign of it {looked_at}."
    start = words.clock_time(worst.first_seen, view.zone, view.window.until)
    when = f"{start}, {words.span(worst.last_seen - worst.first_seen)} long."
    said = joined(worst.reasons[:2], 120)
    rest = f" And {len(seen) - 1:,} more like it." if len(seen) > 1 else ""
    return f"{when} {said}{rest}"


def failed_by(ranking: FailedRanking, field: str) -> Component:
    """Bars with their numbers, and what the others have. `field`: `ip` or `user`, what a press narrows the grid to."""
    top = max((each.failures for each in ranking.worst), default=1)
    bars = [_bar(each, field, top) for each in ranking.worst]
    others = ranking.values - len(bars)
    if others > 0:
        name = words.count(others, f"other {_NOUN[field][0]}", f"other {_NOUN[field][1]}")
        rest = ranking.failures - sum(each.failures for each in ranking.worst)
        bars.append(html.Li([html.Span(name), html.Span(), html.Strong(f"{rest:,}")], className="bars-rest"))
    return html.Ol(bars, className="bars")


def failed_words(ranking: FailedRanking, field: str) -> str:
    """`160 failed, 8 of 68 addresses`."""
    shown = len(ranking.worst)
    all_of_them = words.count(ranking.values, *_NOUN[field])
    return f"{ranking.failures:,} failed, {all_of_them if shown == ranking.values else f'{shown} of {all_of_them}'}"


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
