"""Accounts in the table `users`. E-mail addresses are kept in lower case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from api.errors import ApiError


@dataclass(frozen=True, slots=True)
class Account:
    """One row of `users`; `created_at` is UTC."""

    id: int
    email: str
    name: str
    bio: str
    password_hash: str
    created_at: datetime
    disabled: bool

    def as_json(self) -> dict[str, Any]:
        """What its owner may see."""
        created = self.created_at.isoformat().replace("+00:00", "Z")
        return {"id": self.id, "email": self.email, "name": self.name, "bio": self.bio, "created_at": created}


def create(connection: Connection, *, email: str, name: str, password_hash: str) -> Account:
    """Adds an account. Raises ApiError 409 when the address is taken."""
    row = connection.execute(
        text(
            "INSERT INTO users (email, name, password_hash) VALUES (:email, :name, :password_hash) "
            "ON CONFLICT (email) DO NOTHING RETURNING *"
        ),
        {"email": email, "name": name, "password_hash": password_hash},
    ).one_or_none()
    if row is None:
        raise _taken()
    return _account(row)


def account_of(connection: Connection, user_id: int) -> Account | None:
    """The account with this id."""
    row = connection.execute(text("SELECT * FROM users WHERE id = :id"), {"id": user_id}).one_or_none()
    return _account(row) if row else None


def account_named(connection: Connection, email: str) -> Account | None:
    """The account with this address, given in lower case."""
    row = connection.execute(text("SELECT * FROM users WHERE email = :email"), {"email": email}).one_or_none()
    return _account(row) if row else None


def update_profile(
    connection: Connection, user_id: int, *, name: str | None, bio: str | None, email: str | None
) -> Account:
    """Changes what is given and leaves the rest. Raises ApiError 409 when the new address is taken."""
    try:
        row = connection.execute(
            text(
                "UPDATE users SET name = coalesce(:name, name), bio = coalesce(:bio, bio), "
                "email = coalesce(:email, email) WHERE id = :id RETURNING *"
            ),
            {"id": user_id, "name": name, "bio": bio, "email": email},
        ).one()
    except IntegrityError as error:
        raise _taken() from error
    return _account(row)


def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    """Replaces the hash."""
    connection.execute(
        text("UPDATE users SET password_hash = :password_hash WHERE id = :id"),
        {"id": user_id, "password_hash": password_hash},
    )


def _account(row: Row[Any]) -> Account:
    return Account(
        row.id, row.email, row.name, row.bio, row.password_hash, row.created_at, disabled=row.disabled_at is not None
    )


def _taken() -> ApiError:
    return ApiError(409, "There is already an account with this e-mail address.", "Log in, or use another address.")
