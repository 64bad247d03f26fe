"""How each panel of User activity turns its answer into what it shows."""

from collections.abc import Sequence
from datetime import timedelta

from dashboard.activity import figures, lists
from dashboard.sources.interface import (
    FailedBy,
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


def hours_words(view: View) -> str:
    """What the heat map counts, and whose hours they are."""
    return f"{WEEKS} weeks · your time zone, {words.zone_words(view.zone)}"


def successes(view: View) -> Drawing[Sequence[SuccessAfterFailures]]:
    """Logins that worked after a run of failures on the same account."""
    return Drawing(
        lambda rows: lists.successes(rows, view),
        lambda rows: lists.successes_words(rows, view),
        lambda rows: not rows,
        "Nobody got in after a run of failures",
        lambda: "Every login of this window was held against the failures before it.",
    )


def patterns(view: View) -> Drawing[Sequence[LoginAttack]]:
    """The three patterns stand there seen or not: not seen is worth knowing."""
    return Drawing(
        lambda rows: lists.patterns(rows, view), lambda _: f"{view.words}, failed logins sorted by who tries what"
    )


def per_day(view: View, window: TimeRange) -> Drawing[Sequence[LoginDay]]:
    """Logins of each day, at least a fortnight."""
    today = view.window.until.astimezone(view.zone).date()
    return Drawing(
        lambda rows: figures.per_day(rows, today),
        lambda _: days_words(window),
        lambda rows: not any(each.success or each.failure for each in rows),
        "No login on any of these days",
        lambda: "They appear within seconds once somebody signs in to your application.",
    )


def hours(view: View) -> Drawing[tuple[Sequence[HourCell], Sequence[SuccessAfterFailures]]]:
    """The hours that are usual."""
    return Drawing(
        lambda rows: figures.usual_hours(rows[0], rows[1], view),
        lambda _: f"successful logins, {WEEKS} weeks",
        lambda rows: not any(cell.success for cell in rows[0]),
        f"No successful login in {WEEKS} weeks",
        lambda: "The usual hours show once there are some.",
    )


def failed(logins: LoginQuestions, view: View, *, by_user: bool) -> Drawing[Sequence[FailedBy]]:
    """Who or what fails most."""
    whose = "by user" if by_user else "by address"
    return Drawing(
        lambda rows: lists.failed_by(rows, "user" if by_user else "ip"),
        lambda _: whose,
        lambda rows: not rows,
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
