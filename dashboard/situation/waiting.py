"""Alerts that wait: their card, and the list of the worst."""

from collections.abc import Mapping
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard.situation.cards import change, figure, sign
from dashboard.situation.night import ALARMING_ALERT
from dashboard.sources.event_questions import Entity
from dashboard.sources.situation_questions import AlertsNow, WaitingAlert
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.entries import entries, entry, severity_mark, severity_word
from dashboard.ui.event_links import entity_chip
from dashboard.ui.view import View
from vigie.severity import Severity

ALERTS = "/alerts"
_MOST_CHIPS = 2
_ENTITIES = {each.value: each for each in Entity}


def alert_link(number: int) -> str:
    """The page of this one alert."""
    return f"{ALERTS}?{urlencode({'alert': number})}"


def card(now: AlertsNow) -> list[Component]:
    """How many wait, and how bad they are."""
    worst = max(now.waiting, default=None)
    said = (
        f"{now.acknowledged:,} acknowledged" if now.acknowledged else "none acknowledged" if worst else "nothing waits"
    )
    alarming = worst is not None and worst >= ALARMING_ALERT
    marks = [
        html.Span([severity_mark(severity), f" {now.waiting[severity]:,}"], className=f"is-{severity.word}")
        for severity in sorted(now.waiting, reverse=True)
    ]
    name, tone = (worst.word, f"is-{worst.word}") if worst is not None and alarming else ("check", "is-ok")
    return [
        figure(f"{now.total:,}"),
        change(said),
        html.Div(marks, className="severities"),
        *([sign(name, tone)] if alarming or worst is None else []),
    ]


def alert_entries(now: AlertsNow, view: View) -> Component:
    """The worst that wait, newest before older."""
    return entries([_alert(each, view) for each in now.worst])


def alert_words(now: AlertsNow) -> str:
    """`6 open, worst first`."""
    if not now.total:
        return "none open"
    shown = f", {len(now.worst)} shown" if now.total > len(now.worst) else ", worst first" if now.total > 1 else ""
    return f"{now.total:,} open{shown}"


def nothing_waits(now: AlertsNow | None) -> str:
    """What an empty list rests on."""
    if now is None:
        return ""
    looking = now.looking
    if not looking.rules:
        return "No rule is evaluated: nobody looks for alerts."
    acknowledged = f" {words.count(now.acknowledged, 'alert')} acknowledged." if now.acknowledged else ""
    return f"{words.count(looking.rules, 'rule looks', 'rules look')} at what arrives.{acknowledged}"


def _alert(alert: WaitingAlert, view: View) -> Component:
    said, href = (
        words.outside(alert.what if len(alert.entity) <= _MOST_CHIPS else alert.title, 90),
        alert_link(alert.number),
    )
    line: list[Component] = [html.A(said, href=href, className="entry-title", **attributes(data_nav="1"))]
    if alert.count > 1:
        line.append(html.Span(f"× {alert.count:,}", className="is-dimmed"))
    side: list[Component | str] = [
        html.Time(words.clock_time(alert.last_seen, view.zone, view.window.until)),
        severity_word(Severity(alert.severity)),
    ]
    return entry(severity_mark(alert.severity), line, side, _chips(alert.entity))


def _chips(entity: Mapping[str, str]) -> list[Component | str]:
    return [_chip(field, value) for field, value in list(entity.items())[:_MOST_CHIPS]]


def _chip(field: str, value: str) -> Component:
    if field in _ENTITIES:
        return entity_chip(_ENTITIES[field], value)
    title = f"{words.outside(field, 40)} {words.outside(value, 200)}"
    return html.Span(html.Span(words.outside(value, 40), className="value"), className="chip", title=title)
