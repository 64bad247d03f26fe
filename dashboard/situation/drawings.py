"""How each panel of Situation turns its answer into what it shows."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from dash.development.base_component import Component

from dashboard.situation import cards, figures, lists
from dashboard.situation.marks import Figure, alarming
from dashboard.situation.verdict import Night, judge, unknown
from dashboard.sources.interface import (
    Answer,
    LoginBucket,
    LoginQuestions,
    LoginSummary,
    SourceQuestions,
    SourceStatus,
    TimeRange,
)
from dashboard.ui import words
from dashboard.ui.states import Drawing, Shown, State, show, together
from dashboard.ui.view import View
from vigie.clock import utc_now

Judged = tuple[lists.Night, tuple[Sequence[SourceStatus], LoginSummary]]
Counted = tuple[tuple[LoginSummary, LoginSummary], Sequence[LoginBucket]]
Since = tuple[tuple[lists.Night, Sequence[SourceStatus]], LoginSummary]
OnAxis = tuple[Sequence[LoginBucket], tuple[lists.Night, Sequence[SourceStatus]]]


def verdict(answer: Answer[Judged], view: View, pause: timedelta) -> Shown:
    """The verdict speaks in every state: when nothing could be read, it says that it does not know.

    `pause`: how long an attack may rest and still go on.
    """
    if answer.rows is None:
        not_known = lists.verdict(unknown(answer.sentence, answer.advice), view)
        return show(answer, view, Drawing(lambda _: None, lambda _: "")) | {"content": not_known}

    (attacks, successes), (statuses, summary) = answer.rows
    night = Night(attacks, successes, statuses, summary, answer.as_of, pause, answer.collected_since)
    spoken = lists.verdict(judge(night, view.window), view)
    return show(answer, view, Drawing(lambda _: None, lambda _: "")) | {"content": spoken, "state": State.OK}


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


def axis(view: View, collected_since: datetime | None) -> Drawing[OnAxis]:
    """The one axis. An hour without a login is worth seeing too, so it is never "empty"."""
    steps = f"{view.words} in steps of {figures.step_words(figures.step_for(view.window))}"

    def figure_words(rows: OnAxis) -> str:
        marked = len(alarming(rows[1][0][0]))
        return f"{steps}, {words.count(marked, 'attack')} marked" if marked else steps

    def content(rows: OnAxis) -> Figure:
        buckets, ((found, opened), statuses) = rows
        return figures.one_axis(figures.Axis(buckets, found, opened, statuses, collected_since), view.window)

    return Drawing(content, figure_words)


def asked_since(
    logins: LoginQuestions, sources: SourceQuestions, view: View, visit: datetime | None
) -> tuple[TimeRange, Answer[Since]]:
    """What is new since `visit` (UTC), and the window that this is."""
    now = utc_now()
    window = TimeRange(visit or now, now, view.zone)
    night = together(logins.attacks(window), logins.successes_after_failures(window))
    return window, together(together(night, sources.statuses()), logins.summary(window))


def counted_since(
    night: lists.Night, statuses: Sequence[SourceStatus], summary: LoginSummary
) -> Sequence[tuple[str, int]]:
    """The figures of the list, by name."""
    return (
        ("attacks", len(night[0])),
        ("accounts opened by attacks", len({name for each in night[0] for name in each.opened})),
        ("successes after failures", len(night[1])),
        ("logins", summary.success),
        ("failed logins", summary.failure),
        ("sources blind", sum(1 for each in statuses if each.blind_since)),
    )


def since(logins: LoginQuestions, sources: SourceQuestions, view: View, visit: datetime | None) -> Shown:
    """What is new since `visit` (UTC), the last time this person was here."""
    window, answer = asked_since(logins, sources, view, visit)
    when = words.clock_time(visit, view.zone, window.until) if visit else ""
    drawing: Drawing[Since] = Drawing(
        lambda rows: lists.since_entries(rows[0][0], rows[0][1], rows[1]),
        lambda _: when,
        lambda _: visit is None,
        "This is your first visit",
        lambda: "From the next one on, you find here what was new.",
    )
    return show(answer, view, drawing, f"since {when}" if when else "now")
