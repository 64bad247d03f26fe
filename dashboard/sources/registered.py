"""The table `sources`, read before every question: who supplies events, who is blind, and whether anything changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from dashboard.sources.interface import SourceStatus

# A source of this kind supplies logins; its state decides whether an answer about logins can be believed.
LOGIN_KIND = "application"

_SOURCES = text("""
    SELECT name, title, kind, expected_period_s, grace_s, registered_at, last_look_at, last_event_at, last_stored_at,
           stored, rejected, unplaced, error, error_advice,
           (SELECT value::text FROM instance WHERE key = 'demonstration') AS demonstration
    FROM sources ORDER BY title, name
""")


@dataclass(frozen=True, slots=True)
class Registered:
    """Every source at one instant, and the mark that changes when something to show may have changed."""

    statuses: tuple[SourceStatus, ...]
    mark: str
    logins_since: tuple[datetime, ...]
    """When each supplier of logins was registered, UTC."""

    @property
    def logins(self) -> tuple[SourceStatus, ...]:
        return tuple(status for status in self.statuses if status.kind == LOGIN_KIND)


def read_registered(connection: Connection, now: datetime) -> Registered:
    """Reads `sources`; `now` (UTC) decides who is overdue. Raises what SQLAlchemy raises."""
    rows = connection.execute(_SOURCES).mappings().all()
    statuses = []
    digest = hashlib.sha256()
    for row in rows:
        blind = blind_since(
            now,
            timedelta(seconds=row["expected_period_s"] + row["grace_s"]),
            row["last_look_at"] or row["registered_at"],
            row["error"],
        )
        # The last look itself is left out: it moves every second or two while nothing new is to be seen.
        seen = ("name", "last_event_at", "last_stored_at", "stored", "rejected", "unplaced", "error", "demonstration")
        digest.update(repr([str(row[column]) for column in seen] + [str(blind)]).encode("utf-8", "replace"))
        statuses.append(
            SourceStatus(
                row["name"], row["title"], row["kind"], row["last_look_at"], row["last_event_at"], blind,
                row["stored"], row["rejected"], row["unplaced"], row["error"], row["error_advice"],
            )
        )  # fmt: skip
    logins_since = tuple(row["registered_at"] for row in rows if row["kind"] == LOGIN_KIND)
    return Registered(tuple(statuses), digest.hexdigest()[:16], logins_since)


def blind_since(now: datetime, allowed: timedelta, last_look_at: datetime, error: str | None) -> datetime | None:
    """Up to when the source was read, if it is overdue or has said that it cannot look; else None. All UTC."""
    return last_look_at if error is not None or now - last_look_at > allowed else None
