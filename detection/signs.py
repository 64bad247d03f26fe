"""A source's signs of life, kept in the transaction of the look that found them or found none."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case

from vigie.blindness import LEAST_PERIOD_S, Why, bucket_of, hours_touched, still_silent_from

_LEAST_TOGETHER_S = 10
_QUIET_FROM = timedelta(seconds=LEAST_PERIOD_S / 2)  # shorter gaps make no period longer than the least
_SPELLS = 1000  # a source, the newest
_LOCK = """
    SELECT name, clock_timestamp(), last_look_at, silent_from, expected_period_s, grace_s FROM sources
    WHERE {} = %s ORDER BY name FOR UPDATE
"""
_LOOKED = """
    UPDATE sources SET last_look_at = %(now)s, silent_from = %(silent_from)s,
        last_sign_at = coalesce(%(last_sign_at)s, last_sign_at)
    WHERE name = %(name)s
"""
_LEARN = """
    INSERT INTO source_rhythms AS r (source, day, bucket, n) VALUES (%s, %s, %s, 1)
    ON CONFLICT (source, day, bucket) DO UPDATE SET n = r.n + 1
"""
_QUIET = """
    INSERT INTO source_quiet AS q (source, day, hour, longest_s) SELECT %s, %s, unnest(%s::int[]), %s
    ON CONFLICT (source, day, hour) DO UPDATE SET longest_s = greatest(q.longest_s, excluded.longest_s)
"""
_PAUSE = """
    INSERT INTO blind_spells (source, since, known_at, until, why, reason) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (source, since) DO NOTHING
"""
_PRUNE = """
    DELETE FROM blind_spells WHERE source = %s AND since < (
        SELECT since FROM blind_spells WHERE source = %s ORDER BY since DESC OFFSET %s LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a source in this transaction, by the clock of the database (UTC).

    `before`: the look before it; `silent_from`: from when on silence counts, both None at the first look. `allowed`:
    how long may lie between two looks.
    """

    name: str
    now: datetime
    before: datetime | None
    silent_from: datetime | None
    allowed: timedelta


def look_at(cursor: Cursor, name: str) -> Look | None:
    """The look at one source; None where it is no source any more. Holds its row until the end of the transaction."""
    return next(iter(_looks(cursor, "name", name)), None)


def look_at_all(cursor: Cursor, kind: str) -> list[Look]:
    """The look at every source of a kind, in the order of their names."""
    return _looks(cursor, "kind", kind)


def keep_look(cursor: Cursor, look: Look, *, is_sign: bool, is_live: bool = True) -> None:
    """`is_sign`: something came. `is_live`: it came as it was written, so that its gap tells the source's rhythm."""
    silent_from = look.now if is_sign or look.silent_from is None else look.silent_from
    sign = look.now if is_sign else None
    values = {"now": look.now, "silent_from": silent_from, "last_sign_at": sign, "name": look.name}
    cursor.execute(_LOOKED, values)
    if is_sign and is_live and look.silent_from is not None:
        _learn(cursor, look, look.silent_from)
    if look.before is not None and look.now - look.before > look.allowed:
        reason = "Nobody looked at it in this time."
        cursor.execute(_PAUSE, (look.name, look.before, look.now, look.now, Why.UNWATCHED.value, reason))
        forget_old_spells(cursor, look.name)


def _learn(cursor: Cursor, look: Look, silent_from: datetime) -> None:
    gap, day = look.now - silent_from, look.now.astimezone(UTC).date()
    cursor.execute(_LEARN, (look.name, day, bucket_of(gap)))
    if gap > _QUIET_FROM:
        hours = hours_touched(silent_from, look.now)
        cursor.execute(_QUIET, (look.name, day, hours, math.ceil(gap.total_seconds())))


def forget_old_spells(cursor: Cursor, name: str) -> None:
    """Keeps the newest 1,000 spells of a source."""
    cursor.execute(_PRUNE, (name, name, _SPELLS))


def _looks(cursor: Cursor, column: str, value: str) -> list[Look]:
    cursor.execute(_LOCK.format(column), (value,))
    return [_look(*row) for row in cursor.fetchall()]


def _look(
    name: str, now: datetime, before: datetime | None, silent_from: datetime | None, period_s: int, grace_s: int
) -> Look:
    together = timedelta(seconds=max(_LEAST_TOGETHER_S, 2 * period_s))
    since = still_silent_from(silent_from, before, now, together) if silent_from and before else None
    return Look(name, now, before, since, timedelta(seconds=period_s + grace_s))
