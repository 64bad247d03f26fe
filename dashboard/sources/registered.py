"""The table `sources`, read before every question: who supplies events, who is blind, and whether anything changed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from dashboard.sources.interface import SourceStatus
from vigie.blindness import IMPORT, blind
from vigie.store.watched import WATCHED, watched_of

# A source of this kind supplies logins from the start; any other once it has told of one.
LOGIN_KIND = "application"

_SOURCES = text(WATCHED)
_DEMONSTRATION = text("SELECT value::text FROM instance WHERE key = 'demonstration'")


@dataclass(frozen=True, slots=True)
class Registered:
    """Every source at one instant, and the mark that changes when something to show may have changed."""

    statuses: tuple[SourceStatus, ...]
    mark: str
    logins_since: tuple[datetime, ...]
    """When each supplier of logins was registered, UTC."""

    @property
    def watched(self) -> tuple[SourceStatus, ...]:
        """The sources that go on: an import is as old as it is, and that is no fault."""
        return tuple(status for status in self.statuses if status.kind != IMPORT)

    @property
    def logins(self) -> tuple[SourceStatus, ...]:
        """The suppliers of logins, whose state decides whether an answer about logins can be believed."""
        return tuple(status for status in self.watched if status.supplies_logins)


def read_registered(connection: Connection, now: datetime) -> Registered:
    """Reads `sources`; `now` (UTC) decides who is overdue. Raises what SQLAlchemy raises."""
    rows = connection.execute(_SOURCES).mappings().all()
    statuses = tuple(_status(row, now) for row in rows)
    digest = hashlib.sha256(repr(connection.scalar(_DEMONSTRATION)).encode("utf-8", "replace"))
    for status in statuses:
        # The last look is left out, and the last sign of life goes by the minute: they move every second or two while
        # nothing new is to be seen.
        heard = status.last_sign_at and status.last_sign_at.replace(second=0, microsecond=0)
        shown = (
            status.name, status.title, status.last_event_at, status.last_stored_at, status.stored, status.rejected,
            status.unplaced, status.gaps, status.error, status.blind_since, status.state, status.expects,
            heard,
        )  # fmt: skip
        digest.update(repr(shown).encode("utf-8", "replace"))
    logins_since = tuple(s.registered_at for s in statuses if s.supplies_logins and s.kind != IMPORT)
    return Registered(statuses, digest.hexdigest()[:16], logins_since)


def _status(row: Mapping[Any, Any], now: datetime) -> SourceStatus:
    watched = watched_of(row)
    found = blind(watched, now)
    return SourceStatus(
        name=row["name"],
        title=row["title"],
        kind=row["kind"],
        last_look_at=row["last_look_at"],
        last_event_at=row["last_event_at"],
        blind_since=found.since if found else None,
        stored=row["stored"],
        rejected=row["rejected"],
        unplaced=row["unplaced"],
        error=row["error"],
        error_advice=row["error_advice"],
        registered_at=row["registered_at"],
        blind_why=found.why if found else None,
        expects=watched.expects,
        silence=watched.silence,
        last_sign_at=row["last_sign_at"],
        last_stored_at=row["last_stored_at"],
        supplies_logins=row["supplies_logins"] or row["kind"] == LOGIN_KIND,
        duplicate=row["duplicate"],
        ignored=row["ignored"],
        hits=row["hits"],
        gaps=row["gaps"],
        set_by=row["set_by"],
        set_at=row["set_at"],
    )
