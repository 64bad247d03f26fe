"""Lines in memory: an adapter of LogQuestions that answers by brute force, so what it says is easy to believe."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.log_questions import (
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
from vigie.clock import utc_now
from vigie.query.matches import matches
from vigie.severity import Severity

T = TypeVar("T")
NASTY = "<b>x</b><img src=x onerror=alert(1)>\u202e&amp;{{7*7}}\x1b[31m\x00 javascript:alert(1) http://evil.example/ "
_MINUTE = timedelta(minutes=1)


@dataclass
class FakeLogs:
    """`down`: the sentence of a supplier that does not answer. `note`: what is said of answers that are not whole."""

    lines: list[LogLine] = field(default_factory=list)
    down: str = ""
    note: str = ""
    presets: tuple[Choice, ...] = ()
    polled: bool = True
    titles: dict[str, str] = field(default_factory=dict)
    about: str = "Lines that a test wrote. They are kept as long as it runs."

    def add(self, at: datetime, text: str, stream: str = "api", level: str = "info", **more: object) -> LogLine:
        tone = Severity.HIGH if level == "error" else Severity.INFORMATIONAL
        place = LinePlace.of(at, f"{len(self.lines):032x}")
        line = LogLine(place, stream, level, tone, text, {"stream": stream, "job": "test"}, **more)  # type: ignore[arg-type]
        self.lines.append(line)
        return line

    def choices(self, window: TimeRange) -> Answer[LogChoices]:
        names = sorted({line.stream for line in self.lines})
        streams = tuple(Choice(name, self.titles.get(name, name)) for name in names)
        return self._answer(
            lambda: LogChoices(streams, (Choice("error", "Error"), Choice("info", "Info")), self.presets)
        )

    def page(self, search: LogSearch, older: LinePlace | None, limit: int) -> Answer[LogLines]:
        def make() -> LogLines:
            found = [line for line in self._found(search) if older is None or line.place < older]
            rest = found[limit:]
            return LogLines(tuple(found[:limit]), found[limit - 1].place if rest else None)

        return self._answer(make)

    def volume(self, search: LogSearch, bins: int) -> Answer[Volume]:
        def make() -> Volume:
            window = search.window
            step = max(_MINUTE, window.length / bins)
            counts = {Band.OTHER: [0] * (bins + 1), Band.ERROR: [0] * (bins + 1)}
            for line in self._found(search):
                band = Band.ERROR if line.level == "error" else Band.OTHER
                counts[band][int((line.place.moment - window.since) / step)] += 1
            return Volume(window.since, step, tuple(VolumePart(band, tuple(each)) for band, each in counts.items()))

        return self._answer(make)

    def context(self, place: LinePlace, before: int, after: int) -> Answer[LineContext | None]:
        def make() -> LineContext | None:
            line = next((each for each in self.lines if each.place == place), None)
            if line is None:
                return None
            same = sorted((each for each in self.lines if each.stream == line.stream), key=lambda each: each.place)
            at = same.index(line)
            first, last = max(0, at - before), min(len(same), at + 1 + after)
            return LineContext(tuple(same[first:at]), line, tuple(same[at + 1 : last]), first > 0, last < len(same))

        return self._answer(make)

    def _found(self, search: LogSearch) -> list[LogLine]:
        window = search.window
        kept = [
            line
            for line in self.lines
            if window.since <= line.place.moment < window.until
            and search.stream in (None, line.stream)
            and search.level in (None, line.level)
            and matches(search.query, {"message": line.text, "source": line.stream})
        ]
        return sorted(kept, key=lambda line: line.place, reverse=True)

    def _answer(self, make: Callable[[], T]) -> Answer[T]:
        now = utc_now()
        if self.down:
            return Answer(None, now, "Test", Completeness.UNAVAILABLE, self.down, "Start it again.")
        kind = Completeness.TRUNCATED if self.note else Completeness.COMPLETE
        return Answer(make(), now, "Test", kind, self.note)


def some_lines(now: datetime, count: int = 250) -> FakeLogs:
    """One line every ten seconds up to now, each tenth an error, of two streams."""
    logs = FakeLogs()
    for number in range(count):
        at = now - timedelta(seconds=10 * (count - number))
        is_bad = number % 10 == 0
        text = f"line {number:04} {'failed: disk is slow' if is_bad else 'went well'}"
        logs.add(at.astimezone(UTC), text, "postgres" if number % 3 == 0 else "api", "error" if is_bad else "info")
    return logs
