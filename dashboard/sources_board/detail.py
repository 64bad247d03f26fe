"""One source in full: facts, blind spells, and what of it did not become events, with samples."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from dashboard.sources.source_questions import MOST, SourceDetail, SpellSeen
from dashboard.sources_board import phrases
from dashboard.sources_board.lengths import length
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.view import View
from vigie.blindness import LEARNED_DAYS, LEAST_SIGNS, Origin, Why

STRIP = timedelta(days=7)
_EXCERPT = 400
_LEAST_PX = 3  # of a blind spell in the strip of seven days
_WHY = {
    Why.ERROR: "could not be read",
    Why.UNWATCHED: "nobody looked",
    Why.SILENT: "silent",
}


def facts(found: SourceDetail, view: View) -> list[Component]:
    """How it stands, and why."""
    status = found.row.status
    look = phrases.STATES[status.state]
    state: list[Component | str] = [icon(look.icon, extra=look.tone), html.Strong(look.word), _since(found, view)]
    parts: list[Component] = [html.H3(words.outside(status.title, 120)), html.P(state, className="detail-state")]
    said = phrases.why(status)
    if said:
        parts.append(html.P(said, className="board-why"))
    known = _facts(found, view)
    folded = html.Details([html.Summary("All facts"), known], className="all-facts")  # so that troubles come first
    return [*parts, folded if phrases.troubles(found.row) else known]


def troubles(found: SourceDetail, view: View) -> list[Component]:
    """When it was blind, then what of it did not become events. The board's troubles lead to their lists."""
    lists = (
        (None, _spells),
        (phrases.Trouble.REJECTED, _rejected),
        (phrases.Trouble.GAPS, _gaps),
        (phrases.Trouble.WRONG_CLOCK, _unplaced),
        (phrases.Trouble.LOST, _drops),
    )
    return [each for kind, draw in lists for each in _led_to(found, kind, draw(found, view))]


def _led_to(found: SourceDetail, kind: phrases.Trouble | None, parts: list[Component]) -> list[Component]:
    if kind is None or not parts:
        return parts
    name = attributes(data_list=kind.value, data_of=found.row.status.name)
    return [html.Div(parts, tabIndex=-1, className="trouble-list", **name)]


def _since(found: SourceDetail, view: View) -> str:
    since = found.row.status.blind_since
    return f" since {words.clock_time(since, view.zone, view.window.until)}" if since else ""


def _facts(found: SourceDetail, view: View) -> Component:
    status, zone, until = found.row.status, view.zone, view.window.until
    learning = status.expects.origin is Origin.LEARNING
    origin = (
        f"{min(found.signs, LEAST_SIGNS - 1)} of {LEAST_SIGNS} signs of life" if learning else phrases.origin(status)
    )
    known = (
        ("Kind", phrases.KINDS.get(status.kind, words.outside(status.kind, 30))),
        ("Name", words.outside(status.name, 60)),
        ("Expected every", f"{phrases.expected(status.expects)} ({origin})"),
        (f"Signs of life, {LEARNED_DAYS} days", f"{found.signs:,}"),
        ("Last sign of life", phrases.instant(status.last_sign_at, zone, until)),
        ("Last looked at", phrases.instant(status.last_look_at, zone, until)),
        ("Newest event", phrases.instant(status.last_event_at, zone, until)),
        ("Known since", words.date_time(status.registered_at, zone)),
        ("Lag, last hour", phrases.lag(found.row.lag)),
        ("Events, 24 h", f"{found.row.events:,}"),
        ("Stored", f"{status.stored:,}"),
        ("Requests counted", f"{status.hits:,}"),
        ("Read again", f"{status.duplicate:,}"),
        ("Ignored", f"{status.ignored:,}"),
        ("Supplies logins", "yes" if status.supplies_logins else "no"),
    )
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in known], className="facts")


def _section(title: str, count: str, rows: Sequence[Component], none: str) -> list[Component]:
    head = html.H4([title, html.Span(count, className="is-dimmed")])
    return [head, html.Ul(rows, className="samples") if rows else html.P(none, className="is-dimmed")]


def _spells(found: SourceDetail, view: View) -> list[Component]:
    rows = [
        html.Li(
            [
                html.Strong(_span(spell.since, spell.until, view)),
                html.Span(f"{_WHY[spell.why]} for {_long(spell, view)}"),
            ]
        )
        for spell in found.spells
    ]
    strip = [_strip(found.spells, view)] if found.spells else []
    head, below = _section("Blind spells", f"newest {MOST}" if len(rows) == MOST else "", rows, "None are known.")
    return [head, *strip, below]


def _long(spell: SpellSeen, view: View) -> str:
    return length((spell.until or view.window.until) - spell.since)


def _strip(spells: Sequence[SpellSeen], view: View) -> Component:
    """Seven days as one line, blind time hatched."""
    until = view.window.until
    begin = until - STRIP
    marks = []
    for spell in spells:
        start, end = max(spell.since, begin), min(spell.until or until, until)
        if start < end:
            left = f"min({100 * (start - begin) / STRIP:.2f}%, calc(100% - {_LEAST_PX}px))"  # a short one of now, too
            style = {"left": left, "width": f"max({100 * (end - start) / STRIP:.2f}%, {_LEAST_PX}px)"}
            marks.append(html.Span(className="strip-blind", style=style))
    ends = html.Div([html.Span("7 days ago"), html.Span("now")], className="strip-ends")
    return html.Div([html.Div(marks, className="strip"), ends], **attributes(aria_hidden="true"))


def _span(since: datetime | None, until: datetime | None, view: View) -> str:
    begins = phrases.instant(since, view.zone, view.window.until) if since else "not known"
    return f"{begins} – {phrases.instant(until, view.zone, view.window.until) if until else 'now'}"


def _sample(at: datetime, what: str, text: str, view: View) -> Component:
    parts: list[Component] = [
        html.Strong(phrases.instant(at, view.zone, view.window.until)),
        html.Span(words.outside(what, 300)),
    ]
    if text:
        parts.append(html.Code(words.outside(text, _EXCERPT)))
    return html.Li(parts)


def _rejected(found: SourceDetail, view: View) -> list[Component]:
    if not found.row.status.rejected:
        return []
    rows = [
        _sample(each.at, f"{each.reason} ({each.n:,} times)" if each.n > 1 else each.reason, each.excerpt, view)
        for each in found.rejected
    ]
    return _section("Rejected", f"{found.row.status.rejected:,} in all", rows, "No sample is kept any more.")


def _gaps(found: SourceDetail, view: View) -> list[Component]:
    if not found.row.status.gaps:
        return []
    rows = [
        html.Li([html.Strong(_span(each.since, each.until, view)), html.Span(words.outside(each.reason, 300))])
        for each in found.gaps
    ]
    return _section("Gaps", f"{found.row.status.gaps:,} in all", rows, "None is kept any more.")


def _unplaced(found: SourceDetail, view: View) -> list[Component]:
    if not found.row.status.unplaced:
        return []
    rows = [
        _sample(
            each.received_at, f"{each.action}, says {words.date_time(each.occurred_at, view.zone)}", each.record, view
        )
        for each in found.unplaced
    ]
    return _section("Wrong clock", f"{found.row.status.unplaced:,} in all", rows, "No sample is kept any more.")


def _drops(found: SourceDetail, view: View) -> list[Component]:
    if found.last_drop is None:
        return []
    row = _sample(found.last_drop.at, found.last_drop.message, "", view)
    return _section("Lost by Falco", f"{words.count(found.row.drops, 'report')} in 24 h, the last:", [row], "")
