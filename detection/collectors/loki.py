"""Reads lines from Loki: forward from a durable place, and again and again over the recent stretch for late ones.

Loki sorts lines by the time their writer gave them, so one that arrives late stands behind others that were read. A
line is known by what Loki tells lines apart by (time, labels, text): reading it twice gives the same event, and its
request is counted only where it is certain that it was not counted before.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from detection.collectors.interface import CannotLook, Look, Source
from detection.collectors.known_lines import SECOND, KnownLines, digest_of
from detection.collectors.loki_reading import Batch, Reader
from detection.line_reading import Reading, read_lines
from detection.loki_mapping import LokiMapping
from detection.parsers.interface import Origin
from detection.parsers.registry import parser_named
from detection.routes import Routes
from vigie.clients import source as clients
from vigie.clients.errors import SourceError
from vigie.clients.http import HttpClient
from vigie.clients.log_lines import Identity, LogLine, Nanoseconds, moment_of, nanoseconds
from vigie.clients.loki import Loki
from vigie.clock import utc_now
from vigie.store.unread import Gap

_MINUTE, _DAY = 60 * SECOND, 86_400 * SECOND  # a day is also the shortest retention that Loki takes
_RECENT = 30 * SECOND  # most late lines are late by seconds
_RECENT_PAUSE_S, _WHOLE_PAUSE_S = 2.0, 30.0
_SHARE = 10  # sweeping takes at most one part in so many of the time
_LOST = (
    "Loki no longer holds the last line that was read, of {at:%Y-%m-%d %H:%M:%S} UTC: what followed may be gone too, "
    "by its retention or with its disk."
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Unix nanoseconds. `position`: all before it was read. `anchor`: of the newest line that was read, which Loki
    must still hold. `lost_from`: lines from there on may be gone; None: none. `lines`: how many were read.
    """

    position: int
    anchor: int | None = None
    lost_from: int | None = None
    lines: int = 0


@dataclass(slots=True)
class _Sweep:
    """A stretch that is read again, done as far as `position`. `started`: of the monotonic clock."""

    position: int
    until: int
    is_whole: bool
    started: float


