"""Thirty days of account activity, written into the reference service's own database as if it had recorded them."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from api import schema
from api.activity import Activity, Reason
from cli.demo.cast import DOMAIN, Person, cast, password_of
from cli.demo.days import Happening, happenings
from vigie.clock import utc_now
from vigie.store.engine import make_engine, parse_url, transaction

_JUST_NOW = timedelta(minutes=2)  # the live traffic goes on from here
_LOCK = 7_205_931_847


def load_history(api_database_url: str, *, days: int = 30, seed: int) -> int:
    """Writes people and `days` of activity up to now; returns the number of activity rows.

    Where demonstration accounts exist it writes nothing and returns 0, but gives them the password of this seed, so
    that the traffic can log in. `api_database_url` names the owner of the service's tables, which are made if they are
    missing. Raises StoreUnavailable.
    """
    engine = make_engine(
        parse_url(api_database_url, "API_DATABASE_URL"), application="vigie demo", statement_timeout_s=60, pool_size=1
    )
    try:
        with transaction(engine) as connection:
            schema.ensure(connection)
            return _load(connection, days, seed)
    finally:
        engine.dispose()


def _load(connection: Connection, days: int, seed: int) -> int:
    cursor = connection.connection.cursor()
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    password_hash = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(password_of(seed))
    cursor.execute("UPDATE users SET password_hash = %s WHERE email LIKE %s", (password_hash, f"%@{DOMAIN}"))
    if cursor.rowcount:
        return 0
    end = utc_now() - _JUST_NOW
    people = cast(seed)
    joined = {person.email: _joined(person, end, days) for person in people}
    ids = _add_people(cursor, people, joined, password_hash)
    rows = sorted(happenings(people, joined, end, days, seed), key=lambda row: row.at)
    _copy(cursor, rows, ids, joined)
    return len(rows)


def _joined(person: Person, end: datetime, days: int) -> datetime:
    return end - timedelta(days=days) * (1 - person.joined)


def _add_people(
    cursor: DBAPICursor, people: Sequence[Person], joined: dict[str, datetime], password_hash: str
) -> dict[str, int]:
    for person in sorted(people, key=lambda person: joined[person.email]):
        cursor.execute(
            "INSERT INTO users (email, name, password_hash, created_at) VALUES (%s, %s, %s, %s)",
            (person.email, person.name, password_hash, joined[person.email]),
        )
    cursor.execute("SELECT email, id FROM users WHERE email LIKE %s", (f"%@{DOMAIN}",))
    return dict(cursor.fetchall())


def _copy(cursor: DBAPICursor, rows: Iterable[Happening], ids: dict[str, int], joined: dict[str, datetime]) -> None:
    lines = io.StringIO()
    for row in rows:
        exists = row.email in joined and joined[row.email] <= row.at
        reason = row.reason
        if row.what is Activity.LOGIN_FAILURE and not exists:
            reason = Reason.UNKNOWN_ACCOUNT
        fields = (
            row.at.isoformat(), row.what.stored, str(ids[row.email]) if exists else "\\N", row.email,
            row.place.address, row.place.user_agent, reason.value if reason else "\\N",
        )  # fmt: skip
        lines.write("\t".join(fields) + "\n")
    lines.seek(0)
    cursor.copy_expert(
        "COPY account_activity (occurred_at, event, user_id, email, ip, user_agent, reason) FROM STDIN", lines
    )
