"""The people of the console: made, listed, disabled, given a role or a password. Each act is recorded with it.

`actor` is who does it: an e-mail, or by default the system user at the command line.
"""

import getpass
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, text

from vigie.errors import VigieError
from vigie.event import SUCCESS, clean_text
from vigie.store.audit import record_action
from vigie.store.passwords import check_new, hash_password, one_time_password

UNUSED_ONE_TIME = timedelta(days=7)
USED_ONE_TIME = timedelta(minutes=15)  # not at once: a tab that was lost before the change must not lock anyone out


class PersonRole(StrEnum):
    """What a person may do; each role may all that the one before it may."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"

    def includes(self, other: "PersonRole") -> bool:
        """Whether this role may do what `other` may."""
        order = list(PersonRole)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person as stored. `password_hash` is never shown. Times are UTC.

    `one_time_since`: when the one-time password was given, None once they have their own.
    """

    id: int
    email: str
    name: str
    role: PersonRole
    password_hash: str
    must_change_password: bool
    created_at: datetime
    disabled_at: datetime | None
    one_time_since: datetime | None
    one_time_used_at: datetime | None

    def one_time_is_over(self, now: datetime) -> bool:
        """Whether the password is a one-time password that lets nobody in any more."""
        if self.one_time_used_at is not None:
            return now - self.one_time_used_at >= USED_ONE_TIME
        return self.one_time_since is not None and now - self.one_time_since >= UNUSED_ONE_TIME


_COLUMNS = (
    "id, email, name, role, password_hash, must_change_password, created_at, disabled_at, "
    "one_time_since, one_time_used_at"
)
_EMAIL = re.compile(r"[^\s@<>\"',;:\x00-\x1f]{1,64}@[^\s@<>\"',;:\x00-\x1f]{1,189}")


def create_person(
    connection: Connection,
    email: str,
    name: str,
    role: PersonRole,
    password: str | None = None,
    *,
    actor: str | None = None,
) -> str:
    """Adds a person and returns the password. Without `password` it is a one-time password, changed at first sign-in.

    Raises VigieError when the e-mail is taken or not one, WeakPassword.
    """
    email = _checked_email(email)
    if find_person(connection, email) is not None:
        raise VigieError(f"{email} already has an account.", "Use another e-mail, or reset that person's password.")
    if password is not None:
        check_new(password, email)
    chosen = password or one_time_password()
    connection.execute(
        text("""INSERT INTO people (email, name, role, password_hash, must_change_password, one_time_since)
                VALUES (:email, :name, :role, :hash, :must_change,
                        CASE WHEN :must_change THEN clock_timestamp() END)"""),
        {
            "email": email,
            "name": clean_text(name.strip(), 200) or email,
            "role": role.value,
            "hash": hash_password(chosen),
            "must_change": password is None,
        },
    )
    _record(connection, "user_created", email, actor, {"role": role.value})
    return chosen


def find_person(connection: Connection, email: str) -> PersonRecord | None:
    """The person with this e-mail, in any case of letters, disabled or not."""
    query = text(f"SELECT {_COLUMNS} FROM people WHERE lower(email) = lower(:email)")  # noqa: S608  (constants only)
    row = connection.execute(query, {"email": clean_text(email.strip(), 320)}).one_or_none()
    return _person(row) if row else None


def list_people(connection: Connection) -> list[PersonRecord]:
    """Everybody, by e-mail, disabled people included."""
    rows = connection.execute(text(f"SELECT {_COLUMNS} FROM people ORDER BY lower(email)"))  # noqa: S608
    return [_person(row) for row in rows]


def reset_password(connection: Connection, email: str, *, actor: str | None = None) -> str:
    """Gives a one-time password, good anew, ends the person's sessions, returns it. Raises VigieError for nobody."""
    person = _known(connection, email)
    chosen = one_time_password()
    _store_password(connection, person.id, chosen, must_change=True)
    end_sessions(connection, person.id)
    _record(connection, "authn_password_change", person.email, actor, {"change": "one-time password given"})
    return chosen


def change_password(connection: Connection, email: str, new: str, *, keep_session: bytes) -> None:
    """The person's own change: ends their other sessions. Raises WeakPassword, VigieError for nobody.

    `keep_session`: the SHA-256 of the session that stays.
    """
    person = _known(connection, email)
    check_new(new, person.email, person.password_hash)
    _store_password(connection, person.id, new, must_change=False)
    end_sessions(connection, person.id, keep=keep_session)
    change = "one-time password replaced by their own" if person.must_change_password else "own password replaced"
    _record(connection, "authn_password_change", person.email, person.email, {"change": change})


