"""The questions of the Logs page, answered from the logs that `vigie up` keeps of its own parts.

They are read straight from their files and not collected: what the console logs of its own sign-ins must not mix with
the logins of the application that it watches.
"""

import heapq
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from dashboard.sources.event_steps import steps_of
from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.log_questions import (
    SEVERITIES,
    Band,
    Choice,
    LineContext,
    LinePlace,
    LogChoices,
    LogLine,
    LogLines,
    LogSearch,
    Volume,
    VolumePart,
)
from dashboard.sources.logs_own_files import SLACK, Entry, entries, parts_in
from vigie.clock import utc_now
from vigie.query.matches import matches
from vigie.severity import Severity

SOURCE = "Vigie's own logs"
PREFIX = "vigie-"
BUDGET_S = 1.5
CONTEXT = timedelta(days=1)
_LOOKS = 1000  # lines between two looks at the clock
_CONSOLE_ERRORS = "console-errors"
_BANDS = (Band.OTHER, Band.WARNING, Band.HIGH, Band.CRITICAL)
_LAST_KEY = "f" * 33  # behind every key of an instant
_MICROSECOND = timedelta(microseconds=1)
T = TypeVar("T")


class OwnLogs:
    """Implements LogQuestions. `folder`: with one `<part>.jsonl` for each part. Safe to use from many threads."""

    polled = True
    about = "Of its own logs Vigie keeps two files of 5 MiB for each part."

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, stream: str) -> bool:
        """Whether there is a log of this name."""
        return stream.startswith(PREFIX) and stream.removeprefix(PREFIX) in parts_in(self._folder)

    def has_preset(self, preset: str) -> bool:
        """Whether the preset looks into these logs."""
        return preset == _CONSOLE_ERRORS

    def choices(self, window: TimeRange) -> Answer[LogChoices]:
        parts = parts_in(self._folder)
        streams = tuple(Choice(f"{PREFIX}{part}", f"Vigie's {part} log") for part in parts)
        presets = (Choice(_CONSOLE_ERRORS, "Console errors"),) if "console" in parts else ()
        return _answer(LogChoices(streams, SEVERITIES, presets))

    def page(self, search: LogSearch, older: LinePlace | None, limit: int) -> Answer[LogLines]:
        window = search.window
        until = window.until if older is None else min(window.until, older.moment + _MICROSECOND)
        walk = _Walk(self._looked_for(search, until), limit, older)
        found = sorted(walk.found, key=lambda entry: entry.at, reverse=True)
        head = found[: _whole_instants(found, limit + walk.shown_before)]
        lines = sorted((_line(entry) for entry in head), key=lambda line: line.place, reverse=True)
        lines = [line for line in lines if older is None or line.place < older]
        if len(lines) > limit or len(head) < len(found) or walk.has_more:
            return _answer(LogLines(tuple(lines[:limit]), lines[:limit][-1].place))
        place = LinePlace.of(walk.back_to, _LAST_KEY) if walk.back_to else None
        return _answer(LogLines(tuple(lines), place), walk.back_to, window)

    def volume(self, search: LogSearch, bins: int) -> Answer[Volume]:
        steps = steps_of(search.window, max(1, bins))
        start, count = steps.floor(search.window.since), len(list(steps.starts(search.window)))
        parts, back_to = self.counts(search, start, steps.length, count)
        return _answer(Volume(start, steps.length, parts), back_to, search.window)

    def counts(
        self, search: LogSearch, start: datetime, step: timedelta, count: int
    ) -> tuple[tuple[VolumePart, ...], datetime | None]:
        """What stands in each of `count` steps from `start` on, and how far back was counted where not all was."""
        counts = {band: [0] * count for band in _BANDS}
        walk = _Walk(self._looked_for(search, search.window.until), None, None)
        for entry in walk.found:
            counts[_band(entry.severity)][(entry.at - start) // step] += 1
        return tuple(VolumePart(band, tuple(each)) for band, each in counts.items()), walk.back_to

    def context(self, place: LinePlace, before: int, after: int) -> Answer[LineContext | None]:
        at = place.moment
        for part in parts_in(self._folder):
            near = sorted(entries(self._folder, part, at - CONTEXT, at + CONTEXT), key=lambda e: (e.at, e.offset))
            own = next((n for n, entry in enumerate(near) if entry.at == at and entry.place == place), None)
            if own is not None:
                first, last = max(0, own - before), own + 1 + after
                lines = [_line(entry) for entry in near[first:last]]
                own -= first
                found = LineContext(
                    tuple(lines[:own]), lines[own], tuple(lines[own + 1 :]), first > 0, last < len(near)
                )
                return _answer(found)
        return _answer(None)

    def _looked_for(self, search: LogSearch, until: datetime) -> Iterator[tuple[Entry, bool]]:
        """Every line of the chosen parts before `until`, newest first, and whether it is one that is looked for."""
        parts = parts_in(self._folder)
        if search.preset is not None:
            parts = [part for part in parts if part == "console" and search.preset == _CONSOLE_ERRORS]
        if search.stream is not None:
            parts = [part for part in parts if f"{PREFIX}{part}" == search.stream]
        since = search.window.since
        read = [entries(self._folder, part, since, until) for part in parts]
        for entry in heapq.merge(*read, key=lambda entry: entry.at, reverse=True):
            yield entry, since <= entry.at < until and _is_wanted(entry, search)


class _Walk:
    """Goes through lines until a page is full, to the end, or for as long as a question may take.

    `found`: what is looked for, all of it down to `back_to`, or down to the end where that is None. `has_more`: it
    stopped because there was enough. `shown_before`: how many of `found` carry the instant of `older` itself.
    """

    def __init__(self, lines: Iterator[tuple[Entry, bool]], limit: int | None, older: LinePlace | None) -> None:
        self.found: list[Entry] = []
        self.back_to: datetime | None = None
        self.has_more = False
        self.shown_before = 0
        ends = time.monotonic() + BUDGET_S
        for number, (entry, is_wanted) in enumerate(lines, 1):
            if limit is not None and self._is_full(limit, entry):
                self.has_more = True
                return
            if number % _LOOKS == 0 and time.monotonic() > ends:
                self.back_to = entry.at + SLACK
                self.found = [each for each in self.found if each.at > self.back_to]
                return
            if is_wanted:
                self.found.append(entry)
                self.shown_before += older is not None and entry.at == older.moment

    def _is_full(self, limit: int, entry: Entry) -> bool:
        """A line that stands in the wrong place may still come for as long as `SLACK`."""
        enough = limit + self.shown_before
        return len(self.found) > enough and entry.at < self.found[enough].at - SLACK


def _whole_instants(found: Sequence[Entry], count: int) -> int:
    """At least `count`, and all of the last one's instant: within it the order of a page is not that of the file."""
    while 0 < count < len(found) and found[count].at == found[count - 1].at:
        count += 1
    return min(count, len(found))


def _is_wanted(entry: Entry, search: LogSearch) -> bool:
    if search.preset is not None and entry.severity < Severity.HIGH:
        return False
    if search.level is not None and entry.severity.word != search.level:
        return False
    if search.query.is_everything:
        return True
    told = {"message": entry.text, "source": f"{PREFIX}{entry.part}", "severity": int(entry.severity)}
    return matches(search.query, told)


def _line(entry: Entry) -> LogLine:
    tone = entry.severity if entry.level else None
    return LogLine(entry.place, f"{PREFIX}{entry.part}", entry.level, tone, entry.text, {"part": entry.part})


def _band(severity: Severity) -> Band:
    if severity >= Severity.HIGH:
        return Band.CRITICAL if severity is Severity.CRITICAL else Band.HIGH
    return Band.WARNING if severity is Severity.MEDIUM else Band.OTHER


def _answer(rows: T, back_to: datetime | None = None, window: TimeRange | None = None) -> Answer[T]:
    """`back_to`: how far was looked, where not to the beginning of the window."""
    if back_to is None or window is None:
        return Answer(rows, utc_now(), SOURCE)
    sentence = f"Searched back to {back_to.astimezone(window.zone):%-d %b %H:%M}."
    return Answer(rows, utc_now(), SOURCE, Completeness.TRUNCATED, sentence, "Choose a shorter window.", back_to)
