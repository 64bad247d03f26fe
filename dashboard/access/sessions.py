"""Sessions in PostgreSQL: 256 random bits in a cookie, their SHA-256 in the table, revocable at once.

A session ends 30 minutes after its person last did something and 12 hours after sign-in at the latest. What the
screen asks by itself (the poll, the callbacks that follow it) does not count; the guard tells them apart. What is read
is kept five seconds, since a page load is some twenty requests (but never that a password must be changed first: the
next page after that change may be another thread's or process's); while PostgreSQL does not answer, what was read
within the last five minutes still counts, so that screens stay readable.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from dashboard.access.csrf import csrf_of
from dashboard.access.roles import Person
from vigie.clock import utc_now
from vigie.errors import StorageFull, StoreUnavailable
from vigie.event import clean_text
from vigie.store.engine import transaction
from vigie.store.people import PersonRole

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
_TRUSTED_FOR = timedelta(seconds=5)
_TRUSTED_WHILE_DOWN = timedelta(minutes=5)
_SEEN_STEP = timedelta(minutes=1)
_KEPT = timedelta(days=90)
_MOST_REMEMBERED = 2000

_READ = text("""
    SELECT s.created_at, s.last_seen_at, s.expires_at,
           p.id, p.email, p.name, p.role, p.must_change_password,
           (SELECT max(o.last_seen_at) FROM sessions o
            WHERE o.person_id = p.id AND o.created_at < s.created_at) AS previous_visit_at
    FROM sessions s JOIN people p ON p.id = s.person_id
    WHERE s.token_sha256 = :token AND s.revoked_at IS NULL AND p.disabled_at IS NULL
""")
_OPEN = text("""
    INSERT INTO sessions (token_sha256, person_id, csrf_sha256, created_at, last_seen_at, expires_at,
                          source_ip, user_agent)
    VALUES (:token, :person, :csrf, :now, :now, :expires, CAST(:address AS inet), :agent)
""")


@dataclass(frozen=True, slots=True)
class Session:
    """A session that was found good at `verified_at` (UTC). `token_sha256` names it in the table."""

    token_sha256: bytes
    person: Person
    last_seen_at: datetime
    expires_at: datetime
    verified_at: datetime

    def is_over(self, now: datetime) -> bool:
        return now >= self.expires_at or now - self.last_seen_at >= IDLE


class Sessions:
    """Opens, verifies and ends sessions. One per process."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock
        self._known: dict[bytes, Session] = {}

    def open(self, connection: Connection, person_id: int, address: str | None, agent: str | None) -> str:
        """Starts a session in the caller's transaction and returns the token for the cookie."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        connection.execute(text("DELETE FROM sessions WHERE expires_at < :old"), {"old": now - _KEPT})
        values = {
            "token": sha256_of(token), "person": person_id, "csrf": sha256_of(csrf_of(token)), "now": now,
            "expires": now + ABSOLUTE, "address": address, "agent": clean_text(agent, 500),
        }  # fmt: skip
        connection.execute(_OPEN, values)
        return token

    def verify(self, token: str, *, counts: bool = True) -> Session | None:
        """The session of a cookie, or None when there is none or it is over. Raises StoreUnavailable.

        `counts`: this request shows a person, and so keeps the session from going idle.
        """
        now, key = self._clock(), sha256_of(token)
        known = self._known.get(key)
        is_due = counts and known is not None and now - known.last_seen_at >= _SEEN_STEP
        if known is None or is_due or now - known.verified_at >= _TRUSTED_FOR or known.person.must_change_password:
            known = self._look(key, known, now, counts)
        if known is None or known.is_over(now):
            self._known.pop(key, None)
            return None
        return known

    def revoke(self, connection: Connection, token: str) -> None:
        """Ends one session, in the caller's transaction."""
        key = sha256_of(token)
        connection.execute(
            text("UPDATE sessions SET revoked_at = :now WHERE token_sha256 = :token AND revoked_at IS NULL"),
            {"now": self._clock(), "token": key},
        )
        self._known.pop(key, None)

    def forget(self) -> None:
        """Reads every session again at its next request."""
        self._known.clear()

    def _look(self, key: bytes, known: Session | None, now: datetime, counts: bool) -> Session | None:
        try:
            with transaction(self._engine) as connection:
                found = self._read(connection, key, now, counts)
        except (StoreUnavailable, StorageFull):
            if known is None or now - known.verified_at >= _TRUSTED_WHILE_DOWN:
                raise
            return known
        if found is not None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return found

    def _read(self, connection: Connection, key: bytes, now: datetime, counts: bool) -> Session | None:
        row = connection.execute(_READ, {"token": key}).one_or_none()
        if row is None:
            return None
        session = _session(row, key, now)
        if session.is_over(now) or not counts or now - session.last_seen_at < _SEEN_STEP:
            return session
        connection.execute(
            text("UPDATE sessions SET last_seen_at = :now WHERE token_sha256 = :token"), {"now": now, "token": key}
        )
        return replace(session, last_seen_at=now)


def sha256_of(token: str) -> bytes:
    """What the table keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _session(row: Row[Any], key: bytes, now: datetime) -> Session:
    person = Person(
        row.id, row.email, row.name, PersonRole(row.role), row.must_change_password, row.created_at,
        row.previous_visit_at,
    )  # fmt: skip
    return Session(key, person, row.last_seen_at, row.expires_at, now)
