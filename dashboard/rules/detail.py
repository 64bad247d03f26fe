"""One rule in full: what it is, how it did, its newest alerts, and its texts."""

from collections.abc import Sequence
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from dashboard.rules import phrases
from dashboard.sources.rule_questions import GRAFANA, MOST_SWITCHES, RuleDetail, RuleState, SwitchSeen
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.entries import entries, entry, severity_badge, severity_mark
from dashboard.ui.icons import icon
from dashboard.ui.prose import listing, prose, visible
from dashboard.ui.view import View

_LONG, _SAMPLE = 4000, 1500
_NO_TEXT = "Another system evaluates this rule: its source is kept there."


def facts(found: RuleDetail, view: View) -> list[Component]:
    """How it stands and how it did, then what it looks for."""
    row, reads = found.row, found.reads
    look = phrases.STATES[row.state]
    until = f" {phrases.off_words(row.off, view)}" if row.off and look is phrases.STATES[RuleState.OFF] else ""
    state: list[Component | str] = [
        severity_badge(row.severity), icon(look.icon, extra=look.tone), html.Strong(look.word), until
    ]  # fmt: skip
    parts: list[Component] = [html.H3(words.outside(row.title, 200)), html.P(state, className="detail-state")]
    said = phrases.why(row)
    if said:
        parts.append(html.P(said, className="board-why"))
    if reads.description:
        parts.append(html.P(visible(reads.description, _LONG), className="rule-description"))
    parts.append(_known(found, view))
    if reads.tags:
        parts += [html.H4("ATT&CK"), _plain_list([phrases.tag_words(tag) for tag in reads.tags])]
    if reads.false_positives:
        parts += [html.H4("False positives"), _plain_list([visible(each, _LONG) for each in reads.false_positives])]
    return parts + _switches(found.switches, view)


def _known(found: RuleDetail, view: View) -> Component:
    row, reads = found.row, found.reads
    verdicts = row.verdicts
    judged = f"{verdicts.true_positive} true positive, {verdicts.benign} benign, {verdicts.false_positive} false"
    known = (
        ("Name", words.outside(row.name, 120)),
        ("Looks at", phrases.kind_words(row.kind)),
        ("Events", f"{row.volume.events:,}, {phrases.share(row)} of all rules"),
        ("Alerts", f"{row.volume.alerts:,}"),
        ("Last fired", words.date_time(row.last_fired_at, view.zone) if row.last_fired_at else "never"),
        ("Open now", f"{row.waiting:,}, and {row.acknowledged:,} acknowledged"),
        ("Verdicts, 30 days", f"{judged}; {verdicts.others} not counted" if verdicts.others else judged),
        ("Time to first look, median", phrases.time_to(row.to_acknowledge)),
        ("Time to close, median", phrases.time_to(row.to_close)),
        ("Loaded", words.date_time(row.loaded_at, view.zone)),
        ("Evaluated", words.date_time(row.evaluated_at, view.zone) if row.evaluated_at else "not yet"),
        ("Runbook", f"docs/runbooks/{words.outside(reads.runbook, 120)}.md" if reads.runbook else ""),
        ("File", words.outside(reads.file, 200) if reads.file else ""),
        ("Status", words.outside(reads.status, 40) if reads.status else ""),
        ("Author", words.outside(reads.author, 200) if reads.author else ""),
    )
    return html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in known if value], className="facts")


def _plain_list(texts: Sequence[str]) -> Component:
    return html.Ul([html.Li(each) for each in texts], className="rule-list")


def _switches(switches: Sequence[SwitchSeen], view: View) -> list[Component]:
    if not switches:
        return []
    more = html.Span(f"newest {MOST_SWITCHES}" if len(switches) == MOST_SWITCHES else "", className="is-dimmed")
    return [html.H4(["Switched off", more]), html.Ul([_switch(each, view) for each in switches], className="samples")]


def _switch(each: SwitchSeen, view: View) -> Component:
    began, end = (words.date_time(at, view.zone) for at in (each.off_at, each.ended_at or each.until))
    by = f", switched on by {words.outside(each.ended_by, 80)}" if each.ended_at else ""
    return html.Li(
        [
            html.Strong(f"{began} – {end}"),
            html.Span(f"{words.outside(each.actor, 80)}: {words.outside(each.reason, 500)}{by}"),
        ]
    )


def alerts(found: RuleDetail, view: View) -> Component:
    """Its newest alerts, each a link to itself."""
    return entries([_alert(found, number, view) for number in range(len(found.alerts))])


def _alert(found: RuleDetail, number: int, view: View) -> Component:
    alert = found.alerts[number]
    link = html.A(
        words.outside(alert.title, 120),
        href=f"/alerts?{urlencode({'alert': alert.number})}",
        className="pivot entry-title",
        **attributes(data_nav="1"),
    )
    state = alert.verdict if alert.status == "closed" and alert.verdict else alert.status
    below = f"{state.capitalize()}, {words.count(alert.count, 'event')}"
    side = html.Time(words.clock_time(alert.last_seen, view.zone, view.window.until))
    return entry(severity_mark(alert.severity), [link], [side], [below])


def texts(found: RuleDetail) -> list[Component]:
    """Runbook, samples, source and SQL, as they are written."""
    reads = found.reads
    parts: list[Component] = []
    if reads.runbook_text:
        parts += _folded("Runbook", [html.Div(prose(reads.runbook_text), className="prose")], is_open=True)
    if reads.fires or reads.stays_silent:
        shown = [*_samples("It fires on", reads.fires), *_samples("It stays silent on", reads.stays_silent)]
        parts += _folded("Samples", shown)
    if reads.text:
        parts += _folded("Source (Sigma)", [listing(reads.text, label="Source of the rule")])
    if reads.sql:
        parts += _folded("SQL", [listing(reads.sql, label="SQL of the rule")])
    if reads.references:
        parts += _folded("References", [_plain_list([visible(each, 500) for each in reads.references])])
    if not reads.text and found.row.kind == GRAFANA:
        parts.append(html.P(_NO_TEXT, className="is-dimmed"))
    return parts


def _folded(title: str, parts: Sequence[Component], *, is_open: bool = False) -> list[Component]:
    return [html.Details([html.Summary(title), *parts], open=is_open, className="rule-text")]


def _samples(title: str, samples: Sequence[str]) -> list[Component]:
    if not samples:
        return []
    return [html.H5(title), *[listing(each, _SAMPLE, f"Sample: {title.lower()}") for each in samples]]
