"""Which sources are blind: noticed by the leading worker, recorded with an event when one turns blind or returns.

The screen judges by itself with the same rule (`vigie.blindness`), so that it is right while no worker runs.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import RealDictCursor

from detection.leader import Lead, LeadersKeeper
from detection.signs import forget_old_spells
from vigie.blindness import LEARNED_DAYS, Blind, Expectation, Watched, Why, blind, learned_hours_s, learned_period_s
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.event import FAILURE, SUCCESS, Event, clean_text, key_of
from vigie.severity import Severity
from vigie.store.driver import Connection
from vigie.store.events import store_events
from vigie.store.watched import WATCHED, watched_of

SOURCE, CATEGORY = "vigie", "monitoring"  # of the events
BLIND, RETURNED = "source_blind", "source_returned"
_TURN_S = 5.0
_LEARN_S = 60.0
_TOLD_FOR = timedelta(minutes=10)
_KEPT_DAYS = 90  # of gaps: a source that seldom writes is learned over longer than seven days

_OPEN = "SELECT source, since, why FROM blind_spells WHERE until IS NULL"
_BEGIN = """
    INSERT INTO blind_spells (source, since, known_at, why, reason) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (source, since) DO UPDATE
    SET known_at = excluded.known_at, until = NULL, why = excluded.why, reason = excluded.reason
"""
# It can be read again, and nothing comes: it is as blind as before, for another reason.
_NOW_SILENT = "UPDATE blind_spells SET why = %s, reason = %s WHERE source = %s AND until IS NULL"
_END = "UPDATE blind_spells SET until = %s WHERE source = %s AND until IS NULL"
# Kept by the look that ended them (see `signs`): nobody was there to notice their beginning.
_PAUSES = """
    SELECT s.name, s.title, b.since, b.until FROM blind_spells b JOIN sources s ON s.name = b.source
    WHERE b.why = 'unwatched' AND b.until = b.known_at AND b.until > %s
"""
_GAPS = "SELECT source, day, bucket, n FROM source_rhythms WHERE day >= %s"
_OLD_GAPS = "SELECT source, day, bucket, n FROM source_rhythms WHERE source = %s"
_QUIET = "SELECT source, day, hour, longest_s FROM source_quiet WHERE day >= %s"
_LEARNED = """
    UPDATE sources SET learned_period_s = %(period_s)s, learned_hours_s = %(hours_s)s WHERE name = %(name)s
        AND (learned_period_s, learned_hours_s) IS DISTINCT FROM (%(period_s)s, %(hours_s)s::integer[])
