"""How each panel of User activity turns its answer into what it shows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dashboard.activity import figures, lists
from dashboard.sources.interface import (
    FailedRanking,
    HourCell,
    LoginDay,
    LoginFilter,
    LoginPage,
    LoginQuestions,
    TimeRange,
)
from dashboard.ui import words
from dashboard.ui.states import Drawing, Shown, State
from dashboard.ui.view import View
from vigie.event import FAILURE, SUCCESS
from vigie.login_attacks import LoginAttack, SuccessAfterFailures

WEEKS = 8


def at_least(view: View, length: timedelta) -> TimeRange:
    """The view's window, made longer into the past where it is shorter than `length`; from the start of a day."""
    window = view.window
    if window.length >= length:
        return window
    start = (window.until - length).astimezone(window.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return TimeRange(start.astimezone(window.since.tzinfo), window.until, window.zone)


def days_words(window: TimeRange) -> str:
    """`15 days`, today included."""
    first, last = (each.astimezone(window.zone).date() for each in (window.since, window.until))
    return words.count((last - first).days + 1, "day")


def weeks_words(window: TimeRange, since: datetime | None) -> str:
    """`8 weeks`, or `since 21 Oct` where nothing older is known (`since`: UTC)."""
    if since is None or since <= window.since:
        return f"{WEEKS} weeks"
    local, end = since.astimezone(window.zone), window.until.astimezone(window.zone)
    return f"since {local.day} {local:%b}" + (f" {local.year}" if local.year != end.year else "")


def successes(view: View) -> Drawing[Sequence[SuccessAfterFailures]]:
    """Logins that worked after a run of failures on the same account."""
    return Drawing(
        lambda rows: lists.successes(rows, view),
        lambda rows: lists.successes_words(rows, view),
        lambda rows: not rows,
        "Nobody got in after a run of failures",
        lambda: "Every login of this window was held against the failures before it.",
    )


def patterns(view: View, since: datetime | None) -> Drawing[Sequence[LoginAttack]]:
    """The three patterns stand there seen or not: not seen is worth knowing, where somebody looked (`since`, UTC)."""
    return Drawing(
        lambda rows: lists.patterns(rows, view, since),
        lambda _: f"{view.words}, failed logins sorted by who tries what",
    )


def known_part(window: TimeRange, since: datetime | None) -> TimeRange:
    """The window without the time before anything was collected (`since`, UTC)."""
    return replace(window, since=max(window.since, min(since, window.until))) if since else window


def per_day(view: View, window: TimeRange) -> Drawing[Sequence[LoginDay]]:
    """Logins of each day of the window. Days before its first one are not known and are left out."""
    first, today = (each.astimezone(view.zone).date() for each in (window.since, view.window.until))
    return Drawing(
        lambda rows: figures.per_day([each for each in rows if each.day >= first], today),
        lambda _: days_words(window),
        lambda rows: not any(each.success or each.failure for each in rows),
        "No login on any of these days",
        lambda: "They appear within seconds once somebody signs in to your application.",
    )


def hours(view: View, span: str) -> Drawing[tuple[Sequence[HourCell], Sequence[SuccessAfterFailures]]]:
    """The hours that are usual. `span`: what was read, as `weeks_words` says it."""
    return Drawing(
        lambda rows: figures.usual_hours(rows[0], rows[1], view),
        lambda _: f"successful logins, {span}",
        lambda rows: not any(cell.success for cell in rows[0]),
        f"No successful login, {span}",
        lambda: "The usual hours show once there are some.",
    )


def failed(logins: LoginQuestions, view: View, *, by_user: bool) -> Drawing[FailedRanking]:
    """Who or what fails most."""
    field = "user" if by_user else "ip"
    return Drawing(
        lambda ranking: lists.failed_by(ranking, field),
        lambda ranking: lists.failed_words(ranking, field),
        lambda ranking: not ranking.worst,
        "No failed logins in this window",
        lambda: _last_failure(logins, view),
    )


def newest(logins: LoginQuestions, view: View) -> Drawing[LoginPage]:
    """How many logins the grid holds; its rows come by themselves."""
    is_narrow = view.chosen != LoginFilter()
    return Drawing(
        lambda page: {"total": page.total},
        lambda page: _newest_words(page.total, view) if is_narrow else f"{page.total:,} in the window",
        lambda page: not page.total,
        _no_match(view.chosen) if is_narrow else "No logins in this window",
        lambda: _how_to_match(view.chosen) if is_narrow else _last_failure(logins, view),
    )


def unmatched(shown: Shown, view: View) -> Shown:
    """A filter that finds nothing says nothing about the window: it must not look like a good sign."""
    is_miss = shown["state"] == State.EMPTY and view.chosen != LoginFilter()
    return shown | {"state": State.UNMATCHED} if is_miss else shown


def _newest_words(total: int, view: View) -> str:
    others = view.chosen.user_name or view.chosen.source_ip
    return f"{total:,} match" + (". The other panels show everyone." if others else "")


def _no_match(chosen: LoginFilter) -> str:
    kind = {None: "login", SUCCESS: "successful login", FAILURE: "failed login"}[chosen.outcome]
    asked = [each.strip('"') for each in (chosen.user_name, chosen.source_ip) if each]
    named = " and ".join(f"“{words.outside(each, 40)}”" for each in asked)
    return f"No {kind} matches {named} in this window" if asked else f"No {kind} in this window"


def _how_to_match(chosen: LoginFilter) -> str:
    if chosen.source_ip:
        return "Give an address whole, how it begins (203.0.113.) or as a network (203.0.113.0/24)."
    return "Clear the filter, or try a longer window."


def _last_failure(logins: LoginQuestions, view: View) -> str:
    last = logins.last_failure_before(view.window.until).rows
    if last is None:
        return "There has been none before. Try a longer window."
    return f"The last failed one was {words.clock_time(last, view.zone, view.window.until)}. Try a longer window."
