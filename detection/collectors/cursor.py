"""How far an application's relation has been read. Stored as JSON in the transaction of the events it covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from detection.parsers.application import Position, Row
from vigie.clock import utc_now

REREAD_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class History:
    """A reading of everything up to `until`, done as far as `position`. `first`: nobody has read these rows before."""

    position: Position | None
    until: Position
    first: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """`position`: the last row read in order. `low`: where the recent window begins; no row can still appear at or
    below it unless its transaction lasted longer than the overlap. `reads`: what is read; a cursor of something else
    is worth nothing.
    """

    reads: str
    position: Position | None
    low: Position | None
    history: History | None
    read_through_at: datetime

    @classmethod
    def begin(cls, reads: str, low: Position | None, *, first: bool) -> "Cursor":
        """Newest rows from `low` on at once, all older ones as history."""
        history = History(None, low, first) if low else None
        return cls(reads, low, low, history, utc_now())

    def at(self, newer: Sequence[Row]) -> "Cursor":
        """After these rows in order were read."""
        return replace(self, position=newer[-1].position) if newer else self

    def risen_to(self, low: Position | None) -> "Cursor":
        return replace(self, low=low) if low else self

    def past(self, older: Sequence[Row] | None, limit: int) -> "Cursor":
        """After these rows of the history were read; fewer than `limit` were its last. None: it was not read."""
        if older is None or self.history is None:
            return self
        if len(older) < limit:
            return replace(self, history=None, read_through_at=utc_now())
        return replace(self, history=replace(self.history, position=older[-1].position))

    def due_again(self) -> "Cursor":
        """Once a day all is read again, for what came in by a transaction longer than the overlap."""
        if self.history or self.low is None or utc_now() - self.read_through_at < REREAD_AFTER:
            return self
        return replace(self, history=History(None, self.low, first=False))

    def to_json(self) -> dict[str, object]:
        history = self.history and {
            "position": self.history.position,
            "until": self.history.until,
            "first": self.history.first,
        }
        return {
            "reads": self.reads,
            "position": self.position,
            "low": self.low,
            "history": history,
            "read_through_at": self.read_through_at.isoformat(),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, object]) -> "Cursor | None":
        """None for what no version of ours wrote."""
        try:
            history = found["history"]
            return cls(
                str(found["reads"]),
                _position(found["position"]),
                _position(found["low"]),
                _history(history) if isinstance(history, dict) else None,
                datetime.fromisoformat(str(found["read_through_at"])).astimezone(UTC),
            )
        except (KeyError, ValueError):
            return None


def _history(found: Mapping[str, object]) -> History | None:
    until = _position(found["until"])
    return History(_position(found["position"]), until, bool(found["first"])) if until else None


def _position(found: object) -> Position | None:
    return tuple(str(part) for part in found) if isinstance(found, list) and found else None
