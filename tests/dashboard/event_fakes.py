"""An in-memory stand-in for the questions about events: the night the pictures tell, and a hostile one.

It answers by brute force over a list of events, so what it says is easy to believe.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from dataclasses import fields as dataclass_fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from dashboard.sources.event_narrowing import narrowed
from dashboard.sources.event_questions import (
    DIMENSIONS,
    Entity,
    EntityCount,
    EventBucket,
    EventDetail,
    EventRow,
    EventRows,
    EventSearch,
    Facets,
    FacetValue,
    Histogram,
    Position,
    RawState,
)
from dashboard.sources.event_steps import steps_of
from dashboard.sources.interface import Answer, Completeness, TimeRange
from vigie.query import FIELDS, Kind
from vigie.query.matches import matches
from vigie.severity import Severity

Rows = TypeVar("Rows")
DAY = timedelta(days=1)
NASTY = "<b>x</b><img src=x onerror=alert(1)>\u202e&amp;{{7*7}}\x1b[31m' OR 1=1 --" + "long" * 40


@dataclass
class FakeEvents:
    """Implements EventQuestions. `down`: the sentence of a database that does not answer. `missing`: see Answer."""

    now: datetime
    events: list[EventDetail] = field(default_factory=list, repr=False)
    down: str = ""
    completeness: Completeness = Completeness.COMPLETE
    sentence: str = ""
    since: datetime | None = None
    looked_at: int | None = None
    source: str = "3 sources"

    def page(self, search: EventSearch, after: Position | None, limit: int) -> Answer[EventRows]:
        def make() -> EventRows:
            rows = [each.row for each in self._found(search) if after is None or each.row.position < after]
            rows.sort(key=lambda row: row.position, reverse=True)
            return EventRows(tuple(rows[:limit]), rows[limit - 1].position if len(rows) > limit else None)

        return self._answer(make)

    def histogram(self, search: EventSearch, bins: int) -> Answer[Histogram]:
        return self._answer(lambda: histogram_of([each.row for each in self._found(search)], search.window, bins))

    def facets(self, search: EventSearch, limit: int) -> Answer[Facets]:
        def make() -> Facets:
            values, further = {}, {}
            for dimension in DIMENSIONS:
                counts = Counter(text_of(each, dimension) for each in self._found(search, dimension))
                counts.update(dict.fromkeys(search.chosen.get(dimension, ()), 0))
                listed = listed_of(dimension, counts, search.chosen.get(dimension, frozenset()), limit)
                values[dimension] = listed
                if left := counts.total() - sum(each.n for each in listed):
                    further[dimension] = left
            return Facets(values, further, self.looked_at)

        return self._answer(make)

    def one(self, position: Position) -> Answer[EventDetail | None]:
        return self._answer(lambda: next((each for each in self.events if each.row.position == position), None))

    def around(self, event: EventRow, each_way: int) -> Answer[Sequence[EventRow]]:
        def make() -> Sequence[EventRow]:
            near = sorted((row for row in self._neighbours(event)), key=lambda row: row.position)
            before = [row for row in near if row.position < event.position]
            after = [row for row in near if row.position > event.position]
            return [*before[max(0, len(before) - each_way) :], event, *after[:each_way]]

        return self._answer(make)

    def _neighbours(self, event: EventRow) -> Iterator[EventRow]:
        shared = [name for name in ("source_ip", "user_name", "container_name") if getattr(event, name)] or ["source"]
        for each in self.events:
            is_near = abs(each.row.position.occurred_at - event.position.occurred_at) <= DAY
            if is_near and any(getattr(each.row, name) == getattr(event, name) for name in shared):
                yield each.row

    def same_entity(self, event: EventRow) -> Answer[Sequence[EntityCount]]:
        until = event.position.occurred_at

        def make() -> Sequence[EntityCount]:
            counts = []
            for entity in Entity:
                value = getattr(event, entity.value)
                rows = [
                    each.row for each in self.events
                    if value and getattr(each.row, entity.value) == value
                    and until - DAY < each.row.position.occurred_at <= until
                ]  # fmt: skip
                if value:
                    counts.append(EntityCount(entity, value, len(rows), sum(r.outcome == "failure" for r in rows)))
            return counts

        return self._answer(make)

    def values(self, field: str, beginning: str, window: TimeRange, limit: int) -> Answer[Sequence[str]]:
        def make() -> Sequence[str]:
            if field not in FIELDS or FIELDS[field].kind is Kind.PROSE:
                return []
            found = Counter(text_of(each, field) for each in self._in(window))
            del found[""]
            most = sorted((-n, value) for value, n in found.items() if value.startswith(beginning))
            return [value for _, value in most[:limit]]

        return self._answer(make)

    def _in(self, window: TimeRange) -> list[EventDetail]:
        return [each for each in self.events if window.since <= each.row.position.occurred_at < window.until]

    def _found(self, search: EventSearch, without: str | None = None) -> list[EventDetail]:
        query = narrowed(search, without)
        return [each for each in self._in(search.window) if query is not None and matches(query, fields_of(each))]

    def _answer(self, make: Callable[[], Rows]) -> Answer[Rows]:
        if self.down:
            return Answer(None, self.now, self.source, Completeness.UNAVAILABLE, self.down, "Start it again.")
        begins = min((each.row.position.occurred_at for each in self.events), default=None)
        return Answer(
            make(), self.now, self.source, self.completeness, self.sentence, "", self.since, collected_since=begins
        )


def histogram_of(rows: Sequence[EventRow], window: TimeRange, bins: int) -> Histogram:
    """Counted one by one."""
    steps = steps_of(window, bins)
    counts = Counter((steps.floor(row.position.occurred_at), column_of(row)) for row in rows)
    columns = ("other", "failed", "high", "critical")
    starts = steps.starts(window)
    buckets = tuple(EventBucket(start, *(counts[start, column] for column in columns)) for start in starts)
    return Histogram(steps.length, buckets, len(rows))


def column_of(row: EventRow) -> str:
    """In which column of the histogram an event counts."""
    if row.severity >= Severity.HIGH:
        return row.severity.word
    return "failed" if row.outcome == "failure" else "other"


def listed_of(dimension: str, counts: Counter[str], ticked: frozenset[str], limit: int) -> tuple[FacetValue, ...]:
    """The most frequent values, and what is ticked; severities worst first."""
    most = sorted(counts, key=lambda value: (-counts[value], value))
    kept = [value for place, value in enumerate(most) if place < limit or value in ticked]
    if dimension == "severity":
        kept.sort(key=lambda word: [level.word for level in Severity][::-1].index(word))
    return tuple(FacetValue(value, counts[value]) for value in kept)


def fields_of(event: EventDetail) -> dict[str, object]:
    """All fields of an event under their names, but when it was received."""
    names = [each.name for each in dataclass_fields(event.row) if each.name != "received_at"]
    return {name: getattr(event.row, name) for name in names}


def text_of(event: EventDetail, name: str) -> str:
    """The value of a field as facets name it; "" is "not given"."""
    value = fields_of(event)[name]
    return value.word if isinstance(value, Severity) else "" if value is None else str(value)


def event(at: datetime, source: str, action: str, **more: Any) -> EventDetail:
    """One event; `more` overrides fields of the row or of the detail."""
    row: dict[str, Any] = {
        "severity": Severity.LOW, "source": source, "category": "authentication", "action": action,
        "outcome": "unknown", "reason": None, "rule": None, "user_name": None, "source_ip": None,
        "container_name": None, "host_name": None, "http_method": None, "http_route": None, "http_status": None,
        "message": None, "user_agent": None, "process_name": None, "received_at": at + timedelta(milliseconds=800),
    }  # fmt: skip
    detail: dict[str, Any] = {"raw_state": RawState.NONE, "raw": None}
    key = more.pop("key", sha256(f"{at}{source}{action}{more}".encode("utf-8", "replace")).hexdigest())
    row |= {name: value for name, value in more.items() if name in row}
    detail |= {name: value for name, value in more.items() if name in detail}
    if detail["raw"] is not None:
        detail["raw_state"] = RawState.KEPT
    return EventDetail(row=EventRow(position=Position(at, key), **row), **detail)


def failed_login(at: datetime, user: str, address: str, **more: Any) -> EventDetail:
    fields: dict[str, Any] = {
        "outcome": "failure", "reason": "wrong_password", "user_name": user, "source_ip": address,
        "container_name": "vigie-api", "host_name": "srv-1", "http_method": "POST", "http_route": "/auth/login",
        "http_status": 401, "user_agent": "python-requests/2.32.3", "message": f"login of {user} refused",
        "raw": {"event": "authn_login_fail", "level": "WARN", "user": user, "ip": address},
    }  # fmt: skip
    return event(at, "app", "authn_login_fail", **fields | more)


def night_of_events(now: datetime) -> FakeEvents:
    """Spraying six hours before `now`, m.keller opened inside it, a shell after it; quiet otherwise."""
    start, dice = now - timedelta(hours=6), random.Random(5)
    people = ("z.yilmaz", "w.okafor", "v.laine", "n.petit", "m.jansen", "m.keller", "l.rossi", "k.adeyemi", "j.ortiz")
    tries = [
        failed_login(start + timedelta(seconds=4 * n, milliseconds=dice.randrange(999)), people[n % 9],
                     f"203.0.113.{24 + n % 9}")
        for n in range(230)
    ]  # fmt: skip
    opened = event(
        start + timedelta(minutes=15, microseconds=1), "app", "authn_login_successafterfail", outcome="success",
        severity=Severity.CRITICAL, user_name="m.keller", source_ip="203.0.113.87", container_name="vigie-api",
        host_name="srv-1", http_method="POST", http_route="/auth/login", http_status=200,
        user_agent="python-requests/2.32.3", raw={"event": "authn_login_successafterfail", "retries": 6},
    )  # fmt: skip
    return FakeEvents(now, [*tries, opened, *_falco(start), *_web(now, dice), *_ties(start)])


def _falco(start: datetime) -> list[EventDetail]:
    rules = ("Terminal shell in container", "Read sensitive file untrusted", "Terminal shell in container")
    fields: dict[str, Any] = {
        "category": "process", "severity": Severity.HIGH, "container_name": "vigie-api", "host_name": "srv-1",
        "process_name": "bash", "raw_state": RawState.DROPPED,
    }  # fmt: skip
    return [
        event(start + timedelta(minutes=22, seconds=3 * n), "falco", "shell_in_container", rule=rule, **fields,
              message="A shell was spawned in a container (user=root)")
        for n, rule in enumerate(rules)
    ]  # fmt: skip


def _web(now: datetime, dice: random.Random) -> list[EventDetail]:
    """Requests of nine days, none of them worth a look."""
    made = []
    for n in range(400):
        status = dice.choice((200, 200, 304, 404, 500))
        made.append(
            event(now - timedelta(minutes=31 * n + 7, microseconds=n), "nginx", "http_request", category="web",
                  severity=Severity.INFORMATIONAL, outcome="success" if status < 400 else "failure",
                  source_ip=f"198.51.100.{n % 40}", http_method="GET", http_route=f"/users/{n % 7}",
                  http_status=status, user_agent="Firefox 132", message=f"GET /users/{n % 7} {status}")
        )  # fmt: skip
    return made


def _ties(start: datetime) -> list[EventDetail]:
    """Seven events of one microsecond."""
    return [
        event(start + timedelta(minutes=3), "postgres", "database_error", category="database", outcome="failure",
              severity=Severity.MEDIUM, message=f"deadlock detected {n}", key=sha256(bytes([n])).hexdigest())
        for n in range(7)
    ]  # fmt: skip


def hostile_events(now: datetime) -> FakeEvents:
    """Markup, control characters, direction marks and endless words in every field that comes from outside."""
    names = (
        "reason", "rule", "user_name", "container_name", "host_name", "http_method", "http_route", "message",
        "user_agent", "process_name", "category",
    )  # fmt: skip
    fields: Mapping[str, Any] = dict.fromkeys(names, NASTY)
    made = [
        event(now - timedelta(minutes=n), NASTY, NASTY + str(n % 9), severity=Severity(1 + n % 5),
              source_ip=f"2001:db8::{n % 9 + 1:x}", http_status=n % 1000, outcome="failure",
              raw={NASTY: [NASTY, None, {NASTY: n}]}, **fields)
        for n in range(300)
    ]  # fmt: skip
    return replace(FakeEvents(now, made), source=NASTY)