class LokiCollector:
    """Collector of one `[[loki]]`. Not for use by several threads."""

    def __init__(self, mapping: LokiMapping, source: clients.Source) -> None:
        self.source = Source(mapping.name, "loki", mapping.title, mapping.expected_period_s, mapping.grace_s)
        self._mapping = mapping
        self._http = HttpClient(source)
        self._reader = Reader(Loki(self._http), mapping.query.text)
        self._parser = parser_named(mapping.format)
        self._routes = Routes(mapping.routes)
        self._zone = ZoneInfo(mapping.time_zone)
        self._lookback = int(mapping.lookback.total_seconds()) * SECOND
        self.resume(None)

    def resume(self, cursor: Mapping[str, object] | None) -> None:
        """Goes on from a stored cursor; None: this source was never read."""
        found = _stored(cursor or {})
        first = nanoseconds(utc_now() - self._mapping.history)
        self._cursor, self._known = found or (Cursor(first), KnownLines(first, capped=first))
        self._saved: Cursor | None = self._cursor if found else None
        self._told: set[datetime] = set()  # instants that Loki holds more of than it gives
        self._is_certain = False  # that Loki is ready, and holds what it held
        self._sweep: _Sweep | None = None
        self._recent_due = self._whole_due = time.monotonic()

    def look(self) -> Look:
        """Raises CannotLook where Loki cannot be asked, is not ready, or does not take the question."""
        try:
            return self._read(nanoseconds(utc_now()))
        except SourceError as error:
            self._is_certain = False
            raise CannotLook(error.sentence, error.advice or "Correct [[loki]] in sources.toml.") from error

    def close(self) -> None:
        self._http.close()

    def _read(self, now: int) -> Look:
        """Asks everything first and moves on last: an answer that fails in the middle leaves all to be read again."""
        cursor = self._cursor if self._is_certain else self._assured(now)
        self._begin_sweep(cursor)
        ahead = self._reader.batch(cursor.position, now)
        behind = self._reader.batch(self._sweep.position, self._sweep.until) if self._sweep else None

        self._is_certain = True
        batches = [behind, ahead] if behind else [ahead]
        fresh, old, known = Reading(), Reading(), Reading()
        for line, digest, is_new in [each for batch in batches for each in self._told_apart(batch.lines)]:
            self._parse(line, digest, known if not is_new else fresh if line.at >= now - _DAY else old)
            cursor = replace(cursor, lines=cursor.lines + is_new)
        self._cursor, gap = self._moved(cursor, ahead, now)
        if behind is not None:
            self._swept(behind)
        self._known.forget_before(self._floor())
        return Look(
            events=fresh.events,
            reread=[*known.events, *old.events],
            rejected=[*old.rejected, *fresh.rejected],
            requests=[*old.requests, *fresh.requests],
            ignored=old.ignored + fresh.ignored,
            gaps=[*([gap] if gap else []), *(batch.gap for batch in batches if batch.gap and self._is_news(batch.gap))],
            cursor=self._to_save(),
            more=not ahead.is_through or self._sweep is not None,
        )

    def _assured(self, now: int) -> Cursor:
        """After a start or a failure: Loki is ready, and whether it still holds what was read. Raises SourceError."""
        not_ready = self._reader.not_ready()
        if not_ready:
            raise CannotLook(f"Loki is not ready: {not_ready}.", "It is asked again by itself.")
        anchor = self._cursor.anchor
        if anchor is None or self._reader.holds(anchor):
            return self._cursor
        was_away_long = self._cursor.position < now - _DAY
        if anchor < now - _DAY and not was_away_long:
            return replace(self._cursor, anchor=None)  # old as it was, it may go; what was not read is young
        return replace(self._cursor, lost_from=self._cursor.lost_from or self._cursor.position)

    def _moved(self, cursor: Cursor, ahead: Batch, now: int) -> tuple[Cursor, Gap | None]:
        """The place after `ahead`, and the gap that ends with it."""
        last = ahead.lines[-1].at if ahead.lines else None
        # A quiet source moves on by minutes, or the cursor would be written at every look.
        through = (now - self._lookback) // _MINUTE * _MINUTE if ahead.is_through else ahead.next
        position = max(cursor.position, through, last or 0)
        gap = None
        if cursor.lost_from is not None and (last is not None or ahead.is_through):
            until = ahead.lines[0].moment if ahead.lines else moment_of(Nanoseconds(now))
            at = moment_of(Nanoseconds(cursor.anchor or cursor.lost_from))
            gap = Gap(moment_of(Nanoseconds(cursor.lost_from)), until, _LOST.format(at=at))
            cursor = replace(cursor, anchor=None, lost_from=None)
        return replace(cursor, position=position, anchor=last or cursor.anchor), gap

    def _begin_sweep(self, cursor: Cursor) -> None:
        now = time.monotonic()
        is_whole = now >= self._whole_due
        if self._sweep is not None or not (is_whole or now >= self._recent_due):
            return
        depth = self._lookback if is_whole else min(_RECENT, self._lookback)
        start = max(cursor.position - depth, self._known.capped)
        if start < cursor.position:
            self._sweep = _Sweep(start, cursor.position, is_whole, now)

    def _swept(self, behind: Batch) -> None:
        assert self._sweep is not None
        self._sweep.position = behind.next
        if not behind.is_through:
            return
        now = time.monotonic()
        pause_s = _SHARE * (now - self._sweep.started)
        self._recent_due = now + max(_RECENT_PAUSE_S, pause_s)
        if self._sweep.is_whole:
            self._whole_due = now + max(_WHOLE_PAUSE_S, pause_s)
        self._sweep = None

    def _floor(self) -> int:
        """Below it no line is looked for any more."""
        floor = (self._cursor.position - self._lookback) // _MINUTE * _MINUTE
        return min(floor, self._sweep.position) if self._sweep else floor

    def _is_news(self, gap: Gap) -> bool:
        """Sweeps meet the same instant again and again."""
        is_news = gap.until not in self._told
        floor = moment_of(Nanoseconds(self._floor()))
        self._told = {gap.until, *(at for at in self._told if at >= floor)}
        return is_news

    def _told_apart(self, lines: Sequence[LogLine]) -> Iterator[tuple[LogLine, int, bool]]:
        """Each line but those that are known, its digest, and whether it was certainly never read before."""
        equal: Counter[Identity] = Counter()
        for line in lines:
            digest = digest_of(line, equal[line.identity])
            equal[line.identity] += 1
            if line.at < self._known.since:
                yield line, digest, False
            elif self._known.add(line, digest):
                yield line, digest, True

    def _parse(self, line: LogLine, digest: int, into: Reading) -> None:
        """What Loki tells lines apart by stands where other sources count equal lines."""
        origin = Origin(self._mapping.name, line.moment, self._zone, labels=line.labels)
        text = line.line.encode("utf-8", "replace")
        read_lines([text], self._parser, origin, self._routes, lambda _identity, _at: digest, into)

    def _to_save(self) -> Mapping[str, object] | None:
        """None where nothing moved."""
        if self._cursor == self._saved:
            return None
        self._saved = self._cursor
        since, known = self._known.to_json()
        return {**asdict(self._cursor), "since": since, "known": known}


def _stored(found: Mapping[str, object]) -> tuple[Cursor, KnownLines] | None:
    """None for what no version of ours wrote."""
    numbers = {name: found.get(name) for name in ("position", "anchor", "lost_from", "lines")}
    since = found.get("since")
    if not isinstance(numbers["position"], int) or not isinstance(since, int):
        return None
    return Cursor(**numbers), KnownLines(since, found.get("known"))  # type: ignore[arg-type]
