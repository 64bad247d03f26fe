"""The files in which `vigie up` keeps what its parts log: their lines, newest first, from any instant on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType

from dashboard.sources.log_questions import LinePlace
from vigie.event import key_of
from vigie.severity import Severity

SLACK = timedelta(seconds=1)
"""By how much a line may stand in the wrong place: threads and processes of a part write as they come."""

_MOST_BYTES = 6 * 1024 * 1024  # of one file; `vigie up` begins another at 5 MiB
_PART = re.compile(r"[a-z]{1,20}", re.ASCII)
_HEAD = re.compile(rb'\{"time": "([0-9T:.+-]{19,35})", "level": "([a-z]{1,10})"', re.ASCII)
_MOST_UNTIMED = 500  # lines of a trace
_SEVERITIES = MappingProxyType({"critical": Severity.CRITICAL, "error": Severity.HIGH, "warning": Severity.MEDIUM})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a part's log. `at`: UTC. `offset`: where it begins, the same when its file has been put aside."""

    at: datetime
    part: str
    offset: int
    raw: bytes

    @property
    def level(self) -> str:
        """As it is written, or empty."""
        head = _HEAD.match(self.raw)
        return head[2].decode() if head else ""

    @property
    def severity(self) -> Severity:
        return _SEVERITIES.get(self.level, Severity.INFORMATIONAL)

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace")

    @property
    def place(self) -> LinePlace:
        """Lines of one instant stand as they were written: a trace can be read."""
        return LinePlace.of(self.at, f"{self.offset:016x}{key_of(self.part, self.text).hex()[:16]}")


def parts_in(folder: Path) -> list[str]:
    """The parts that have a log there."""
    return sorted(path.stem for path in folder.glob("*.jsonl") if _PART.fullmatch(path.stem))


def entries(folder: Path, part: str, since: datetime, until: datetime) -> Iterator[Entry]:
    """The lines of a part from a little after `until` down to a little before `since` (UTC), as they stand, last first.

    A line without a time, such as one of a trace, has that of the line before it.
    """
    for name in (f"{part}.jsonl", f"{part}.jsonl.1"):
        lines, offset, oldest = _lines(folder / name)
        offsets = list(accumulate((len(line) + 1 for line in lines), initial=offset))
        for number in range(_first_after(lines, until + SLACK, oldest) - 1, -1, -1):
            at = _time(lines, number, oldest)
            if at < since - SLACK:
                return
            yield Entry(at, part, offsets[number], lines[number])


def _lines(path: Path) -> tuple[list[bytes], int, datetime]:
    """The whole lines of a file, where the first begins, and a time for those before the first that has one."""
    try:
        with path.open("rb") as file:
            start = max(0, file.seek(0, 2) - _MOST_BYTES)
            file.seek(start)
            data = file.read(_MOST_BYTES)
            oldest = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return [], 0, datetime.min.replace(tzinfo=UTC)  # put aside or taken away this moment, or never there
    if start:
        start += data.find(b"\n") + 1
        data = data[data.find(b"\n") + 1 :]
    return data.split(b"\n")[:-1], start, oldest


def _first_after(lines: Sequence[bytes], instant: datetime, oldest: datetime) -> int:
    """How many lines stand before the first that is later than `instant`: found by halves."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if _time(lines, middle, oldest) <= instant:
            low = middle + 1
        else:
            high = middle
    return low


def _time(lines: Sequence[bytes], number: int, oldest: datetime) -> datetime:
    for before in range(number, max(-1, number - _MOST_UNTIMED), -1):
        head = _HEAD.match(lines[before])
        at = _instant(head[1]) if head else None
        if at is not None:
            return at
    return oldest


def _instant(written: bytes) -> datetime | None:
    try:
        read = datetime.fromisoformat(written.decode())
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else None
