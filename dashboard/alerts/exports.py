"""The file of the Alerts page: every alert of the list, page by page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from dashboard.access.roles import current_person
from dashboard.alerts.asked import read_asked
from dashboard.exports.declaration import Cell, Export, Reading, patiently, with_rows
from dashboard.sources.alert_questions import MOST_COUNTED, AlertQuestions, AlertRow, Queue
from dashboard.sources.interface import Answer

ROWS_AT_ONCE = 1000
_ALERT: Mapping[str, Callable[[AlertRow], Cell]] = {
    "alert": lambda row: row.id,
    "status": lambda row: row.status.value,
    "severity": lambda row: row.severity.word,
    "rule": lambda row: row.rule,
    "title": lambda row: row.title,
    "entity": lambda row: " ".join(f"{name}={value}" for name, value in row.entity.items()),
    "count": lambda row: row.count,
    "first_seen_utc": lambda row: row.first_seen,
    "last_seen_utc": lambda row: row.last_seen,
    "opened_at_utc": lambda row: row.opened_at,
    "status_at_utc": lambda row: row.status_at,
    "acknowledged_until_utc": lambda row: row.acknowledged_until,
    "assignee": lambda row: row.assignee.name if row.assignee else None,
    "verdict": lambda row: row.verdict,
    "holds_until_utc": lambda row: row.holds_until,
    "regressed_at_utc": lambda row: row.regressed_at,
    "resolved_at_utc": lambda row: row.resolved_at,
}


def exports(alerts: AlertQuestions) -> Sequence[Export[Any]]:
    """One for the list; the drawer holds a single alert."""

    def every_alert(data: object) -> Reading[AlertRow]:
        queue = read_asked(data, current_person()).queue
        return Reading(_pages(alerts, queue), None, _filters(queue))

    return (Export("alerts", "Alerts", _ALERT, every_alert),)


def _pages(alerts: AlertQuestions, queue: Queue) -> Iterator[Answer[Sequence[AlertRow]]]:
    for offset in range(0, MOST_COUNTED, ROWS_AT_ONCE):
        ask = partial(alerts.queue, queue, ROWS_AT_ONCE, offset)
        answer = patiently(ask) if offset else ask()
        yield with_rows(answer, None if answer.rows is None else answer.rows.rows)
        if answer.rows is None or len(answer.rows.rows) < ROWS_AT_ONCE:
            return


def _filters(queue: Queue) -> dict[str, str]:
    given = {
        "status": queue.status.value,
        "severity": f">={queue.at_least.word}" if queue.at_least else "",
        "rule": queue.rule or "",
        "words": queue.text or "",
    }
    if queue.assignee is not None:
        given["assignee"] = str(queue.assignee.person_id or "nobody")
    return {name: value for name, value in given.items() if value}
