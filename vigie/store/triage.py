"""Triage: what people decide about alerts. A command is one transaction with its line in alert_acts and in the audit.

Two people never overwrite each other silently: whoever acts says which version of an alert they saw. An alert that
changed meanwhile is left as it is, and named with what was done to it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Any

from psycopg2 import errorcodes
from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import DBAPIError

from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.event import clean_json, clean_text
from vigie.store.engine import transaction

MOST_AT_ONCE = 1000
LONGEST_NOTE = 4000
LONGEST_ACKNOWLEDGED = timedelta(days=90)
HOLD = timedelta(days=30)
"""How long a close with one of `HOLDING` holds: hits are counted on the closed alert, and it stays closed."""

# An acknowledgement that has ended is open again without anybody writing it down.
STATUS_NOW = """CASE WHEN a.status = 'acknowledged' AND a.acknowledged_until <= clock_timestamp() THEN 'open'
    ELSE a.status END"""


class Verdict(StrEnum):
    """What an alert turned out to be (OCSF verdict)."""

    TRUE_POSITIVE = "true positive"
    BENIGN = "benign"
    FALSE_POSITIVE = "false positive"
    DUPLICATE = "duplicate"
    TEST = "test"
    INSUFFICIENT_DATA = "insufficient data"


HOLDING = frozenset({Verdict.FALSE_POSITIVE, Verdict.BENIGN, Verdict.DUPLICATE})


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert as somebody saw it when they decided."""

    id: int
    version: int


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: the number of the person, and the e-mail that the audit knows them by."""

    person_id: int
    email: str


@dataclass(frozen=True, slots=True)
class LastAct:
    """What was done to an alert last, by whom (name, else e-mail), and when (UTC)."""

    actor: str
    act: str
    verdict: str | None
    at: datetime


class Why(Enum):
    """Why an alert was left as it is."""

    CHANGED = "changed"  # since it was looked at
    NOT_POSSIBLE = "not possible"  # from the status that it has
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Left:
    """An alert that was left as it is. `last` is None where nothing is known of it."""

    id: int
    why: Why
    title: str = ""
    status: str = ""
    last: LastAct | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did: the alerts that changed, and those that were left."""

    changed: tuple[int, ...]
    left: tuple[Left, ...]


Record = Callable[[Connection, str, str, Mapping[str, object]], None]
"""Puts an act, its target and its detail into the audit table, in the transaction that does it."""

_LOCK = text(f"""
    SELECT a.id, a.version, a.rule, a.title, {STATUS_NOW} AS status FROM alerts a
    WHERE a.id = ANY(:ids) ORDER BY a.id FOR NO KEY UPDATE
""")  # noqa: S608  (constants only)
_LAST = text("""
    SELECT DISTINCT ON (c.alert_id) c.alert_id, coalesce(nullif(p.name, ''), c.actor) AS actor, c.act, c.verdict, c.at
    FROM alert_acts c LEFT JOIN people p ON p.id = c.person_id
    WHERE c.alert_id = ANY(:ids) ORDER BY c.alert_id, c.id DESC
""")
_ACT = text("""
    INSERT INTO alert_acts (alert_id, person_id, actor, act, verdict, until, note, detail)
    SELECT id, :person, :actor, :act, :verdict, CAST(:until AS timestamptz), :note, CAST(:detail AS jsonb)
    FROM unnest(CAST(:ids AS bigint[])) AS id ORDER BY id
""")
_ASSIGNABLE = text("""
    SELECT coalesce(nullif(name, ''), email) FROM people
    WHERE id = :id AND disabled_at IS NULL AND role IN ('analyst', 'admin')
""")
_REOPEN = """status = 'open', status_at = clock_timestamp(), verdict = NULL, holds_until = NULL,
    count_at_close = NULL, acknowledged_until = NULL"""
_ACKNOWLEDGE = """status = 'acknowledged', status_at = clock_timestamp(), acknowledged_until = :until,
    assignee_id = coalesce(assignee_id, :person)"""
_CLOSE = """status = 'closed', status_at = clock_timestamp(), verdict = :verdict, acknowledged_until = NULL,
    regressed_at = NULL, count_at_close = count, holds_until = clock_timestamp() + CAST(:hold AS interval)"""
_ASSIGN = "assignee_id = :assignee"


@dataclass(frozen=True, slots=True)
class _Change:
    """One command. `sets`: what changes in the row; `act`, `name`: as alert_acts and the audit call it.

    `possible`: from which statuses. `looks`: whether it rests on what the person saw of the alert.
    """

    act: str
    name: str
    sets: str
    possible: frozenset[str] = frozenset({"open", "acknowledged", "closed"})
    looks: bool = True
    values: Mapping[str, object] = field(default_factory=dict)
    verdict: Verdict | None = None
    until: datetime | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


_WAITING = frozenset({"open", "acknowledged"})


