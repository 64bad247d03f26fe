"""One turn of detection: what waits is looked at, folded and struck off in one transaction.

A worker that is killed anywhere leaves what waited as it was; looking at it again counts nothing twice.
"""

import logging
import select
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import execute_values

from detection.alerts.engine import Seen, evaluate
from detection.alerts.folding import fold
from detection.alerts.missed import Rests, forget_missed, note_missed, owing, take_missed
from detection.alerts.plans import Plan, plans_of
from detection.alerts.rule_states import record_evaluated, record_failed, record_loaded, record_well, switched_off
from detection.alerts.spans import Piece, pieces_of
from detection.alerts.webhooks import settle, told
from detection.leader import Lead, LeadersKeeper
from detection.sigma.compiled import NotLoaded, Rule
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.store.driver import STATEMENT_TIMEOUT_S, Connection
from vigie.store.spans import CHANNEL

TURN_S = 1.0  # after which no further piece is begun
QUESTION_S, LONG_QUESTION_S = 2, 10  # how long one may take: of a rule among the others, and of one that makes up
_LIFE_S = 15.0  # between two signs of life of the rules
_WEEK = timedelta(weeks=1)
_MOST = 2000  # spans of one turn

# The newest first: what is live does not wait for an import.
_WAITING = "SELECT id, category, since, until, noted_at FROM detection_spans ORDER BY until DESC LIMIT %s"
_LIMIT = "SELECT set_config('statement_timeout', %s, true)"
_STRIKE_OFF = "DELETE FROM detection_spans WHERE id = ANY(%s)"
_LEAVE = "INSERT INTO detection_spans (category, since, until, noted_at) VALUES %s"
_FORGET = "DELETE FROM alert_minutes WHERE minute < %s"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did: how many pieces it looked at, how many alerts it saw in them, and whether more waits."""

    pieces: int
    alerts: int
    more: bool


@dataclass(slots=True)
class _Outcome:
    """Of the rules, over the pieces of one turn. `missed`: what they have not looked at. `paid`: who owes nothing."""

    failed: dict[str, VigieError] = field(default_factory=dict)
    evaluated: set[str] = field(default_factory=set)
    missed: list[tuple[str, Piece]] = field(default_factory=list)
    paid: set[str] = field(default_factory=set)
    pieces: int = 0
    alerts: int = 0

    def add(self, seen: Seen) -> None:
        self.failed.update(seen.failed)
        self.evaluated |= seen.evaluated
        self.pieces += 1
        self.alerts += len(seen.sightings)


class DetectionKeeper(LeadersKeeper):
    """Evaluates rules over what was stored, in the leader's transactions."""

    def __init__(self, url: str, retention: timedelta, lead: Lead) -> None:
        super().__init__(url, retention, lead)
        self._plans: Mapping[str, Plan] = {}
        self._failing: set[str] = set()
        self._owing: set[str] = set()
        self._rests = Rests()
        self._alive_at = float("-inf")
        self._listens_on: Connection | None = None

    def load(self, rules: Sequence[Rule], not_loaded: Sequence[NotLoaded]) -> None:
        """One transaction: these are the rules from now on. What they owe they are asked for at once."""
        with self._transaction() as connection, connection.cursor() as cursor:
            plans, refused = plans_of(cursor, rules)
            unusable = {each.name for each in refused}
            usable = [rule for rule in rules if rule.name not in unusable]
            record_loaded(cursor, usable, [*not_loaded, *refused], utc_now())
            owed = owing(cursor, [plan.rule.name for plan in plans])
        self._plans = {plan.rule.name: plan for plan in plans}
        self._failing, self._owing, self._rests = set(owed), owed, Rests()
        self._alive_at = float("-inf")
        for each in (*not_loaded, *refused):
            _log.warning("a rule is not loaded", extra={"rule": each.name, "reason": f"{each.sentence} {each.advice}"})

    def turn(self) -> Turn:
        """One transaction: looks at what waits, the newest first, and begins no piece after TURN_S."""
        is_new = self._listens_on is None  # what came before it listens is seen by one more turn
        outcome, now = _Outcome(), time.monotonic()
        is_due = now - self._alive_at >= _LIFE_S
        with self._transaction() as connection, connection.cursor() as cursor:
            connection.notifies.clear()
            cursor.execute(_WAITING, (_MOST,))
            waiting = cursor.fetchall()
            left = pieces_of(Piece(row[2], row[3], frozenset({row[1]}), row[4]) for row in waiting)
            off = switched_off(cursor, utc_now()) if waiting or self._owing else frozenset()
            if waiting:
                left = self._work(cursor, left, off, outcome)
                cursor.execute(_STRIKE_OFF, ([row[0] for row in waiting],))
                _leave(cursor, left)
            self._make_up(cursor, off, outcome)
            note_missed(cursor, outcome.missed)
            well = self._well(outcome)
            record_failed(cursor, {name: why for name, why in outcome.failed.items() if name not in self._failing})
            record_well(cursor, sorted(well))
            if is_due and not left:
                record_evaluated(cursor, sorted(self._plans))
        self._keep_in_mind(outcome, well)
        if is_due and not left:
            self._alive_at = now
        return Turn(outcome.pieces, outcome.alerts, is_new or bool(left) or len(waiting) == _MOST)

    def forget(self) -> None:
        """One transaction: minutes whose events retention has dropped can change no more. Their count stays."""
        before = utc_now() - self._retention - _WEEK
        with self._transaction() as connection, connection.cursor() as cursor:
            cursor.execute(_FORGET, (before,))
            forget_missed(cursor, before)

    def wait(self, seconds: float) -> bool:
        """Waits until something is stored, at most `seconds`. True also where the next turn must connect anew."""
        connection = self._connection
        if connection is None:
            return True
        try:
            if not _heard(connection):  # what came with the end of the last transaction is read already
                select.select([connection], [], [], seconds)
            return _heard(connection)
        except (psycopg2.Error, OSError, ValueError):
            self.close()
            return True

    def close(self) -> None:
        super().close()
        self._listens_on = None

    def _work(self, cursor: Cursor, pieces: Sequence[Piece], off: Collection[str], outcome: _Outcome) -> list[Piece]:
        """Looks at pieces until the time is up. Returns those that are left."""
        begun, left = time.monotonic(), list(pieces)
        plans = [plan for name, plan in self._plans.items() if name not in off]
        while left and time.monotonic() - begun < TURN_S:
            piece = left.pop(0)
            able = [plan for plan in plans if self._is_able(plan.rule.name, outcome)]
            seen = _see(cursor, able, piece, off, QUESTION_S)
            outcome.add(seen)
            late = [each.rule.name for each in plans if each.concerns(piece) and each.rule.name not in seen.evaluated]
            outcome.missed += [(name, piece) for name in late]
        return left

    def _make_up(self, cursor: Cursor, off: Collection[str], outcome: _Outcome) -> None:
        """One rule that owes and has rested looks at what it missed, and may take longer for it."""
        begun = time.monotonic()
        name = next((each for each in sorted(self._owing) if self._is_able(each, outcome)), None)
        if name is None:
            return
        pieces, more = take_missed(cursor, name)
        if name in off:  # what it is not to look at it does not owe
            pieces = []
        while pieces and time.monotonic() - begun < TURN_S and name not in outcome.failed:
            seen = _see(cursor, [self._plans[name]], pieces[0], off, LONG_QUESTION_S)
            outcome.add(seen)
            if name in seen.evaluated:
                pieces.pop(0)
        outcome.missed += [(name, piece) for piece in pieces]
        if not pieces and not more:
            outcome.paid.add(name)

    def _is_able(self, name: str, outcome: _Outcome) -> bool:
        return name not in outcome.failed and not self._rests.holds(name, time.monotonic())

    def _well(self, outcome: _Outcome) -> set[str]:
        """Those that failed before, and now neither fail nor owe."""
        owing_now = (self._owing - outcome.paid) | {name for name, _ in outcome.missed}
        return (self._failing & (outcome.evaluated | outcome.paid)) - outcome.failed.keys() - owing_now

    def _keep_in_mind(self, outcome: _Outcome, well: set[str]) -> None:
        for name, why in outcome.failed.items():
            self._rests.begin(name, time.monotonic())
            if name not in self._failing:
                _log.warning("a rule cannot be evaluated", extra={"rule": name, "reason": str(why)})
        for name in well:
            self._rests.end(name)
        self._failing = (self._failing | outcome.failed.keys()) - well
        self._owing = (self._owing - outcome.paid) | {name for name, _ in outcome.missed}

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with super()._transaction() as connection:
            if self._listens_on is not connection:
                with connection.cursor() as cursor:
                    cursor.execute(f"LISTEN {CHANNEL}")
                self._listens_on = connection
            yield connection


def _see(cursor: Cursor, plans: Sequence[Plan], piece: Piece, off: Collection[str], limit_s: int) -> Seen:
    """Looks at a piece and folds what is seen. A question may take `limit_s`."""
    cursor.execute(_LIMIT, (f"{limit_s}s",))
    seen = evaluate(cursor, plans, piece)
    cursor.execute(_LIMIT, (f"{STATEMENT_TIMEOUT_S}s",))
    notified = told(cursor, piece, off)
    fold(cursor, [*seen.sightings, *notified.sightings])
    settle(cursor, notified)
    return seen


def _heard(connection: Connection) -> bool:
    connection.poll()
    return bool(connection.notifies)


def _leave(cursor: Cursor, pieces: Sequence[Piece]) -> None:
    rows = [
        (category, each.since, each.until, each.noted_at) for each in pieces for category in sorted(each.categories)
    ]
    execute_values(cursor, _LEAVE, rows)
