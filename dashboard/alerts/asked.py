"""What somebody looks for among alerts, read from what the browser sent: input from outside, any JSON may arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.access.roles import Person
from dashboard.sources.alert_questions import Anybody, Order, Queue, Status
from dashboard.ui.view import View, read_view
from vigie.event import clean_text
from vigie.severity import Severity, from_word

PATH = "/alerts"
STEP, MOST_ROWS = 100, 1000
"""Rows that are shown at first, and at most."""
_LONGEST_TEXT, _LONGEST_RULE = 200, 400
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """The view, the list in it, and how many rows of it."""

    view: View
    queue: Queue
    limit: int


def read_asked(data: object, person: Person | None, now: datetime | None = None) -> Asked:
    """The list a browser asks for; `person`: who "me" is. Never raises: what makes no sense becomes the default."""
    given: Mapping[str, object] = data if isinstance(data, dict) else {}
    queue = Queue(
        status=_status(given.get("status")),
        at_least=_severity(given.get("severity")),
        rule=_text(given.get("rule"), _LONGEST_RULE),
        assignee=_assignee(given.get("assignee"), person),
        text=_text(given.get("find"), _LONGEST_TEXT),
        order=Order.NEWEST if given.get("order") == Order.NEWEST.value else Order.WORST,
    )
    return Asked(read_view(given, now), queue, _limit(given.get("upto")))


def read_number(value: object) -> int | None:
    """The number of an alert, from JSON or from a link; None for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if type(value) is int and 0 < value <= _LARGEST else None


def _status(value: object) -> Status:
    return next((status for status in Status if status.value == value), Status.OPEN)


def _severity(value: object) -> Severity | None:
    try:
        return from_word(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object, limit: int) -> str | None:
    return clean_text(value.strip(), limit) if isinstance(value, str) and len(value) <= limit else None


def _assignee(value: object, person: Person | None) -> Anybody | None:
    if value == "nobody":
        return Anybody(None)
    if value == "me" and person is not None:
        return Anybody(person.id)
    number = read_number(value)
    return Anybody(number) if number is not None else None


def _limit(value: object) -> int:
    number = read_number(value)
    return min(MOST_ROWS, max(STEP, number)) if number is not None else STEP
