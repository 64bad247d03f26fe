"""The files of Situation: the figures behind each card, chart and list. The verdict is a sentence over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.access.roles import current_person
from dashboard.exports.declaration import Cell, Export, Reading, at_once
from dashboard.exports.found_attacks import COLUMNS as FOUND
from dashboard.situation import figures, since
from dashboard.situation.asked import Asked
from dashboard.situation.services import Standing, standings
from dashboard.sources.health_questions import Requests, Traffic
from dashboard.sources.interface import LoginBucket, LoginQuestions, LoginSummary, SourceStatus, TimeRange
from dashboard.sources.situation_questions import WaitingAlert
from dashboard.ui.states import together
from dashboard.ui.view import View, read_view
from vigie.severity import Severity


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


@dataclass(frozen=True, slots=True)
class _Measured:
    """A window and how the service answered in it."""

    name: str
    window: TimeRange
    traffic: Traffic | None


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


_MEASURED: Mapping[str, Callable[[_Measured], Cell]] = {
    "window": lambda row: row.name,
    "since_utc": lambda row: row.window.since,
    "until_utc": lambda row: row.window.until,
    "requests": lambda row: round(row.traffic.total, 1) if row.traffic else None,
    "status_5xx": lambda row: round(row.traffic.failed, 1) if row.traffic else None,
    "availability": lambda row: row.traffic.availability if row.traffic else None,
    "p95_s": lambda row: _p95(row.traffic),
}
_ALERT: Mapping[str, Callable[[WaitingAlert], Cell]] = {
    "alert": lambda row: row.number,
    "rule": lambda row: row.rule,
    "title": lambda row: row.title,
    "severity": lambda row: row.severity.word,
    "entity": lambda row: ", ".join(f"{field}={value}" for field, value in row.entity.items()),
    "count": lambda row: row.count,
    "first_seen_utc": lambda row: row.first_seen,
    "last_seen_utc": lambda row: row.last_seen,
}
_WAITING: Mapping[str, Callable[[tuple[Severity, int]], Cell]] = {
    "severity": lambda row: row[0].word,
    "open": lambda row: row[1],
}
_STANDING: Mapping[str, Callable[[Standing], Cell]] = {
    "name": lambda row: row.name,
    "is_up": lambda row: row.is_up,
    "since_utc": lambda row: row.since,
    "said": lambda row: row.said,
}


def exports(asked: Asked) -> Sequence[Export[Any]]:
    """One for each panel of the page but the verdict."""
    logins, sources = asked.logins, asked.sources

    def counted(given: object) -> Reading[_Counted]:
        return _counted(logins, read_view(given))

    def now(_given: object) -> Reading[SourceStatus]:
        return at_once(sources.statuses(), list, None)

    def measured(given: object) -> Reading[_Measured]:
        return _measured(asked, read_view(given))

    def waiting(_given: object) -> Reading[tuple[Severity, int]]:
        return at_once(asked.alerts.alerts(), lambda found: sorted(found.waiting.items(), reverse=True), None)

    return (
        Export("kpi-logins", "Logins", _COUNTED, counted),
        Export("kpi-failed-ratio", "Failed-login ratio", _COUNTED, counted),
        Export("kpi-active-users", "Active users", _COUNTED, counted),
        Export("kpi-availability", "Availability", _MEASURED, measured),
        Export("kpi-error-rate", "Error rate", _MEASURED, measured),
        Export("kpi-p95", "p95 latency", _MEASURED, measured),
        Export("kpi-open-alerts", "Open alerts", _WAITING, waiting),
        Export("kpi-blind-sources", "Blind sources", _SOURCE, now),
        Export("one-axis", "Logins on one axis", _STEP, lambda given: _steps(logins, read_view(given))),
        Export("open-alerts", "Open alerts, the worst", _ALERT, lambda _: _worst(asked)),
        Export("attacks", "Attacks", FOUND, lambda given: _attacks(logins, read_view(given))),
        Export("services", "Services", _STANDING, lambda given: _standings(asked, read_view(given))),
        Export("sources", "Sources", _SOURCE, now),
        Export("since", "Since you were last here", _SINCE, lambda given: _since(asked, read_view(given))),
    )


def _p95(traffic: Traffic | None) -> float | None:
    slow = traffic.latency.quantile(0.95) if traffic and traffic.latency else None
    return None if slow is None else round(slow, 6)


def _measured(asked: Asked, view: View) -> Reading[_Measured]:
    """What is not recorded is not known: its row is left out."""
    seen, week = asked.watching.seen(view.window), view.window.week_before()

    def rows(found: tuple[Requests, Requests]) -> list[_Measured]:
        made = [("now", view.window, found[0])]
        made += [("a week before", week, found[1])] if seen.before.knows_all_of(week) else []
        return [_Measured(name, window, each.total) for name, window, each in made if each.records.requests]

    return at_once(together(seen.requests, seen.before), rows, view.window)


def _worst(asked: Asked) -> Reading[WaitingAlert]:
    return at_once(asked.alerts.alerts(), lambda found: list(found.worst), None)


def _standings(asked: Asked, view: View) -> Reading[Standing]:
    seen = asked.watching.seen(view.window)
    database, objective = asked.database().rows, asked.watching.objective
    return at_once(seen.services, lambda rows: standings(rows, seen.requests.rows, database, objective), None)


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


def _since(asked: Asked, view: View) -> Reading[tuple[str, int]]:
    person = current_person()
    visit = person.previous_visit_at if person else None
    window, answer = since.ask(asked, view, visit)
    return at_once(answer, lambda rows: since.counted(since.news_of(rows, window.since)) if visit else [], window)
