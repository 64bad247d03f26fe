"""Sessions and their refresh tokens. Each refresh token works once; a second use means that it was stolen."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from api.accounts import Account, account_of

LIFE = timedelta(days=14)
_MOST_PER_USER = 20
_MOST_TOKENS_PER_SESSION = 100  # used ones are remembered to notice their second use


@dataclass(frozen=True, slots=True)
class Session:
    """A living session and its account."""

    id: UUID
    account: Account


def start(connection: Connection, user_id: int) -> tuple[UUID, str]:
    """Opens a session; returns its id and first refresh token. The account's ended and oldest sessions are removed."""
    session_id = uuid.uuid4()
    connection.execute(
        text("INSERT INTO sessions (id, user_id, expires_at) VALUES (:id, :user_id, clock_timestamp() + :life)"),
        {"id": session_id, "user_id": user_id, "life": LIFE},
    )
    connection.execute(
        text(
            "DELETE FROM sessions WHERE user_id = :user_id AND (expires_at < clock_timestamp() OR id IN "
            "(SELECT id FROM sessions WHERE user_id = :user_id ORDER BY created_at DESC OFFSET :most))"
        ),
        {"user_id": user_id, "most": _MOST_PER_USER},
    )
    return session_id, _add_token(connection, session_id)


def find(connection: Connection, session_id: UUID, user_id: int) -> Session | None:
    """The session if it is neither revoked nor expired and its account is not disabled."""
    alive = connection.scalar(
        text(
            "SELECT true FROM sessions WHERE id = :id AND user_id = :user_id AND revoked_at IS NULL "
            "AND expires_at > clock_timestamp()"
        ),
        {"id": session_id, "user_id": user_id},
    )
    account = account_of(connection, user_id) if alive else None
    return Session(session_id, account) if account and not account.disabled else None


def exchange(connection: Connection, token: str) -> tuple[Session, str | None] | None:
    """The session of a good token and its next token; no next one for a token used before: its session ends.

    None for a token that is unknown, expired or revoked.
    """
    row = connection.execute(
        text(
            "SELECT t.used_at, s.id, s.user_id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id "
            "WHERE t.token_sha256 = :digest FOR UPDATE OF t"
        ),
        {"digest": _digest(token)},
    ).one_or_none()
    session = find(connection, row.id, row.user_id) if row else None
    if row is None or session is None:
        return None
    if row.used_at is not None:
        revoke(connection, session.id)
        return session, None
    connection.execute(
        text("UPDATE refresh_tokens SET used_at = clock_timestamp() WHERE token_sha256 = :digest"),
        {"digest": _digest(token)},
    )
    connection.execute(
        text(
            "DELETE FROM refresh_tokens WHERE session_id = :id AND token_sha256 IN (SELECT token_sha256 "
            "FROM refresh_tokens WHERE session_id = :id ORDER BY issued_at DESC OFFSET :most)"
        ),
        {"id": session.id, "most": _MOST_TOKENS_PER_SESSION - 1},
    )
    return session, _add_token(connection, session.id)


def revoke(connection: Connection, session_id: UUID) -> None:
    """Ends one session: its access and refresh tokens are dead from here on."""
    connection.execute(text("UPDATE sessions SET revoked_at = clock_timestamp() WHERE id = :id"), {"id": session_id})


def revoke_all(connection: Connection, user_id: int) -> None:
    """Ends every session of an account."""
    connection.execute(
        text("UPDATE sessions SET revoked_at = clock_timestamp() WHERE user_id = :user_id AND revoked_at IS NULL"),
        {"user_id": user_id},
    )


def _add_token(connection: Connection, session_id: UUID) -> str:
    token = secrets.token_urlsafe(32)
    connection.execute(
        text("INSERT INTO refresh_tokens (token_sha256, session_id) VALUES (:digest, :session_id)"),
        {"digest": _digest(token), "session_id": session_id},
    )
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
