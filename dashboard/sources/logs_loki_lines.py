"""Lines of Loki as the Logs page takes them: their keys, whole pages, spans that are searched one after the other."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from dashboard.sources import log_questions
from dashboard.sources.interface import TimeRange
from dashboard.sources.log_questions import LineContext, LinePlace
from dashboard.sources.logs_loki_names import Naming, tone_of
from vigie.clients.errors import BadFilter, TooManyAtOnce
from vigie.clients.literals import Match, Matcher
from vigie.clients.log_lines import LogLine, LogPage, Nanoseconds, moment_of
from vigie.event import key_of

_HOUR = 3600 * 10**9
_SLICES = (_HOUR, 12 * _HOUR, 168 * _HOUR)  # newest first
_LONGEST = 720 * _HOUR  # Loki takes 721 hours in one question as it is shipped
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800)
)


def slices(since: Nanoseconds, until: Nanoseconds) -> Iterator[tuple[Nanoseconds, Nanoseconds]]:
    """[since, until) in pieces, the newest and shortest first: what is found soon is shown, whatever lies behind it."""
    lengths = iter(_SLICES)
    while until > since:
        start = Nanoseconds(max(since, until - next(lengths, _LONGEST)))
        yield start, until
        until = start


def whole_instants(page: LogPage, all_of: Callable[[Nanoseconds], LogPage]) -> tuple[tuple[LogLine, ...], Nanoseconds]:
    """The lines of a page that was cut by its limit, without a part of an instant, and where the next page ends.

    The limit may cut between lines of one nanosecond. Those are left to the next page, or read with `all_of` where they
    are all the page holds. Raises TooManyAtOnce where even that is cut.
    """
    last = page.lines[-1].at
    kept = tuple(line for line in page.lines if line.at != last)
    if kept:
        return kept, Nanoseconds(last + 1)
    instant = all_of(last)
    if instant.limit_reached:
        raise TooManyAtOnce(
            "Loki",
            f"Loki holds more lines of {moment_of(last):%Y-%m-%d %H:%M:%S} UTC than one answer may carry.",
            "Choose one stream, or raise max_entries_limit_per_query in Loki.",
            at_ns=last,
        )
    return instant.lines, last


def stepped(window: TimeRange, bins: int) -> tuple[datetime, timedelta, int]:
    """The start (UTC), the length and the number of steps that cover the window: multiples of a round length."""
    step = next((each for each in _STEPS if window.length / each <= bins - 1), _STEPS[-1])
    start = _EPOCH + (window.since - _EPOCH) // step * step
    return start, step, -((start - window.until) // step)


def key(line: LogLine) -> str:
    """Tells the line from others of its nanosecond, the same at every reading."""
    return key_of(*(part for pair in sorted(line.labels.items()) for part in pair), line.line).hex()[:32]


def shown(line: LogLine, naming: Naming) -> log_questions.LogLine:
    """The line as the page takes it."""
    found = {**line.labels, **line.metadata, **line.parsed}
    level = found.get(naming.level) or found.get("level") or ""
    stream = line.labels.get(naming.stream, "")
    return log_questions.LogLine(
        LinePlace(line.at, key(line)), stream, level, tone_of(level), line.line, {**line.labels, **line.metadata}
    )


def same_stream(line: LogLine) -> tuple[Matcher, ...]:
    """What finds the lines of the same stream: its labels, but those that cannot be asked for."""
    matchers = []
    for name, value in line.labels.items():
        with contextlib.suppress(BadFilter):
            matchers.append(Matcher(name, Match.EQUAL, value))
    return tuple(matcher for matcher in matchers if matcher.value)


def around(line: LogLine, back: LogPage, forth: LogPage, wanted: tuple[int, int], naming: Naming) -> LineContext:
    """The line among its neighbours. `back`: lines before its instant, newest first; `forth`: from its instant on.

    `wanted`: how many before and after.
    """
    before = [each for each in reversed(back.lines) if each.labels == line.labels]
    same = [each for each in forth.lines if each.labels == line.labels]
    at = next((number for number, each in enumerate(same) if each.identity == line.identity), len(same))
    before += same[:at]
    after = same[at + 1 :]
    return LineContext(
        before=tuple(shown(each, naming) for each in before[len(before) - min(wanted[0], len(before)) :]),
        line=shown(line, naming),
        after=tuple(shown(each, naming) for each in after[: wanted[1]]),
        more_before=back.limit_reached or len(before) > wanted[0],
        more_after=forth.limit_reached or len(after) > wanted[1],
    )
