"""How each panel of Situation turns its answer into what it shows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dash.development.base_component import Component

from dashboard.situation import cards, figures, lists, waiting
from dashboard.situation import services as standing
from dashboard.situation import since as news
from dashboard.situation.asked import Asked
from dashboard.situation.health_cards import Measured
from dashboard.situation.marks import Figure, alarming
from dashboard.situation.night import Night
from dashboard.situation.service import Seen, Watching
from dashboard.situation.services import Standing
from dashboard.situation.verdict import judge, unknown
from dashboard.sources.health_questions import Change, Requests, Timeline
from dashboard.sources.interface import Answer, LoginBucket, LoginSummary, SourceStatus
from dashboard.sources.situation_questions import AlertsNow, Spell
from dashboard.ui import words
from dashboard.ui.states import Drawing, Shown, State, show, together
from dashboard.ui.view import View

Judged = tuple[tuple[lists.Night, tuple[Sequence[SourceStatus], LoginSummary]], AlertsNow]
Counted = tuple[tuple[LoginSummary, LoginSummary], Sequence[LoginBucket]]
OnAxis = tuple[Sequence[LoginBucket], tuple[lists.Night, Sequence[SourceStatus]]]
NO_REQUESTS, NO_LATENCY = "No request is recorded", "Latency is not recorded"
_NO_RULE = {"state": State.UNKNOWN, "words": "not known", "sentence": "No rule is evaluated"}


def verdict(answer: Answer[Judged], seen: Seen, view: View, watching: Watching, pause: timedelta) -> Shown:
    """The verdict speaks in every state: when nothing could be read, it says that it does not know.

    `pause`: how long an attack may rest and still go on.
    """
    silent: Drawing[Judged] = Drawing(lambda _: None, lambda _: "")
    if answer.rows is None:
        not_known = lists.verdict(unknown(answer.sentence, answer.advice), view)
        return show(answer, view, silent) | {"content": not_known}

    ((attacks, successes), (statuses, summary)), alerts = answer.rows
    night = Night(attacks, successes, statuses, summary, alerts, answer.as_of, pause, answer.collected_since)
    cannot_ask = seen.requests.rows is None
    night = replace(
        night,
        trouble=watching.trouble(seen) if view.is_live else None,  # it is about now
        answered=watching.answered(seen),
        not_seen=f"How {watching.title} answers is not known: {seen.requests.sentence}" if cannot_ask else "",
    )
    spoken = lists.verdict(judge(night, view.window), view)
    return show(answer, view, silent) | {"content": spoken, "state": State.OK}


def attacks(view: View) -> Drawing[lists.Night]:
    """Attacks and successes after failures, in one list."""
    return Drawing(
        lambda night: lists.attack_entries(night, view),
        lists.attack_words,
        lambda night: not (night[0] or night[1]),
        "No attack on logins in this window",
        lambda: "Failed logins were looked at by the rule in config/rules.",
    )


def sources(view: View) -> Drawing[Sequence[SourceStatus]]:
    """Every supplier of events."""
    return Drawing(
        lambda rows: lists.source_entries(rows, view),
        lists.source_words,
        lambda rows: not rows,
        "No source is set up",
        lambda: "Name your login table in config/sources.toml, then start again.",
    )


def blind(view: View) -> Drawing[Sequence[SourceStatus]]:
    """The card of blind sources."""
    return Drawing(lambda rows: cards.blind_sources(rows, view), lambda _: "")


def card(draw: Callable[[cards.Counts], list[Component]], *, comparable: bool) -> Drawing[Counted]:
    """A card about the counts of the window and of the week before. `comparable`: that week is known in full."""

    def content(rows: Counted) -> list[Component]:
        (now, before), buckets = rows
        return draw(cards.Counts(now, before if comparable else None, buckets))

    return Drawing(content, lambda _: "")


def health_card(
    seen: Seen,
    view: View,
    watching: Watching,
    draw: Callable[[Measured], list[Component]],
    *,
    needs_latency: bool = False,
) -> Shown:
    """A card about the watched service. What nobody records is not known."""
    before = seen.before.rows
    comparable = before is not None and before.records.requests and seen.before.knows_all_of(view.window.week_before())
    week = before.total if before is not None and comparable else None
    drawing: Drawing[tuple[Requests, Timeline]] = Drawing(
        lambda rows: draw(Measured(rows[0], week, rows[1], watching.objective)), lambda _: ""
    )
    answer = together(seen.requests, seen.timeline)
    if answer.rows is None:
        return show(answer, view, drawing)
    records = answer.rows[0].records
    if records.requests and (records.latency or not needs_latency or not answer.rows[0].total.total):
        return show(answer, view, drawing)
    said = NO_LATENCY if records.requests else NO_REQUESTS
    nothing = show(answer, view, Drawing(lambda _: None, lambda _: ""))
    nothing.pop("content", None)
    return nothing | {"state": State.UNKNOWN, "words": "not known", "sentence": said, "advice": records.advice}


def services(answer: Answer[Sequence[Standing]], view: View) -> Shown:
    """What runs and what does not."""
    drawing: Drawing[Sequence[Standing]] = Drawing(lambda rows: standing.services(rows, view), standing.services_words)
    return show(answer, view, drawing, "now")


def alerts_card(answer: Answer[AlertsNow], view: View) -> Shown:
    """How many alerts wait. Where nobody looks for any, zero would be a lie."""
    shown = show(answer, view, Drawing(waiting.card, lambda _: ""), "now")
    if answer.rows is None or answer.rows.looking.rules or answer.rows.total:
        return shown
    shown.pop("content", None)
    return shown | _NO_RULE


def alerts(answer: Answer[AlertsNow], view: View) -> Shown:
    """The worst that wait."""
    drawing: Drawing[AlertsNow] = Drawing(
        lambda now: waiting.alert_entries(now, view),
        waiting.alert_words,
        lambda now: not now.total,
        "No alert is open",
        lambda: waiting.nothing_waits(answer.rows),
    )
    shown = show(answer, view, drawing, "now")
    if shown["state"] == State.EMPTY and answer.rows is not None and not answer.rows.looking.rules:
        advice = "The worker loads rules from config/rules. Check that it runs."
        return shown | {
            "state": State.UNKNOWN,
            "words": "not known",
            "sentence": "No rule is evaluated",
            "advice": advice,
        }
    return shown


def axis(
    answer: Answer[OnAxis],
    seen: Seen,
    view: View,
    watching: Watching,
    changes: Sequence[Change],
    spells: Sequence[Spell],
    now: AlertsNow | None,
) -> Shown:
    """The one axis. An hour without a login is worth seeing too, so it is never "empty"."""
    steps = f"{view.words} in steps of {figures.step_words(figures.step_for(view.window))}"

    def figure_words(rows: OnAxis) -> str:
        marked = len(alarming(rows[1][0][0]))
        return f"{steps}, {words.count(marked, 'attack')} marked" if marked else steps

    def content(rows: OnAxis) -> Figure:
        buckets, ((found, opened), statuses) = rows
        promised = watching.objective.latency_s
        timeline, since = seen.timeline.rows, seen.timeline.collected_since
        on_axis = figures.Axis(
            buckets, found, opened, statuses, answer.collected_since, timeline, timeline is None, since, promised,
            changes, spells, now.worst if now else (),
        )  # fmt: skip
        return figures.one_axis(on_axis, view.window)

    shown = show(answer, view, Drawing(content, figure_words))
    if seen.timeline.rows is None and answer.rows is not None:
        said = f"how {watching.title} answers is not known"
        shown["note"] = f"{shown['note']} · {said}" if shown.get("note") else said
    return shown


def since(asked: Asked, view: View, visit: datetime | None) -> Shown:
    """What is new since `visit` (UTC), the last time this person was here."""
    window, answer = news.ask(asked, view, visit)
    when = words.clock_time(visit, view.zone, window.until) if visit else ""
    drawing: Drawing[tuple[news.Logins, news.Around]] = Drawing(
        lambda rows: news.entries(news.news_of(rows, window.since), view),
        lambda _: when,
        lambda _: visit is None,
        "This is your first visit",
        lambda: "From the next one on, you find here what was new.",
    )
    return show(answer, view, drawing, f"since {when}" if when else "now")
