"""One alert in full: earlier verdicts before everything, its events, its rule, and its life."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard.alerts import said
from dashboard.sources.alert_questions import JUDGED, Act, AlertDetail, AlertRow, Hits, Status
from dashboard.sources.event_questions import Entity, EventRow
from dashboard.ui import event_words, words
from dashboard.ui.attributes import attributes
from dashboard.ui.entries import activity_link, severity_badge, severity_mark
from dashboard.ui.event_links import PATH as EVENTS
from dashboard.ui.event_links import entity_chip, event_link, utc_text
from dashboard.ui.icons import icon
from dashboard.ui.prose import prose, visible
from dashboard.ui.view import LONGEST, View
from vigie.clock import utc_now
from vigie.query import Query, QueryError
from vigie.store.triage import Verdict

_MOST_CLOSES, _LONG = 10, 4000
_FIRST, _NEWEST = 3, 4  # samples that stand there unfolded
_TRUE = Verdict.TRUE_POSITIVE.value


def content(found: AlertDetail, view: View) -> dict[str, Any]:
    """What assets/alerts-detail.js puts into the drawer, and what the deciding form shows first."""
    now, row = utc_now(), found.row
    return {
        "id": row.id,
        "version": row.version,
        "status": row.status.value,
        "assignee": row.assignee.id if row.assignee else None,
        "badge": [severity_badge(row.severity), html.Span(said.status_words(row, view.zone, now))],
        "title": words.outside(row.title, 200),
        "about": said.about(row),
        "sentence": sentence(row, view, now),
        "marks": [html.Li(mark) for mark in said.marks(row, view.zone, now)],
        "earlier": earlier(found, view, now),
        "happened": happened(found, view, now),
        "where": where(row),
        "rule": about_rule(found),
        "life": life(found.acts, view, now),
    }


def sentence(row: AlertRow, view: View, now: datetime) -> str:
    """`17 events from 02:15 to 02:31; Alice looks after it.`"""
    first, last = (words.clock_time(at, view.zone, now) for at in (row.first_seen, row.last_seen))
    when = f"at {last}" if first == last else f"from {first} to {last}"
    who = f"; {words.outside(row.assignee.name, 60)} looks after it" if row.assignee else "; nobody looks after it yet"
    return f"{words.count(row.count, 'event')} {when}{'' if row.status is Status.CLOSED else who}."


def earlier(found: AlertDetail, view: View, now: datetime) -> list[Component]:
    """How the same alert was judged before, and how its rule was judged on others."""
    closes = found.closes
    parts: list[Component] = [html.P(_elsewhere(found), className="alert-elsewhere")]
    if not closes:
        return [html.P("None: this alert was never closed before."), *parts]
    listed = html.Ol([_close(act, view, now) for act in closes[:_MOST_CLOSES]], className="alert-closes")
    more = [html.P(f"And {len(closes) - _MOST_CLOSES} more, in its life below.")] if len(closes) > _MOST_CLOSES else []
    return [*_differ(closes, view, now), listed, *more, *parts]


def _close(act: Act, view: View, now: datetime) -> Component:
    verdict = act.verdict or ""
    look = "is-critical" if verdict == _TRUE else "is-dimmed"
    sign = icon("warning" if verdict == _TRUE else "check", extra=look)
    noted = [html.Span(visible(act.note, _LONG), className="alert-note")] if act.note else []
    return html.Li(
        [
            html.Time(words.clock_time(act.at, view.zone, now)),
            html.Span([sign, html.Strong(said.verdict(verdict), className=look)], className="alert-verdict"),
            html.Span([*noted, html.Span(f" {said.actor(act.actor)}", className="is-dimmed")]),
        ]
    )


def _differ(closes: Sequence[Act], view: View, now: datetime) -> list[Component]:
    if len({act.verdict for act in closes}) < 2:
        return []
    told = next((act for act in closes if act.verdict == _TRUE), closes[0])
    when = words.clock_time(told.at, view.zone, now)
    sign = icon("warning", extra="is-blind")
    return [html.P([sign, f"The verdicts differ. Read {when} before you decide."], className="alert-differ")]


def _elsewhere(found: AlertDetail) -> str:
    days = f"{JUDGED.days} days"
    if not found.elsewhere:
        return f"This rule was not judged on anything else in {days}."
    return f"This rule on others, {days}: {said.history(found.elsewhere)}."


def happened(found: AlertDetail, view: View, now: datetime) -> list[Component]:
    """Its events in time, then samples of them that lead to themselves."""
    parts: list[Component] = [_bars(found.hits, view, now)] if found.hits else []
    if found.samples:
        parts += _samples(found.samples, view, now)
    if found.samples_gone:
        kept = "is" if found.samples_gone == 1 else "are"
        parts.append(html.P(f"{words.count(found.samples_gone, 'sample')} {kept} not kept any more.", className="hint"))
    return parts or [html.P("No sample of its events is kept.", className="hint")]


def _bars(hits: Hits, view: View, now: datetime) -> Component:
    most = max(hits.counts)
    bars = [
        html.Span(
            className="alert-bar" if n else "alert-bar is-none",
            style={"height": f"{max(4, round(100 * n / most))}%"},
            title=f"{words.clock_time(hits.start + at * hits.step, view.zone, now)}: {words.count(n, 'event')}",
        )
        for at, n in enumerate(hits.counts)
    ]
    ends = [words.clock_time(hits.start, view.zone, now)]
    if len(hits.counts) > 1:
        ends.append(words.clock_time(hits.start + (len(hits.counts) - 1) * hits.step, view.zone, now))
    spoken = f"Events in steps of {_step(hits.step)}, at most {most:,} in one"
    legend = html.Div([html.Span(each) for each in ends], className="alert-bar-ends")
    figure = html.Div(bars, className="alert-bars", role="img", **attributes(aria_label=spoken))
    return html.Div([figure, legend, html.P(f"{spoken}.", className="hint")])


def _step(step: timedelta) -> str:
    minutes = int(step.total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 1440 else f"{minutes // 1440} days"


def _samples(samples: Sequence[EventRow], view: View, now: datetime) -> list[Component]:
    """The first few and the newest few; those between are folded."""
    drawn = [_sample(each, view, now) for each in samples]
    if len(drawn) <= _FIRST + _NEWEST:
        return [html.Ol(drawn, className="alert-samples")]
    between = drawn[_FIRST:-_NEWEST]
    return [
        html.Ol(drawn[:_FIRST], className="alert-samples"),
        html.Details([html.Summary(f"{len(between)} samples between"), html.Ol(between)], className="alert-samples"),
        html.Ol(drawn[-_NEWEST:], className="alert-samples"),
    ]


def _sample(event: EventRow, view: View, now: datetime) -> Component:
    at = event.position.occurred_at.astimezone(view.zone)
    day = "" if at.date() == now.astimezone(view.zone).date() else f"{at:%-d %b} "
    link = html.A(event_words.brief(event), href=event_link(event), className="pivot", **attributes(data_nav="1"))
    detail = event_words.detail(event)
    below = [html.Small(detail)] if detail else []
    return html.Li([html.Time(f"{day}{at:%H:%M:%S}"), severity_mark(event.severity), html.Span([link, *below])])


def where(row: AlertRow) -> list[Component]:
    """Its entities, each a way to what else they did, and all events of the alert."""
    chips = [_chip(name, value) for name, value in row.entity.items()]
    links = [
        html.A(words_, href=href, className="panel-link", **attributes(data_nav="1")) for words_, href in _ways(row)
    ]
    return [html.Div(chips or [html.Span("No single entity.", className="is-dimmed")], className="alert-chips"), *links]


def _chip(name: str, value: str) -> Component:
    entity = next((each for each in Entity if each.value == name), None)
    if entity is not None:
        return entity_chip(entity, value)
    shown = f"{words.outside(name, 40)}: {words.outside(value, 60)}"
    return html.Span(html.Span(shown, className="value"), className="chip", title=words.outside(value, 200))


def _ways(row: AlertRow) -> list[tuple[str, str]]:
    ways = [("Its events in Security events", events_link(row))]
    user, address = row.entity.get("user_name"), row.entity.get("source_ip")
    if user:
        ways.append((f"Logins of {words.outside(user, 40)}", activity_link(user=user)))
    if address:
        ways.append((f"Logins from {words.outside(address, 40)}", activity_link(ip=address)))
    return ways


def events_link(row: AlertRow) -> str:
    """All events of its entity from the first to the last one of the alert."""
    query = Query()
    for name, value in row.entity.items():
        try:
            query = query.narrowed(name, [value])
        except QueryError:
            continue  # events are not asked for by this field
    until = row.last_seen + timedelta(seconds=1)
    since = max(row.first_seen, until - LONGEST + timedelta(seconds=1))
    return f"{EVENTS}?{urlencode({'from': utc_text(since), 'to': utc_text(until), 'q': str(query)})}"


def about_rule(found: AlertDetail) -> list[Component]:
    """What the rule looks for, what else can look like it, and what to do."""
    reads, row = found.about, found.row
    link = html.A(
        words.outside(row.rule, 90),
        href=f"/rules?{urlencode({'rule': row.rule})}",
        className="pivot",
        **attributes(data_nav="1"),
    )
    parts: list[Component] = [html.P(["Rule ", link])]
    if reads.description:
        parts.insert(0, html.P(visible(reads.description, _LONG), className="alert-description"))
    if reads.false_positives:
        listed = html.Ul([html.Li(visible(each, _LONG)) for each in reads.false_positives])
        parts.append(html.Div([html.Strong("What else looks like it"), listed]))
    if reads.tags:
        parts.append(html.P(f"ATT&CK: {', '.join(_tags(reads.tags))}", className="is-dimmed"))
    if reads.runbook_text:
        body = html.Div(prose(reads.runbook_text), className="prose")
        parts.append(html.Details([html.Summary("Runbook: what to do"), body], className="alert-runbook"))
    return parts


def _tags(tags: Sequence[str]) -> list[str]:
    plain = (words.outside(tag, 60).removeprefix("attack.") for tag in tags)
    return [tag.upper() if tag[:1] == "t" and tag[1:2].isdigit() else tag.replace("_", " ") for tag in plain]


def life(acts: Sequence[Act], view: View, now: datetime) -> Component:
    """All that was done with it, newest first."""
    return html.Ol([_act(act, view, now) for act in reversed(acts)], className="alert-life")


def _act(act: Act, view: View, now: datetime) -> Component:
    line: list[Component | str] = [html.Strong(said.actor(act.actor)), f" {said.act_words(act, view.zone, now)}"]
    note = [html.P(visible(act.note, _LONG), className="alert-note")] if act.note else []
    return html.Li([html.Time(words.clock_time(act.at, view.zone, now)), html.Div([html.Span(line), *note])])