class Triage:
    """The commands. Each raises VigieError for what cannot be, and StoreUnavailable; then nothing has changed."""

    def __init__(self, engine: Engine, record: Record, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._record = record
        self._clock = clock

    def acknowledge(self, seen: Sequence[Seen], by: By, until: datetime | None = None, note: str = "") -> Done:
        """Somebody looks after it; it is theirs where it was nobody's. After `until` (UTC) it is open again."""
        if until is not None and not self._clock() < until <= self._clock() + LONGEST_ACKNOWLEDGED:
            raise VigieError("It can be acknowledged until a time within the next 90 days.", "Choose another time.")
        change = _Change("acknowledged", "alert_acknowledge", _ACKNOWLEDGE, _WAITING, until=until)
        return self._do(seen, by, change, note)

    def close(self, seen: Sequence[Seen], by: By, verdict: Verdict, note: str = "") -> Done:
        """Ends it with a verdict; one that is closed gets the new verdict."""
        hold = f"{HOLD.days} days" if verdict in HOLDING else None
        change = _Change(
            "closed", "alert_close", _CLOSE, verdict=verdict, values={"verdict": verdict.value, "hold": hold}
        )
        return self._do(seen, by, change, note)

    def reopen(self, seen: Sequence[Seen], by: By, note: str = "") -> Done:
        """Takes a close or an acknowledgement back."""
        possible = frozenset({"acknowledged", "closed"})
        return self._do(seen, by, _Change("reopened", "alert_reopen", _REOPEN, possible), note)

    def assign(self, seen: Sequence[Seen], by: By, assignee: int | None, note: str = "") -> Done:
        """Gives it to somebody who may act on it (analyst or admin), or with None to nobody."""
        with transaction(self._engine) as connection:
            name = connection.scalar(_ASSIGNABLE, {"id": assignee}) if assignee is not None else None
        if assignee is not None and name is None:
            raise VigieError("Nobody of that number may look after alerts.", "Choose an analyst or an admin.")
        change = _Change(
            "assigned", "alert_assign", _ASSIGN, values={"assignee": assignee}, detail={"assignee": name or "nobody"}
        )
        return self._do(seen, by, change, note)

    def note(self, seen: Sequence[Seen], by: By, note: str) -> Done:
        """Adds a note. It takes nothing away, so it does not matter what else was done meanwhile."""
        if not note.strip():
            raise VigieError("The note is empty.", "Write what the next person should know.")
        return self._do(seen, by, _Change("noted", "alert_note", "", looks=False), note)

    def _do(self, seen: Sequence[Seen], by: By, change: _Change, note: str) -> Done:
        asked = {each.id: each.version for each in seen}
        if not asked:
            raise VigieError("No alert is chosen.", "Select at least one.")
        if len(asked) > MOST_AT_ONCE:
            raise VigieError(f"{len(asked):,} alerts are too many at once.", f"Select at most {MOST_AT_ONCE:,}.")
        if len(note) > LONGEST_NOTE:
            raise VigieError(f"The note is longer than {LONGEST_NOTE:,} characters.", "Shorten it.")
        said = clean_text(note.strip(), LONGEST_NOTE)
        with _waiting_is_said(), transaction(self._engine) as connection:
            rows = {row.id: row for row in connection.execute(_LOCK, {"ids": sorted(asked)})}
            why = {id_: _why_left(rows.get(id_), version, change) for id_, version in asked.items()}
            ready = [row for id_, row in rows.items() if why[id_] is None]
            self._change(connection, ready, by, change, said)
            return Done(tuple(row.id for row in ready), _left(connection, rows, why))

    def _change(
        self, connection: Connection, rows: Sequence[Row[Any]], by: By, change: _Change, note: str | None
    ) -> None:
        if not rows:
            return
        ids = [row.id for row in rows]
        sets = ", ".join(part for part in (change.sets, "version = version + 1") if part)
        values = {"ids": ids, "person": by.person_id, "until": change.until, **change.values}
        connection.execute(text(f"UPDATE alerts SET {sets} WHERE id = ANY(:ids)"), values)  # noqa: S608
        verdict = change.verdict.value if change.verdict else None
        act = {
            "ids": ids, "person": by.person_id, "actor": by.email, "act": change.act, "verdict": verdict,
            "until": change.until, "note": note, "detail": clean_json(change.detail),
        }  # fmt: skip
        connection.execute(_ACT, act)
        said = {"verdict": verdict, "until": change.until and change.until.isoformat(), "note": note, **change.detail}
        for row in rows:
            detail = {"rule": row.rule, "title": row.title, "before": row.status}
            self._record(connection, change.name, f"alert {row.id}", detail | {k: v for k, v in said.items() if v})


def _why_left(row: Row[Any] | None, version: int, change: _Change) -> Why | None:
    if row is None:
        return Why.GONE
    if change.looks and row.version != version:
        return Why.CHANGED
    return None if row.status in change.possible else Why.NOT_POSSIBLE


def _left(connection: Connection, rows: Mapping[int, Row[Any]], why: Mapping[int, Why | None]) -> tuple[Left, ...]:
    ids = [id_ for id_, reason in why.items() if reason is not None and id_ in rows]
    last = {
        row.alert_id: LastAct(row.actor, row.act, row.verdict, row.at)
        for row in (connection.execute(_LAST, {"ids": ids}) if ids else ())
    }
    return tuple(
        Left(id_, reason, rows[id_].title, rows[id_].status, last.get(id_)) if id_ in rows else Left(id_, reason)
        for id_, reason in why.items()
        if reason is not None
    )


@contextmanager
def _waiting_is_said() -> Iterator[None]:
    """Two that wait for one another: the one that PostgreSQL sends back has changed nothing, and is told so."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) not in (errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED):
            raise
        sentence = "Somebody else is changing these alerts at this moment; nothing was done."
        raise VigieError(sentence, "Do it again.") from error
