"""Reads log files as they grow: one path or pattern, through rotation by rename and by copying and truncating.

The files are polled. A look reads a bounded number of lines; where it stands in each file is the cursor.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from detection.collectors.interface import CannotLook, Look, Source
from detection.collectors.listing import is_pattern, named_by
from detection.collectors.ordinals import Ordinals
from detection.collectors.trail import Lines, Trail
from detection.file_mapping import FileMapping
from detection.line_reading import Reading, read_lines
from detection.parsers.interface import Origin
from detection.parsers.registry import parser_named
from detection.routes import Routes
from vigie.clock import utc_now
from vigie.store.unread import Gap

LINES, BYTES = 2000, 4 << 20
_LIST_S = 1.0
_FORGOTTEN = timedelta(days=30)

_NOTHING = Look()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Quiet:
    """How the files were when a look at them found nothing: until they change, or a second has passed, none will."""

    until: float  # of the monotonic clock: what else a look finds, such as a new file, depends on time
    files: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def of(cls, paths: Sequence[str]) -> "_Quiet | None":
        try:
            return cls(time.monotonic() + _LIST_S, tuple((path, _state(path)) for path in paths)) if paths else None
        except OSError:
            return None  # the look says what is wrong with it

    def holds(self) -> bool:
        try:
            return time.monotonic() < self.until and all(_state(path) == state for path, state in self.files)
        except OSError:
            return False


def _state(path: str) -> tuple[int, ...]:
    found = Path(path).stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


class FileCollector:
    """Collector of one `[[file]]`. Not for use by several threads."""

    def __init__(self, mapping: FileMapping) -> None:
        self.source = Source(mapping.name, "file", mapping.title, mapping.expected_period_s, mapping.grace_s)
        self._mapping = mapping
        self._parser = parser_named(mapping.format)
        self._routes = Routes(mapping.routes)
        self._zone = ZoneInfo(mapping.time_zone)
        self._trails: dict[str, Trail] = {}
        self.resume(None)

    def resume(self, cursor: Mapping[str, object] | None) -> None:
        """Goes on from a stored cursor; None: this source was never read."""
        self.close()
        stored = cursor or {}
        self._stored = stored
        logs = stored.get("logs")
        self._trails = {path: Trail(path, found) for path, found in logs.items()} if isinstance(logs, dict) else {}
        self._ordinals = Ordinals(stored.get("ordinals"))
        self._counted = self._ordinals.to_json()
        self._paths: list[str] = []
        self._listed_at = float("-inf")
        self._turn = 0
        self._quiet: _Quiet | None = None

    def look(self) -> Look:
        """Raises CannotLook where none of the files can be read; one of several is the look's trouble."""
        if self._quiet is not None and self._quiet.holds():
            return _NOTHING
        before = _Quiet.of(self._paths)
        look = self._look()
        self._quiet = before if look.is_empty else None
        return look

    def _look(self) -> Look:
        paths = self._named()
        reading, old, gaps = Reading(), Reading(), list[Gap]()
        trouble: CannotLook | None = None
        left, more, failed = LINES, False, 0
        for path in paths:
            if left <= 0:
                more = True
                break
            try:
                found, lost, is_full = self._trail(path).read(left, BYTES)
            except CannotLook as error:
                trouble, failed = error, failed + 1
                continue
            for lines in found:
                self._parse(path, lines, old if lines.is_old else reading)
                left -= len(lines.lines)
            gaps += lost
            more = more or is_full
        if trouble is not None and failed == len(paths):
            raise trouble
        if left < LINES:  # else nothing can have changed, and this may be thousands of lines
            self._ordinals.forget_old()
            self._counted = self._ordinals.to_json()
        cursor = self._cursor()
        return Look(
            events=reading.events,
            reread=old.events,
            rejected=[*old.rejected, *reading.rejected],
            requests=[*old.requests, *reading.requests],
            gaps=gaps,
            ignored=old.ignored + reading.ignored,
            trouble=trouble,
            cursor=cursor,
            more=more,
        )

    def close(self) -> None:
        for trail in self._trails.values():
            trail.close()

    def _named(self) -> list[str]:
        """The files to look at, each time another one first: one that is always busy must not hold up the others."""
        if time.monotonic() - self._listed_at >= _LIST_S or not self._paths:
            self._paths = named_by(self._mapping.path)
            self._listed_at = time.monotonic()
            self._forget_gone()
        if not self._paths:
            raise CannotLook(f"No file matches {self._mapping.path}.", "Correct path in sources.toml.")
        self._turn = (self._turn + 1) % len(self._paths)
        return self._paths[self._turn :] + self._paths[: self._turn]

    def _trail(self, path: str) -> Trail:
        if path not in self._trails:
            self._trails[path] = Trail(path, None)
        return self._trails[path]

    def _forget_gone(self) -> None:
        """Files of a pattern that were deleted long ago."""
        oldest = utc_now() - _FORGOTTEN
        for path in set(self._trails) - set(self._paths) if is_pattern(self._mapping.path) else ():
            seen_at = self._trails[path].last_seen_at
            if seen_at is None or seen_at < oldest:
                self._trails.pop(path).close()

    def _parse(self, path: str, lines: Lines, into: Reading) -> None:
        origin = Origin(self._mapping.name, lines.first_seen, self._zone, keeps_all=self._mapping.keeps_all)
        read_lines(
            lines.lines, self._parser, origin, self._routes, lambda text, at: self._ordinals.next(path, text, at), into
        )

    def _cursor(self) -> Mapping[str, object] | None:
        """None where nothing moved."""
        moved = {
            "logs": {path: trail.to_json() for path, trail in self._trails.items()},
            "ordinals": self._counted,
        }
        if moved == self._stored:
            return None
        self._stored = moved
        return moved
