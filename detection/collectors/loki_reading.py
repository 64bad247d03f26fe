"""One piece of Loki's lines at a time, oldest first, however much the asked stretch holds."""

from dataclasses import dataclass

from vigie.clients.errors import AskedTooMuch, AskedWrongly, Refused, TooLarge, TooManyAtOnce, TooSlow, WrongAnswer
from vigie.clients.log_lines import Direction, LogLine, Nanoseconds, moment_of
from vigie.clients.loki import MOST_LINES, Loki
from vigie.store.unread import Gap

LINES = 2000
_SECOND = 1_000_000_000
_LONGEST, _SHORTEST = 6 * 3600 * _SECOND, 30 * _SECOND
_FORWARD = Direction.OLDEST_FIRST


@dataclass(frozen=True, slots=True)
class Batch:
    """`lines` in their order. `next`: where to go on (Unix nanoseconds); lines of that instant may come again.

    `is_through`: the end of the stretch was reached. `gap`: lines of one instant that Loki does not give.
    """

    lines: tuple[LogLine, ...]
    next: int
    is_through: bool
    gap: Gap | None = None


class Reader:
    """Asks for the lines of one query. Every method raises SourceError."""

    def __init__(self, loki: Loki, query: str) -> None:
        self._loki = loki
        self._query = query
        self._span = _LONGEST  # of time, that Loki answers for in one question

    def not_ready(self) -> str | None:
        """Why Loki is not ready. One behind a gateway that keeps this question to itself counts as ready."""
        try:
            return self._loki.not_ready()
        except Refused:
            return None
        except WrongAnswer as error:
            if error.status is None or error.status >= 500:
                raise
            return None

    def holds(self, at: int) -> bool:
        """Whether there is a line in the millisecond from `at` (Unix nanoseconds) on."""
        end = Nanoseconds(at + 1_000_000)
        found = self._loki.pages(self._query, Nanoseconds(at), end, limit=1, direction=_FORWARD)
        return any(page.lines for page in found)

    def batch(self, start: int, end: int) -> Batch:
        """The first lines of [start, end), Unix nanoseconds. Where Loki finds that too long, a part is asked for."""
        while True:
            # A part that ended just before now would take lines of the next moment for late ones.
            until = end if end - start <= self._span * 3 // 2 else start + self._span
            try:
                found = self._first(Nanoseconds(start), Nanoseconds(until))
            except (TooSlow, AskedTooMuch):
                shorter = (until - start) // 6
                if shorter < _SHORTEST:
                    raise
                self._span = shorter
                continue
            self._span = min(self._span * 2, _LONGEST)
            return Batch(found.lines, found.next, found.is_through and until == end, found.gap)

    def _first(self, start: Nanoseconds, end: Nanoseconds) -> Batch:
        lines: list[LogLine] = []
        try:
            for page in self._loki.pages(self._query, start, end, limit=LINES, direction=_FORWARD):
                lines += page.lines
                if page.limit_reached and lines[-1].at > start:
                    return Batch(tuple(lines), lines[-1].at, is_through=False)
        except TooManyAtOnce as error:
            return self._instant(Nanoseconds(error.at_ns), tuple(lines))
        return Batch(tuple(lines), end, is_through=True)

    def _instant(self, at: Nanoseconds, lines: tuple[LogLine, ...]) -> Batch:
        """All that Loki gives of one instant, at which `lines` were not all; then on behind it."""
        after = Nanoseconds(at + 1)
        try:
            page = next(self._loki.pages(self._query, at, after, limit=MOST_LINES, direction=_FORWARD))
        except (AskedWrongly, TooLarge) as error:
            return Batch(lines, after, is_through=False, gap=_gap(at, error.sentence))
        said = f"Loki gives {len(page.lines)} lines of one instant and held more."
        return Batch(page.lines, after, is_through=False, gap=_gap(at, said) if page.limit_reached else None)


def _gap(at: Nanoseconds, reason: str) -> Gap:
    return Gap(
        moment_of(at), moment_of(at), f"{reason} Raise max_entries_limit_per_query in Loki, or read fewer streams."
    )