def note_first_use(connection: Connection, person_id: int, now: datetime) -> None:
    """Somebody signed in: where it was with a one-time password for the first time, its last minutes begin."""
    connection.execute(
        text("""UPDATE people SET one_time_used_at = :now
                WHERE id = :id AND one_time_since IS NOT NULL AND one_time_used_at IS NULL"""),
        {"now": now, "id": person_id},
    )


def store_rehashed(connection: Connection, person_id: int, password: str) -> None:
    """Stores the same password under today's parameters."""
    connection.execute(
        text("UPDATE people SET password_hash = :hash WHERE id = :id"),
        {"hash": hash_password(password), "id": person_id},
    )


def disable(connection: Connection, email: str, *, actor: str | None = None) -> None:
    """Refuses the person from now on and ends their sessions. Raises VigieError for nobody and for the last admin."""
    person = _known(connection, email)
    _keep_an_admin(connection, person)
    connection.execute(
        text("UPDATE people SET disabled_at = clock_timestamp() WHERE id = :id AND disabled_at IS NULL"),
        {"id": person.id},
    )
    end_sessions(connection, person.id)
    _record(connection, "user_disabled", person.email, actor)


def enable(connection: Connection, email: str, *, actor: str | None = None) -> None:
    """Lets a disabled person in again, with the password they had. Raises VigieError for nobody."""
    person = _known(connection, email)
    connection.execute(text("UPDATE people SET disabled_at = NULL WHERE id = :id"), {"id": person.id})
    _record(connection, "user_enabled", person.email, actor)


def set_role(connection: Connection, email: str, role: PersonRole, *, actor: str | None = None) -> None:
    """Changes what the person may do, within seconds. Raises VigieError for nobody and for the last admin."""
    person = _known(connection, email)
    if role is not PersonRole.ADMIN:
        _keep_an_admin(connection, person)
    connection.execute(text("UPDATE people SET role = :role WHERE id = :id"), {"role": role.value, "id": person.id})
    _record(connection, "privilege_permissions_changed", person.email, actor, {"role": role.value})


def end_sessions(connection: Connection, person_id: int, *, keep: bytes | None = None) -> None:
    """Revokes every session of the person but the one whose SHA-256 is `keep`."""
    connection.execute(
        text("""UPDATE sessions SET revoked_at = clock_timestamp()
                WHERE person_id = :id AND revoked_at IS NULL AND token_sha256 IS DISTINCT FROM :keep"""),
        {"id": person_id, "keep": keep},
    )


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise VigieError("That is not an e-mail address.", "Write it as name@example.org.")
    return email


def _known(connection: Connection, email: str) -> PersonRecord:
    person = find_person(connection, email)
    if person is None:
        raise VigieError(f"Nobody has the e-mail {clean_text(email, 320)}.", "`vigie users list` shows who there is.")
    return person


def _keep_an_admin(connection: Connection, person: PersonRecord) -> None:
    """Two admins who remove each other at the same moment wait for one another here."""
    connection.execute(text("LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE"))
    others = text("SELECT count(*) FROM people WHERE role = 'admin' AND disabled_at IS NULL AND id <> :id")
    if person.role is PersonRole.ADMIN and not connection.scalar(others, {"id": person.id}):
        raise VigieError(f"{person.email} is the last admin.", "Make someone else an admin first.")


def _store_password(connection: Connection, person_id: int, password: str, *, must_change: bool) -> None:
    connection.execute(
        text("""UPDATE people SET password_hash = :hash, must_change_password = :must,
                       one_time_since = CASE WHEN :must THEN clock_timestamp() END, one_time_used_at = NULL
                WHERE id = :id"""),
        {"hash": hash_password(password), "must": must_change, "id": person_id},
    )


def _record(
    connection: Connection, action: str, email: str, actor: str | None, detail: dict[str, Any] | None = None
) -> None:
    who = actor or command_line()
    record_action(connection, actor=who, action=action, outcome=SUCCESS, target=email, detail=detail)


def command_line() -> str:
    """Who acts at the command line, as the audit table names them."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # a container's uid without a name
        return f"command line (uid {os.getuid()})"


def _person(row: Row[Any]) -> PersonRecord:
    return PersonRecord(
        row.id, row.email, row.name, PersonRole(row.role), row.password_hash, row.must_change_password,
        row.created_at, row.disabled_at, row.one_time_since, row.one_time_used_at,
    )  # fmt: skip
