"""One log as the files it is spread over: those rotated away that are not finished, the oldest first, then the current.

A file that was renamed is read on through its open descriptor, and after a restart found again by its inode or by what
it holds: as a copy or compressed. What cannot be found again is a gap.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from detection.collectors.interface import CannotLook
from detection.collectors.listing import rotated_beside, with_inode
from detection.collectors.part import Part, Place, Unreadable
from vigie.clock import utc_now
from vigie.store.unread import Gap

_REST_S, _FINISHED_S = 10.0, 600.0  # nobody has written to a rotated file for that long
_MISSING_S = 10.0  # between renaming a log and its first new line nothing has its name
_ENDLESS = 1 << 62
_UNREAD_HISTORY, _OPEN = 3, 64
_REMEMBERED = 8
_FOREIGN = (
    "Rotated files that are compressed with anything but gzip are not read: {count} of this log, the newest {path}. "
    "Unpack them and hand them to `vigie import`, as with `xz -dc FILE | scripts/vigie import FORMAT -`."
)
_COPIED = "Its copy is read to its end; what was written between copying and truncating is in neither."


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one file. `is_old`: they were there before the log was first looked at."""

    lines: Sequence[bytes]
    first_seen: datetime
    is_old: bool


class Trail:
    """Follows the log at `path` from a stored state on; None: it was never read. Not for use by several threads."""

    def __init__(self, path: str, found: Mapping[str, object] | None) -> None:
        self._path = path
        self._folder = str(Path(path).resolve().parent)
        self._parts: list[Part] = []
        stored = found or {}
        self._waiting = _places(stored.get("parts"))  # what was read by an earlier run and is not open yet
        self._history = _places(stored.get("history"))  # what was there at the first look and nobody has begun
        self._finished = _places(stored.get("finished"))
        self._is_known = bool(self._waiting)
        self._since_ns = 0
        self._missing_since: float | None = None
        self._gaps: list[Gap] = []

    @property
    def last_seen_at(self) -> datetime | None:
        """When its newest file was last written to."""
        places = self._open_places()
        return places[-1].seen_at if places else None

    def read(self, lines: int, limit: int) -> tuple[list[Lines], list[Gap], bool]:
        """At most `lines` new lines of about `limit` bytes; gaps; whether there may be more. Raises CannotLook."""
        self._follow()
        found: list[Lines] = []
        more = False
        for part in list(self._parts):
            taken = sum(len(each.lines) for each in found)
            if taken >= lines:
                more = True
                break
            batch, is_full = self._read_part(part, lines - taken, limit)
            found += batch
            more = more or is_full
            if is_full:
                break  # in order: the next file only after all of this one
        gaps, self._gaps = self._gaps, []
        return found, gaps, more

    def to_json(self) -> dict[str, object]:
        lists = {"parts": self._open_places(), "history": self._history, "finished": self._finished}
        return {name: [asdict(place) for place in places] for name, places in lists.items() if places}

    def close(self) -> None:
        self._waiting = self._open_places()
        for part in self._parts:
            part.close()
        self._parts = []

    def _open_places(self) -> list[Place]:
        return [*self._waiting, *(part.place for part in self._parts)]

    def _read_part(self, part: Part, lines: int, limit: int) -> tuple[list[Lines], bool]:
        is_last = part is self._parts[-1]
        is_old, first_seen = part.is_old, part.first_seen
        try:
            batch, is_full = part.read(lines, limit) if part.is_compressed or part.is_changed() else ([], False)
            if not is_full:
                part.settle()
                idle_s = _ENDLESS if part.is_compressed else time.time() - part.place.mtime_ns / 1e9
                if not is_last and idle_s > _REST_S:
                    batch = [*batch, *part.rest()]
                if not is_last and idle_s > _FINISHED_S:
                    self._finish(part)
        except Unreadable:
            self._lost(part.place, f"{part.path} is damaged from byte {part.offset} of its content on.")
            self._finish(part)
            batch, is_full = [], False
        return ([Lines(batch, first_seen, is_old)] if batch else []), is_full

    def _finish(self, part: Part) -> None:
        self._finished = [*self._finished, part.place][-_REMEMBERED:]
        self._parts.remove(part)
        part.close()

    def _follow(self) -> None:
        """Brings the list of files up to date: opens what is stored, sees rotation, truncation and rewriting."""
        current = self._current()
        if current is not None and not self._is_known:
            self._begin(current)
        elif current is not None:
            self._reopen(current)
            self._come_to(current)
        while self._history and self._unread_history() < _UNREAD_HISTORY and len(self._parts) < _OPEN:
            self._open_history(self._history[0])

    def _unread_history(self) -> int:
        """How many files of the history are open and not read to their end. One that is may stay open for minutes."""
        return sum(
            part.old_until == _ENDLESS and (part.is_compressed or part.offset < part.size) for part in self._parts
        )

    def _come_to(self, current: Part) -> None:
        """Makes `current` the newest file, after whatever came and went between it and the newest so far."""
        last = self._parts[-1] if self._parts else None
        since_ns = last.known_ns if last is not None else self._since_ns
        if last is not None and not last.is_intact():
            since_ns = self._truncated(last, current)
        elif last is not None and last.identity == current.identity:
            current.close()
            if not last.offset and last.is_changed():  # another content may have come and gone before this one
                newer = self._newer(since_ns, last)
                self._parts[-1:] = [*newer, last]
                if newer:
                    self._lost(newer[0].place, f"{self._path} was truncated. {_COPIED}")
            return
        self._parts += [*self._newer(since_ns, current), current]

    def _current(self) -> Part | None:
        """The file that has the name now; None while a known log has none for a moment, or where nothing is new.

        Raises CannotLook where it is missing for good.
        """
        last = self._parts[-1] if self._parts and not self._waiting else None
        if last is not None and not last.is_changed() and _identity_at(self._path) == last.identity:
            self._missing_since = None
            return None
        current = Part.open(self._path, follow=True)
        now = time.monotonic()
        if current is not None:
            self._missing_since = None
            return current
        self._missing_since = self._missing_since or now
        if self._parts and now - self._missing_since < _MISSING_S:
            return None
        raise CannotLook(
            f"There is no file {self._path}.", "Start what writes it, or correct its path in sources.toml."
        )

    def _begin(self, current: Part) -> None:
        """The first look: everything that is there is history, the rotated files first."""
        foreign = rotated_beside(self._path, foreign=True)
        if foreign:
            self._gaps.append(Gap(None, utc_now(), _FOREIGN.format(count=len(foreign), path=foreign[-1])))
        for path in rotated_beside(self._path):
            part = _opened(path)
            if part is not None:
                if part.identity != current.identity and part.size and not part.begins_as(current):
                    self._history.append(replace(part.place, old_until=_ENDLESS))
                part.close()
        current.old_until = current.size
        self._parts.append(current)
        self._is_known = True

    def _open_history(self, place: Place) -> None:
        part = self._found_again(place)
        self._history.pop(0)
        if part is None:
            self._lost(place, f"A rotated file of {self._path} went away before it was read.")
        else:
            self._parts.insert(sum(each.old_until == _ENDLESS for each in self._parts), part)

    def _reopen(self, current: Part) -> None:
        """Finds again what an earlier run has read."""
        found = [(place, self._found_again(place)) for place in self._waiting]
        newest = self._waiting[-1] if self._waiting else None
        self._waiting = []
        for place, part in found:
            if part is not None:
                self._parts.append(part)
                if (place.device, place.inode) == current.identity != part.identity:
                    self._lost(place, f"{self._path} was truncated. {_COPIED}")
            elif place.offset and (place is newest or place.size > place.offset):
                self._lost(place, f"What was read as {self._path} is gone; it was read up to byte {place.offset}.")
            if part is None:
                self._finished = [*self._finished, place][-_REMEMBERED:]
                self._since_ns = place.mtime_ns

    def _found_again(self, place: Place) -> Part | None:
        """The file of that inode or, where it holds something else now, a copy of what was read there."""
        for path in self._candidates(place):
            part = _opened(path)
            if part is None:
                continue
            is_same = part.identity == (place.device, place.inode)
            if _goes_on(part, place) or (is_same and not place.offset):
                part.old_until = place.old_until
                part.known_ns = min(part.known_ns, place.mtime_ns) if is_same else part.known_ns
                return part
            part.close()
        return None

    def _candidates(self, place: Place) -> Iterator[str]:
        found = with_inode(self._folder, place.inode)
        if found is not None:
            yield found
        yield from reversed(rotated_beside(self._path))
        yield self._path

    def _truncated(self, last: Part, current: Part) -> int:
        """The file holds something else than what was read: it was copied and truncated, or rewritten.

        Returns when (nanoseconds since 1970) what was read was last written to.
        """
        place, since_ns = last.place, last.known_ns
        copy = self._found_again(place)
        self._parts.remove(last)
        last.close()
        if copy is not None and copy.identity != current.identity:
            self._parts.append(copy)
            since_ns = copy.known_ns
            reason = _COPIED
        elif copy is not None:
            copy.close()
            current.goes_on_from(place)
            reason = "What was cut off is missing, if it had not been read."
        else:
            self._finished = [*self._finished, place][-_REMEMBERED:]
            reason = f"No copy of it was found: what was written after byte {place.offset} is missing, if anything was."
        self._lost(place, f"{self._path} was truncated. {reason}")
        return since_ns

    def _newer(self, since_ns: int, current: Part) -> list[Part]:
        """Rotated files that were last written to since then: whole logs that came and went meanwhile."""
        read = [*self._finished, *self._history, *(part.place for part in self._parts)]
        identities = {current.identity, *((place.device, place.inode) for place in read)}
        found = []
        for path in rotated_beside(self._path):
            part = _opened(path)
            if part is None:
                continue
            is_later = part.known_ns >= since_ns and part.size > 0 and part.identity not in identities
            if is_later and not part.begins_as(current) and not any(_goes_on(part, place) for place in read):
                found.append(part)
            else:
                part.close()
        return found

    def _lost(self, place: Place, reason: str) -> None:
        self._gaps.append(Gap(place.seen_at if place.mtime_ns else None, utc_now(), reason))


def _opened(path: str) -> Part | None:
    """A rotated file, never through a link; one that may not be read is as none."""
    try:
        return Part.open(path, follow=False)
    except CannotLook:
        return None


def _goes_on(part: Part, place: Place) -> bool:
    try:
        return part.goes_on_from(place)
    except Unreadable:
        return False


def _identity_at(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _places(found: object) -> list[Place]:
    return [Place.from_json(each) for each in found] if isinstance(found, list) else []
