"""The files of User activity: what each panel shows, in full where the panel shows only the first few."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from dashboard.activity import drawings
from dashboard.activity.figures import WEEKDAYS
from dashboard.exports.declaration import Cell, Export, Reading, at_once, patiently
from dashboard.exports.found_attacks import COLUMNS as FOUND
from dashboard.sources.interface import (
    Answer,
    Completeness,
    FailedBy,
    FailedRanking,
    HourCell,
    Login,
    LoginDay,
    LoginFilter,
    LoginQuestions,
)
from dashboard.ui.view import View, read_view

ROWS_AT_ONCE = 1000
MOST_RANKED = 50_000
"""Accounts or addresses in the file of failed logins; where there are more, it says so."""

_LOGIN: Mapping[str, Callable[[Login], Cell]] = {
    "occurred_at_utc": lambda row: row.occurred_at,
    "outcome": lambda row: row.outcome,
    "user_name": lambda row: row.user_name,
    "source_ip": lambda row: row.source_ip,
    "reason": lambda row: row.reason,
    "user_agent": lambda row: row.user_agent,
    "source": lambda row: row.source,
    "key": lambda row: row.key,
}
_FAILED: Mapping[str, Callable[[tuple[str, FailedBy]], Cell]] = {
    "failed_by": lambda row: row[0],
    "value": lambda row: row[1].value,
    "failures": lambda row: row[1].failures,
    "on_unknown_accounts": lambda row: row[1].unknown,
    "last_failure_at_utc": lambda row: row[1].last_at,
}
_DAY: Mapping[str, Callable[[tuple[LoginDay, View]], Cell]] = {
    "day": lambda row: row[0].day,
    "time_zone": lambda row: row[1].zone.key,
    "success": lambda row: row[0].success,
    "failure": lambda row: row[0].failure,
}
_HOUR: Mapping[str, Callable[[tuple[HourCell, View]], Cell]] = {
    "weekday": lambda row: WEEKDAYS[row[0].weekday],
    "hour": lambda row: row[0].hour,
    "time_zone": lambda row: row[1].zone.key,
    "success": lambda row: row[0].success,
    "failure": lambda row: row[0].failure,
}


def exports(logins: LoginQuestions) -> Sequence[Export[Any]]:
    """One for each panel of the page."""

    def of_view(read: Callable[[LoginQuestions, View], Reading[Any]]) -> Callable[[object], Reading[Any]]:
        return lambda asked: read(logins, read_view(asked))

    return (
        Export("success-after-failures", "Success after failures", FOUND, of_view(_successes)),
        Export("attack-patterns", "Attack patterns", FOUND, of_view(_attacks)),
        Export("logins-per-day", "Logins per day", _DAY, of_view(_per_day)),
        Export("usual-hours", "Usual hours", _HOUR, of_view(_by_hour)),
        Export("newest-logins", "Newest logins", _LOGIN, of_view(_newest)),
        Export("failed-logins", "Failed logins", _FAILED, lambda asked: _failed(logins, asked)),
    )


def _successes(logins: LoginQuestions, view: View) -> Reading[Any]:
    return at_once(logins.successes_after_failures(view.window), list, view.window)


def _attacks(logins: LoginQuestions, view: View) -> Reading[Any]:
    return at_once(logins.attacks(view.window), list, view.window)


def _per_day(logins: LoginQuestions, view: View) -> Reading[tuple[LoginDay, View]]:
    """Days before anything was collected are left out, as in the chart."""
    window = drawings.at_least(view, timedelta(days=14))
    answer = logins.per_day(window)
    first = drawings.known_part(window, answer.collected_since).since.astimezone(view.zone).date()
    return at_once(answer, lambda days: [(day, view) for day in days if day.day >= first], window)


def _by_hour(logins: LoginQuestions, view: View) -> Reading[tuple[HourCell, View]]:
    window = drawings.at_least(view, timedelta(weeks=drawings.WEEKS))
    return at_once(logins.by_hour(window), lambda cells: [(cell, view) for cell in cells], window)


def _failed(logins: LoginQuestions, asked: object) -> Reading[tuple[str, FailedBy]]:
    view, by_user = read_view(asked), isinstance(asked, dict) and asked.get("by") == "user"
    ask, named = (logins.failed_by_user, "user_name") if by_user else (logins.failed_by_address, "source_ip")
    answer = _said_if_cut(ask(view.window, MOST_RANKED))
    return at_once(answer, lambda ranking: [(named, row) for row in ranking.worst], view.window)


def _said_if_cut(answer: Answer[FailedRanking]) -> Answer[FailedRanking]:
    ranking = answer.rows
    if ranking is None or ranking.values <= len(ranking.worst):
        return answer
    said = f"The {len(ranking.worst)} worst of {ranking.values}. {answer.sentence}".rstrip()
    return replace(answer, completeness=Completeness.TRUNCATED, sentence=said)


def _newest(logins: LoginQuestions, view: View) -> Reading[Login]:
    counted = logins.newest(view.window, view.chosen, 0, 0).rows
    return Reading(
        _every_login(logins, view), view.window, _filters(view.chosen), None if counted is None else counted.total
    )


def _every_login(logins: LoginQuestions, view: View) -> Iterator[Answer[Sequence[Login]]]:
    answer = logins.following(view.window, view.chosen, None, ROWS_AT_ONCE)
    yield answer
    while answer.rows and len(answer.rows) == ROWS_AT_ONCE:
        last = answer.rows[-1]
        answer = patiently(partial(logins.following, view.window, view.chosen, last, ROWS_AT_ONCE))
        yield answer


def _filters(chosen: LoginFilter) -> dict[str, str]:
    given = {"outcome": chosen.outcome, "user": chosen.user_name, "ip": chosen.source_ip}
    return {name: value for name, value in given.items() if value}
