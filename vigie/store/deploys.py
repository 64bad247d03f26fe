"""Deploys that were marked: they stand on the charts beside what they may have caused."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from vigie.errors import VigieError
from vigie.event import SUCCESS, clean_text
from vigie.store.audit import record_action

NAME_LIMIT = 80
MOST = 200
_MARK = text("INSERT INTO deploys (at, name, marked_by) VALUES (:at, :name, :by)")
_BETWEEN = text("""
    SELECT at, name FROM (
        SELECT at, name FROM deploys WHERE at >= :since AND at < :until ORDER BY at DESC LIMIT :most
    ) newest ORDER BY at
""")


@dataclass(frozen=True, slots=True)
class Deploy:
    """One mark. `at`: UTC."""

    at: datetime
    name: str


def mark_deploy(connection: Connection, name: str, at: datetime, actor: str) -> Deploy:
    """Keeps the mark and its record in the caller's transaction. Raises VigieError for a name that is none."""
    said = clean_text(name.strip(), NAME_LIMIT + 1)
    if not said or len(said) > NAME_LIMIT:
        raise VigieError(f"A deploy needs a name of 1 to {NAME_LIMIT} characters.", "A version or a commit will do.")
    connection.execute(_MARK, {"at": at, "name": said, "by": actor})
    record_action(connection, actor=actor, action="deploy_marked", outcome=SUCCESS, target=said)
    return Deploy(at, said)


def deploys_between(connection: Connection, since: datetime, until: datetime) -> list[Deploy]:
    """Oldest first, at most the newest 200. Times are UTC."""
    found = connection.execute(_BETWEEN, {"since": since, "until": until, "most": MOST})
    return [Deploy(at, name) for at, name in found]
