"""One event in full: its fields, its raw record, what happened around it, and what else its entities did."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.sources.event_questions import Entity, EntityCount, EventDetail, EventRow, RawState
from dashboard.sources.log_questions import LinePlace
from dashboard.ui import event_words, words
from dashboard.ui.attributes import attributes
from dashboard.ui.entries import severity_mark
from dashboard.ui.event_links import entity_chip, position_text, utc_text
from dashboard.ui.icons import icon

_LONGEST = 4000
_LONGEST_ASKED = 400  # longer values are not offered to search by
_MOST_RAW = 64 * 1024
_AROUND = timedelta(minutes=5)
_SHARED = (("user_name", "user"), ("source_ip", "address"), ("container_name", "container"))
_NO_RAW = {
    RawState.DROPPED: "The raw record is not kept any more: retention has dropped it. The fields stay.",
    RawState.NONE: "This event came without a raw record.",
}


def fields(detail: EventDetail, zone: ZoneInfo, titles: Mapping[str, str]) -> Component:
    """Every field with a value; each can be searched for or left out."""
    row, at = detail.row, detail.row.position.occurred_at
    listed = [
        _plain(
            "occurred_at",
            f"{at.astimezone(zone):%-d %b %Y, %H:%M:%S}.{at.microsecond // 1000:03d}",
            words.zone_words(zone),
        ),
        _plain("received_at", _after(row.received_at - at), ""),
    ]
    for name, value in _values(detail):
        note = titles.get(row.source, "") if name == "source" else ""
        listed.append(_field(name, value, words.outside(note, 60) if note and note != row.source else ""))
    return html.Dl(listed, className="event-fields")


def _values(detail: EventDetail) -> Sequence[tuple[str, str]]:
    row = detail.row
    given: tuple[tuple[str, str | int | None], ...] = (
        ("severity", row.severity.word), ("source", row.source), ("category", row.category), ("action", row.action),
        ("outcome", row.outcome), ("reason", row.reason), ("rule", row.rule), ("user_name", row.user_name),
        ("source_ip", row.source_ip), ("user_agent", row.user_agent), ("host_name", row.host_name),
        ("container_name", row.container_name), ("process_name", row.process_name),
        ("http_method", row.http_method), ("http_route", row.http_route), ("http_status", row.http_status),
        ("message", row.message),
    )  # fmt: skip
    return [(name, str(value)) for name, value in given if value not in (None, "")]


def _plain(name: str, value: str, note: str) -> Component:
    return html.Div([html.Dt(name), html.Dd(html.Span([value, _note(note)], className="event-value"))])


def _note(note: str) -> Component:
    return html.Span(f" {note}" if note else "", className="is-dimmed")


def _field(name: str, value: str, note: str) -> Component:
    entity = next((each for each in Entity if each.value == name), None)
    shown: Component = (
        entity_chip(entity, value) if entity else html.Span(words.outside(value, _LONGEST), className="event-value")
    )
    offers = (False, True) if len(value) <= _LONGEST_ASKED else ()
    acts = html.Span([_narrow(name, value, without=each) for each in offers], className="event-acts")
    return html.Div([html.Dt(name), html.Dd([html.Span([shown, _note(note)]), acts])])


def _narrow(name: str, value: str, *, without: bool) -> Component:
    label = f"{'Without' if without else 'Only'} this {name}"
    return html.Button(
        icon("minus" if without else "plus"),
        type="button",
        className="plain event-act",
        title=label,
        **attributes(
            data_act="event-narrow",
            data_field=name,
            data_value=value,
            data_without="1" if without else "",
            aria_label=label,
        ),
    )


def raw_text(detail: EventDetail) -> str:
    """The raw record as JSON, every sign of it visible; or nothing."""
    if detail.raw_state is not RawState.KEPT or detail.raw is None:
        return ""
    text = json.dumps(detail.raw, indent=2, ensure_ascii=False)
    cut = text[:_MOST_RAW] + ("\n… cut here" if len(text) > _MOST_RAW else "")
    return "".join(_visible(sign) for sign in cut)


def raw_words(detail: EventDetail) -> str:
    """Why there is no raw record; nothing where there is one."""
    return _NO_RAW.get(detail.raw_state, "")


def around(rows: Sequence[EventRow], this: EventRow) -> Component:
    """Neighbours in time, oldest first; `this` is among them."""
    shared = [word for name, word in _SHARED if getattr(this, name)] or ["source"]
    hint = f"The nearest events with the same {' or '.join(shared)}, at most a day away."
    return html.Div(
        [html.P(hint, className="hint"), html.Ol([_neighbour(row, this) for row in rows], className="event-around")]
    )


def _neighbour(row: EventRow, this: EventRow) -> Component:
    is_this = row.position == this.position
    away = "this" if is_this else _away(row.position.occurred_at - this.position.occurred_at)
    line = html.Span(event_words.brief(row), className="event-brief")
    said: Component = (
        line
        if is_this
        else html.Button(
            line,
            type="button",
            className="plain",
            **attributes(data_act="event-open", data_event=position_text(row.position)),
        )
    )
    mark = severity_mark(row.severity)
    return html.Li([html.Span(away, className="event-away"), mark, said], className="is-this" if is_this else "")


def same_entity(counts: Sequence[EntityCount]) -> Component:
    """What else its user, address, container and host did in the 24 h up to it."""
    return html.Ul(
        [
            html.Li(
                [entity_chip(each.entity, each.value), html.Strong(f"{each.events:,}"), html.Span(_count_words(each))]
            )
            for each in counts
        ],
        className="event-same",
    )


def _count_words(each: EntityCount) -> str:
    noun = "event" if each.events == 1 else "events"
    return f"{noun} in the 24 h before, {each.failed:,} failed" if each.failed else f"{noun} in the 24 h before"


def logs_link(row: EventRow, *, has_line: bool) -> str:
    """The link to the lines around the event, of its source; opens its own line where Logs `has_line`."""
    at = row.position.occurred_at
    parts = {"from": utc_text(at - _AROUND), "to": utc_text(at + _AROUND), "stream": row.source}
    if has_line:
        place = LinePlace.of(at, row.position.key)
        parts["line"] = f"{place.at}.{place.key}"
    return f"/logs?{urlencode(parts)}"


def _after(delay: timedelta) -> str:
    """How long after it happened it was received: `+ 0.8 s`."""
    seconds = delay.total_seconds()
    return (
        f"{'+' if seconds >= 0 else '−'} {abs(seconds):.1f} s"
        if abs(seconds) < 90
        else f"{'+' if seconds >= 0 else '−'} {words.span(abs(delay))}"
    )


def _away(distance: timedelta) -> str:
    seconds = distance.total_seconds()
    sign = "+" if seconds >= 0 else "−"
    return f"{sign}{abs(seconds):.1f} s" if abs(seconds) < 90 else f"{sign}{words.span(abs(distance))}"


def _visible(sign: str) -> str:
    """Control and direction marks as their escapes; everything else as it is."""
    if sign == "\n" or unicodedata.category(sign) not in words.UNPRINTABLE:
        return sign
    return f"\\u{ord(sign):04x}"