"""
_FORGET = "DELETE FROM source_rhythms WHERE day < %s"
_FORGET_QUIET = "DELETE FROM source_quiet WHERE day < %s"

_log = logging.getLogger(__name__)


class SilenceLoop:
    """Judges every source each five seconds until `stop` is set, while `lead` is held."""

    def __init__(self, url: str, retention: timedelta, lead: Lead, stop: threading.Event) -> None:
        self._keeper = SpellKeeper(url, retention, lead)
        self._stop = stop

    def run(self) -> None:
        """The body of its thread. What cannot be done now is logged once and tried again."""
        started, learned, trouble = time.monotonic(), float("-inf"), ""
        while not self._stop.is_set():
            try:
                if time.monotonic() - learned >= _LEARN_S:
                    self._keeper.learn()
                    learned = time.monotonic()
                self._keeper.judge(timedelta(seconds=time.monotonic() - started))
                trouble = ""
            except VigieError as error:
                if str(error) != trouble and not self._stop.is_set():
                    _log.warning("which sources are blind could not be recorded", extra={"reason": str(error)})
                trouble = str(error)
            self._stop.wait(_TURN_S)
        self._keeper.close()


@dataclass(frozen=True, slots=True)
class _Spell:
    """One that lasts."""

    since: datetime
    why: str


class SpellKeeper(LeadersKeeper):
    """Keeps what sources are expected to do, and the spells in which they did not."""

    def __init__(self, url: str, retention: timedelta, lead: Lead) -> None:
        super().__init__(url, retention, lead)
        self._told: frozenset[bytes] = frozenset()  # pauses of the last minutes

    def judge(self, worked: timedelta) -> None:
        """One transaction: spells that begin or end now, each with its event.

        `worked`: for how long this worker has led. What was not looked at before that is not the source's fault.
        """
        with self._transaction() as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute("SELECT clock_timestamp() AS now")
            now: datetime = cursor.fetchall()[0]["now"]
            cursor.execute(WATCHED)
            rows = cursor.fetchall()
            cursor.execute(_OPEN)
            spells = {row["source"]: _Spell(row["since"], row["why"]) for row in cursor.fetchall()}
            cursor.execute(_PAUSES, (now - _TOLD_FOR,))
            pauses = {event.event_key: event for event in map(watched_again, cursor.fetchall())}
            new = [event for key, event in pauses.items() if key not in self._told]
            events = [*self._changes(cursor, rows, spells, now, worked), *new]
            if events:
                store_events(_Driver(connection), events, self._retention)
        self._told = frozenset(pauses)
        for event in events:
            _log.warning("%s", event.message, extra={"action": event.action})

    def _changes(
        self,
        cursor: Cursor,
        rows: Sequence[Mapping[str, Any]],
        spells: Mapping[str, _Spell],
        now: datetime,
        worked: timedelta,
    ) -> Iterator[Event]:
        for row in rows:
            name, source, spell = row["name"], watched_of(row), spells.get(row["name"])
            found = blind(source, now)
            if found is not None and found.why is Why.UNWATCHED and worked <= source.look_allowed:
                continue
            if spell is not None and (found is None or _was_heard(spell, found)):
                cursor.execute(_END, (now, name))
                yield returned(row, spell.since, now)
                spell = None
            if spell is not None and found is not None and (spell.why, found.why) == (Why.ERROR.value, Why.SILENT):
                cursor.execute(_NOW_SILENT, (found.why.value, said_of(found, source), name))
            if found is not None and spell is None:
                reason = said_of(found, source)
                cursor.execute(_BEGIN, (name, found.since, now, found.why.value, reason))
                forget_old_spells(cursor, name)
                yield turned_blind(row, found, reason, now)

    def learn(self) -> None:
        """One transaction: the expected period of every source, from the gaps between its signs of life."""
        today = utc_now().astimezone(UTC).date()
        with self._transaction() as connection, connection.cursor() as cursor:
            begin = today - timedelta(days=LEARNED_DAYS)
            cursor.execute(_FORGET, (today - timedelta(days=_KEPT_DAYS),))
            cursor.execute(_FORGET_QUIET, (begin,))
            quiet = _quiet(cursor, begin)
            cursor.execute(_GAPS, (begin,))
            for name, days in _by_source(cursor).items():
                period_s = _learned(days, today)
                if period_s is None:  # seldom heard: older days count too
                    cursor.execute(_OLD_GAPS, (name,))
                    period_s = _learned(_by_source(cursor)[name], today)
                if period_s is not None:
                    hours_s = learned_hours_s(period_s, quiet.get(name, {}))
                    cursor.execute(_LEARNED, {"period_s": period_s, "hours_s": hours_s, "name": name})


def _was_heard(spell: _Spell, found: Blind) -> bool:
    """Whether it was heard, and has fallen silent again since it was judged."""
    return found.why is Why.SILENT and found.since > spell.since


_Days: TypeAlias = dict[date, dict[int, int]]


def _by_source(cursor: Cursor) -> Mapping[str, _Days]:
    """Gaps by source, day and bucket. A source from which nothing came is absent: what was learned of it is kept."""
    gaps: dict[str, _Days] = {}
    for name, day, bucket, count in cursor.fetchall():
        gaps.setdefault(name, {}).setdefault(day, {})[bucket] = count
    return gaps


def _quiet(cursor: Cursor, begin: date) -> Mapping[str, dict[tuple[date, int], int]]:
    """The longest gap that touched an hour of the day, by source, day of its end and hour."""
    cursor.execute(_QUIET, (begin,))
    quiet: dict[str, dict[tuple[date, int], int]] = {}
    for name, day, hour, longest_s in cursor.fetchall():
        quiet.setdefault(name, {})[day, hour] = longest_s
    return quiet


def _learned(days: _Days, today: date) -> int | None:
    return learned_period_s(days.get(today - timedelta(days=back), {}) for back in range(_KEPT_DAYS + 1))


@dataclass(frozen=True, slots=True)
class _Driver:
    """The connection as `store_events` takes it."""

    connection: Connection


def said_of(found: Blind, source: Watched) -> str:
    """Why, in one sentence that stays true."""
    if found.why is Why.ERROR:
        return "It could not be read."
    if found.why is Why.UNWATCHED:
        return "Nobody looked at it in this time."
    return f"Nothing came, and something was expected {_expected(source.expects)}."


def _expected(expects: Expectation) -> str:
    period, grace = expects.period or timedelta(), expects.grace
    return f"every {period.total_seconds():.0f} s, with {grace.total_seconds():.0f} s of grace"


def turned_blind(row: Mapping[str, Any], found: Blind, reason: str, now: datetime) -> Event:
    """The event of a source that turned blind, as it was known `now`."""
    title = clean_text(row["title"], 200)
    error = f" {row['error']}" if found.why is Why.ERROR and row["error"] else ""
    message = f"{title} has been blind for {_long(now - found.since)}. {reason}{error}"
    return _event(row, BLIND, FAILURE, Severity.HIGH, message, found.since, now)


def returned(row: Mapping[str, Any], since: datetime, now: datetime) -> Event:
    """The event of a source that is no longer blind, as it was known `now`."""
    title = clean_text(row["title"], 200)
    message = f"{title} is heard again. It was blind for {_long(now - since)}."
    return _event(row, RETURNED, SUCCESS, Severity.INFORMATIONAL, message, since, now)


def watched_again(row: Mapping[str, Any]) -> Event:
    """The event of a source that nobody had looked at. It is the same however often it is made."""
    title, missed = clean_text(row["title"], 200), row["until"] - row["since"]
    message = f"{title} is looked at again. Nobody did for {_long(missed)}."
    return _event(row, RETURNED, SUCCESS, Severity.INFORMATIONAL, message, row["since"], row["until"])


def _event(
    row: Mapping[str, Any], action: str, outcome: str, severity: Severity, message: str, since: datetime, now: datetime
) -> Event:
    return Event(
        occurred_at=now,
        event_key=key_of(SOURCE, action, row["name"], since.isoformat(), now.isoformat()),
        source=SOURCE,
        category=CATEGORY,
        action=action,
        outcome=outcome,
        severity=severity,
        rule=BLIND,
        process_name=clean_text(row["name"], 255),  # the one of which nothing came
        message=clean_text(message, 2000),
        raw={"source": row["name"], "title": row["title"], "since": since.isoformat(), "known_at": now.isoformat()},
    )


def _long(span: timedelta) -> str:
    """A length of time in at most two units. Instants stay out of sentences: each reader has a zone of their own."""
    minutes, seconds = divmod(max(0, round(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")) if count
    ]
    return " ".join(parts[:2]) or "0 s"
