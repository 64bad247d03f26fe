"""The list of alerts as JSON for assets/alerts-list.js. All of it is text; the browser never takes it for markup."""

from datetime import datetime
from typing import Any

from dashboard.access.roles import Person
from dashboard.alerts import said
from dashboard.alerts.asked import MOST_ROWS, Asked
from dashboard.sources.alert_questions import MOST_COUNTED, AlertRow, Alerts, Status
from dashboard.ui import words
from dashboard.ui.view import View
from vigie.clock import utc_now
from vigie.store.people import PersonRole

_MOST_ENTITIES = 4


def may_act(person: Person | None) -> bool:
    """Viewers look; analysts and admins act."""
    return person is not None and person.role.includes(PersonRole.ANALYST)


def content(found: Alerts, asked: Asked, person: Person | None) -> dict[str, Any]:
    """What stands in the list and around it."""
    now = utc_now()
    return {
        "rows": [row(each, asked.view, now) for each in found.rows],
        "total": found.total,
        "is_more": found.total >= MOST_COUNTED,
        "most": MOST_ROWS,
        **around(found, person),
    }


def around(found: Alerts, person: Person | None) -> dict[str, Any]:
    """What the bar above the list says, also where the list is empty."""
    looked = found.first_look
    return {
        "counts": {status.value: found.counts.get(status, 0) for status in Status},
        "rules": [[name, words.outside(title, 90), n] for name, (title, n) in found.rules.items()],
        "people": [[each.id, words.outside(each.name, 60)] for each in found.people],
        "me": person.id if person else None,
        "may_act": may_act(person),
        "first_look": f"Time to first look, 30 days: median {words.span(looked.median)}, n = {looked.n:,}"
        if looked
        else "",
    }


def row(each: AlertRow, view: View, now: datetime) -> dict[str, Any]:
    """One alert as the list shows it."""
    return {
        "id": each.id,
        "version": each.version,
        "severity": each.severity.word,
        "severity_word": words.SEVERITY[each.severity],
        "title": said.title(each),
        "about": said.about(each),
        "rule": each.rule,
        "entities": [
            {"kind": said.KINDS.get(name, ""), "field": words.outside(name, 40), "value": words.outside(value, 60)}
            for name, value in list(each.entity.items())[:_MOST_ENTITIES]
        ],
        "entity": said.entity(each),
        "count": each.count,
        "first": words.clock_time(each.first_seen, view.zone, now),
        "last": words.clock_time(each.last_seen, view.zone, now),
        "last_at": each.last_seen.isoformat(),
        "status": each.status.value,
        "verdict": words.outside(each.verdict, 40) if each.verdict else "",
        "assignee": each.assignee.id if each.assignee else None,
        "assignee_name": words.outside(each.assignee.name, 40) if each.assignee else "",
        "history": said.history(each.verdicts),
        "verdicts": dict(each.verdicts),
        "marks": said.marks(each, view.zone, now),
        "has_regressed": each.regressed_at is not None and each.status is not Status.CLOSED,
    }
