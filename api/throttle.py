"""Counts tries in PostgreSQL, so that restarts and several processes share one count.

A try is counted before its password is looked at and given back when it was right: tries that arrive at once cannot
slip through between looking and counting. A refused try writes nothing, so the table stays small under attack.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from api.activity import Visit
from api.addresses import network_of


@dataclass(frozen=True, slots=True)
class Count:
    """So many tries per window for one subject (`name` and what it is about)."""

    name: str
    subject: str
    most: int
    window: timedelta

    @property
    def key(self) -> bytes:
        return hashlib.sha256(f"{self.name}\0{self.subject}".encode()).digest()


def login_counts(email: str, visit: Visit) -> tuple[Count, Count]:
    """5 wrong tries per account and address in 5 minutes; 40 per address in 10 minutes, whatever the accounts."""
    sender = network_of(visit.source_ip)
    return (
        Count("login of account from address", f"{email}\0{sender}", 5, timedelta(minutes=5)),
        Count("login from address", sender, 40, timedelta(minutes=10)),
    )


def sign_up_count(visit: Visit) -> Count:
    """20 sign-ups per address in 10 minutes."""
    return Count("sign-up from address", network_of(visit.source_ip), 20, timedelta(minutes=10))


def password_count(user_id: int) -> Count:
    """5 wrong current passwords per account in 5 minutes."""
    return Count("password change", str(user_id), 5, timedelta(minutes=5))


def take(connection: Connection, counts: Sequence[Count]) -> int | None:
    """Counts one try. Returns None when it may go on, or the seconds to wait."""
    _forget_ended(connection)
    waits = [_wait(connection, count) for count in counts]
    if not any(waits):
        waits = [_add(connection, count) for count in counts]
    return max((wait for wait in waits if wait), default=None)


def _wait(connection: Connection, count: Count) -> int | None:
    ends_in = connection.scalar(
        text(
            "SELECT extract(epoch FROM window_ends - clock_timestamp()) FROM throttle "
            "WHERE key = :key AND tries >= :most AND window_ends > clock_timestamp()"
        ),
        {"key": count.key, "most": count.most},
    )
    return max(1, math.ceil(ends_in)) if ends_in is not None else None


def _add(connection: Connection, count: Count) -> int | None:
    row = connection.execute(
        text(
            "INSERT INTO throttle AS t (key, tries, window_ends) VALUES (:key, 1, clock_timestamp() + :window) "
            "ON CONFLICT (key) DO UPDATE SET "
            "tries = CASE WHEN t.window_ends <= clock_timestamp() THEN 1 ELSE t.tries + 1 END, "
            "window_ends = CASE WHEN t.window_ends <= clock_timestamp() THEN excluded.window_ends "
            "ELSE t.window_ends END "
            "RETURNING tries, extract(epoch FROM window_ends - clock_timestamp()) AS ends_in"
        ),
        {"key": count.key, "window": count.window},
    ).one()
    return max(1, math.ceil(row.ends_in)) if row.tries > count.most else None


def give_back(connection: Connection, count: Count) -> None:
    """The try was right: it no longer counts."""
    connection.execute(text("UPDATE throttle SET tries = greatest(tries - 1, 0) WHERE key = :key"), {"key": count.key})


def forget(connection: Connection, count: Count) -> None:
    """The subject has shown who it is: its earlier wrong tries no longer count either."""
    connection.execute(text("DELETE FROM throttle WHERE key = :key"), {"key": count.key})


def _forget_ended(connection: Connection) -> None:
    connection.execute(
        text(
            "DELETE FROM throttle WHERE key IN (SELECT key FROM throttle WHERE window_ends < clock_timestamp() "
            "LIMIT 20 FOR UPDATE SKIP LOCKED)"
        )
    )
