"""Reads lines from Loki: forward from a durable place, and again and again over the recent stretch for late ones.

Loki sorts lines by the time their writer gave them, so one that arrives late stands behind others that were read. A
line is known by what Loki tells lines apart by (time, labels, text). Which lines were read is stored with what they
became, for as long as they may come again: each is taken once, also around a restart.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from detection.collectors.interface import CannotLook, Look, Source
from detection.collectors.known_lines import MOST, SECOND, KnownLines, digest_of
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
_SHARE = 5  # a sweep that took 1 s is followed by 5 s without one of its kind
_LOST = (
    "Loki no longer holds the last line that was read, of {at:%Y-%m-%d %H:%M:%S} UTC: what followed may be gone too, "
    "by its retention or with its disk."
)


_TOO_MANY = (
    "This source brings more than {most:,} lines in the time that late ones may take: one that is older than the "
    "newest {most:,} and comes late from now on is not seen. Lower lookback_minutes, or read fewer streams."
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Unix nanoseconds. `position`: all before it was read. `swept`: by our clock, when late lines were last looked
    for everywhere. `anchor`: of the newest line that was read, which Loki must still hold. `lost_from`: lines from
    there on may be gone; None: none. `lines`: how many were read.
    """

    position: int
    swept: int
    anchor: int | None = None
    lost_from: int | None = None
    lines: int = 0


@dataclass(slots=True)
class _Sweep:
    """A stretch that is read again, done as far as `position`. `began`: by our clock. `took_s`: of work so far."""

    position: int
    until: int
    is_whole: bool
    began: int
    took_s: float = 0.0


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
        now = nanoseconds(utc_now())
        first = now - int(self._mapping.history.total_seconds()) * SECOND
        found = _stored(cursor or {})
        self._cursor, self._known = found or (Cursor(first, now), KnownLines(first, {}))
        self._saved: Cursor | None = self._cursor if found else None
        self._told: set[datetime] = set()  # instants that Loki holds more of than it gives
        self._is_full = False  # that more lines came than are remembered, and it was told
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
        cursor = self._begin_sweep(self._cursor if self._is_certain else self._assured(now), now)
        ahead = self._reader.batch(cursor.position, now)
        started = time.monotonic()
        behind = self._reader.batch(self._sweep.position, self._sweep.until) if self._sweep else None
        fresh, old = Reading(), Reading()
        late = self._take(behind.lines, now, fresh, old) if behind else 0
        took_s = time.monotonic() - started
        taken = late + self._take(ahead.lines, now, fresh, old)

        self._is_certain = True
        cursor, gap = self._moved(replace(cursor, lines=cursor.lines + taken), ahead, now)
        self._cursor = self._swept(cursor, behind, took_s) if behind else cursor
        cramped = self._forget(now)
        seen = [batch.gap for batch in (behind, ahead) if batch and batch.gap and self._is_news(batch.gap)]
        cursor_to_save = self._to_save()
        return Look(
            events=fresh.events,
            reread=old.events,
            rejected=[*old.rejected, *fresh.rejected],
            requests=[*old.requests, *fresh.requests],
            ignored=old.ignored + fresh.ignored,
            gaps=[each for each in (gap, cramped, *seen) if each],
            cursor=cursor_to_save,
            known=self._known.newly() if cursor_to_save else None,
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

    def _begin_sweep(self, cursor: Cursor, now: int) -> Cursor:
        """A line that is `lookback` late at most, and came after the last whole sweep began, is of no earlier time
        than `lookback` before that. What was read ahead of it has no place for late ones: then there is none to do.
        """
        due = time.monotonic()
        is_whole = due >= self._whole_due
        if self._sweep is not None or not (is_whole or due >= self._recent_due):
            return cursor
        start = min(cursor.swept, now) - self._lookback if is_whole else cursor.position - _RECENT
        start = max(start, self._known.since)
        if start < cursor.position:
            self._sweep = _Sweep(start, cursor.position, is_whole, now)
        elif is_whole:
            self._whole_due = due + _WHOLE_PAUSE_S
            return replace(cursor, swept=now)
        return cursor

    def _swept(self, cursor: Cursor, behind: Batch, took_s: float) -> Cursor:
        assert self._sweep is not None
        sweep = self._sweep
        sweep.position = behind.next
        sweep.took_s += took_s
        if not behind.is_through:
            return cursor
        self._sweep = None
        now, pause_s = time.monotonic(), _SHARE * sweep.took_s
        self._recent_due = now + max(_RECENT_PAUSE_S, 0.0 if sweep.is_whole else pause_s)
        if not sweep.is_whole:
            return cursor
        self._whole_due = now + max(_WHOLE_PAUSE_S, pause_s)
        return replace(cursor, swept=sweep.began)

    def _floor(self, now: int) -> int:
        """Below it no line is looked for any more."""
        return min(self._cursor.position, min(self._cursor.swept, now) - self._lookback)

    def _forget(self, now: int) -> Gap | None:
        """Lines that cannot come again; the gap that begins where too many are to be remembered."""
        floor = moment_of(Nanoseconds(self._floor(now)))
        was_full, self._is_full = self._is_full, self._known.forget_before(self._floor(now))
        if was_full or not self._is_full:
            return None
        return Gap(floor, moment_of(Nanoseconds(self._known.since)), _TOO_MANY.format(most=MOST))

    def _is_news(self, gap: Gap) -> bool:
        """Sweeps meet the same instant again and again."""
        is_news = gap.until not in self._told
        since = moment_of(Nanoseconds(self._known.since))
        self._told = {gap.until, *(at for at in self._told if at >= since)}
        return is_news

    def _take(self, lines: Sequence[LogLine], now: int, fresh: Reading, old: Reading) -> int:
        """Reads those that are not known, what is older than a day into `old`. Returns how many they were."""
        equal: Counter[Identity] = Counter()
        taken = 0
        for line in lines:
            identity = line.identity
            digest = digest_of(identity, equal[identity])
            equal[identity] += 1
            if self._known.add(line.at, digest):
                self._parse(line, digest, fresh if line.at >= now - _DAY else old)
                taken += 1
        return taken

    def _parse(self, line: LogLine, digest: int, into: Reading) -> None:
        """What Loki tells lines apart by stands where other sources count equal lines."""
        keeps_all = self._mapping.keeps_all
        origin = Origin(self._mapping.name, line.moment, self._zone, labels=line.labels, keeps_all=keeps_all)
        text = line.line.encode("utf-8", "replace")
        read_lines([text], self._parser, origin, self._routes, lambda _identity, _at: digest, into)

    def _to_save(self) -> Mapping[str, object] | None:
        """None where nothing moved."""
        if self._cursor == self._saved:
            return None
        self._saved = self._cursor
        return {**asdict(self._cursor), "since": self._known.since}


def _stored(found: Mapping[str, object]) -> tuple[Cursor, KnownLines] | None:
    """None for what no version of ours wrote."""
    numbers = {field: found.get(field) for field in ("position", "swept", "anchor", "lost_from", "lines")}
    since, known = found.get("since"), found.get("known")
    if not (isinstance(numbers["position"], int) and isinstance(numbers["swept"], int) and isinstance(since, int)):
        return None
    return Cursor(**numbers), KnownLines(since, known if isinstance(known, dict) else {})  # type: ignore[arg-type]
