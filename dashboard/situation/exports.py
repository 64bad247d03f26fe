"""The files of Situation: the figures behind each card, chart and list. The verdict is a sentence over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.access.roles import current_person
from dashboard.exports.declaration import Cell, Export, Reading, at_once
from dashboard.exports.found_attacks import COLUMNS as FOUND
from dashboard.situation import drawings, figures
from dashboard.sources.interface import (
    LoginBucket,
    LoginQuestions,
    LoginSummary,
    SourceQuestions,
    SourceStatus,
    TimeRange,
)
from dashboard.ui.states import together
from dashboard.ui.view import View, read_view


@dataclass(frozen=True, slots=True)
class _Counted:
    """A window and its counts; None where it is not known in full."""

    name: str
    window: TimeRange
    counts: LoginSummary | None


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of the axis; `known`: whether logins were collected then."""

    bucket: LoginBucket
    length: timedelta
    known: bool


_COUNTED: Mapping[str, Callable[[_Counted], Cell]] = {
    "window": lambda row: row.name,
    "since_utc": lambda row: row.window.since,
    "until_utc": lambda row: row.window.until,
    "success": lambda row: row.counts.success if row.counts else None,
    "failure": lambda row: row.counts.failure if row.counts else None,
    "failed_share": lambda row: _share(row.counts) if row.counts else None,
    "active_users": lambda row: row.counts.active_users if row.counts else None,
}
_STEP: Mapping[str, Callable[[_Step], Cell]] = {
    "start_utc": lambda row: row.bucket.start,
    "step_s": lambda row: int(row.length.total_seconds()),
    "success": lambda row: row.bucket.success if row.known else None,
    "failure": lambda row: row.bucket.failure if row.known else None,
}
_SOURCE: Mapping[str, Callable[[SourceStatus], Cell]] = {
    "name": lambda row: row.name,
    "title": lambda row: row.title,
    "kind": lambda row: row.kind,
    "last_look_at_utc": lambda row: row.last_look_at,
    "last_event_at_utc": lambda row: row.last_event_at,
    "blind_since_utc": lambda row: row.blind_since,
    "stored": lambda row: row.stored,
    "rejected": lambda row: row.rejected,
    "wrong_clock": lambda row: row.unplaced,
    "error": lambda row: row.error,
}
_SINCE: Mapping[str, Callable[[tuple[str, int]], Cell]] = {"what": lambda row: row[0], "count": lambda row: row[1]}


def exports(logins: LoginQuestions, sources: SourceQuestions) -> Sequence[Export[Any]]:
    """One for each panel of the page but the verdict."""

    def counted(asked: object) -> Reading[_Counted]:
        return _counted(logins, read_view(asked))

    def now(_asked: object) -> Reading[SourceStatus]:
        return at_once(sources.statuses(), list, None)

    return (
        Export("kpi-logins", "Logins", _COUNTED, counted),
        Export("kpi-failed-ratio", "Failed-login ratio", _COUNTED, counted),
        Export("kpi-active-users", "Active users", _COUNTED, counted),
        Export("kpi-blind-sources", "Blind sources", _SOURCE, now),
        Export("one-axis", "Logins on one axis", _STEP, lambda asked: _steps(logins, read_view(asked))),
        Export("attacks", "Attacks", FOUND, lambda asked: _attacks(logins, read_view(asked))),
        Export("sources", "Sources", _SOURCE, now),
        Export("since", "Since you were last here", _SINCE, lambda asked: _since(logins, sources, read_view(asked))),
    )


def _counted(logins: LoginQuestions, view: View) -> Reading[_Counted]:
    week_before = view.window.week_before()
    before = logins.summary(week_before)
    comparable = before.knows_all_of(week_before)
    return at_once(
        together(logins.summary(view.window), before),
        lambda rows: [
            _Counted("now", view.window, rows[0]),
            _Counted("a week before", week_before, rows[1] if comparable else None),
        ],
        view.window,
    )


def _share(counts: LoginSummary) -> float | None:
    """None where there was no login: nothing of nothing is no share."""
    total = counts.success + counts.failure
    return round(counts.failure / total, 4) if total else None


def _steps(logins: LoginQuestions, view: View) -> Reading[_Step]:
    length = figures.step_for(view.window)
    answer = logins.series(view.window, length)
    begins = answer.collected_since

    def is_known(start: datetime) -> bool:
        return begins is None or start + length > begins

    return at_once(answer, lambda rows: [_Step(each, length, is_known(each.start)) for each in rows], view.window)


def _attacks(logins: LoginQuestions, view: View) -> Reading[Any]:
    night = together(logins.attacks(view.window), logins.successes_after_failures(view.window))
    return at_once(night, lambda rows: [*rows[0], *rows[1]], view.window)


def _since(logins: LoginQuestions, sources: SourceQuestions, view: View) -> Reading[tuple[str, int]]:
    person = current_person()
    visit = person.previous_visit_at if person else None
    window, answer = drawings.asked_since(logins, sources, view, visit)
    return at_once(answer, lambda rows: drawings.counted_since(*rows[0], rows[1]) if visit else [], window)
