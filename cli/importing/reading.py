"""One file into the store, region by region, each in one transaction with its mark."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cli.importing.log_file import LogFile
from detection.collectors.interface import Look
from detection.collectors.ordinals import Ordinals
from detection.keeping import Keeper
from detection.line_reading import Reading, read_lines
from detection.parsers.interface import Origin, Parser
from detection.routes import Routes
from vigie.store.events import Stored
from vigie.store.import_marks import START, Mark, digest_of
from vigie.store.room import Room

REGION = 5000


@dataclass(slots=True)
class Tally:
    """What an import came to. `times` are those of events and requests, the least and the greatest, UTC."""

    lines: int = 0
    added: int = 0
    duplicate: int = 0
    unplaced: int = 0
    requests: int = 0
    ignored: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    old: int = 0
    times: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Importer:
    """Imports into `source`. Events before `kept_since` are counted as old: retention will drop them.

    `room`: on the disk that is stored on, where that can be seen.
    """

    keeper: Keeper
    parser: Parser
    source: str
    zone: ZoneInfo
    kept_since: datetime
    room: Room | None = None

    def read(self, file: LogFile, tally: Tally, tell: Callable[[Tally], None]) -> None:
        """Adds `file` to the store and to `tally`, told after every region. Raises VigieError.

        Equal lines of one instant are counted from the beginning of each file: the same file gives the same events.
        """
        start = START
        ordinals, routes = Ordinals(), Routes()
        for lines in file.batches(REGION):
            mark = Mark(start, len(lines), digest_of(start, lines), file.written_at)
            if self.room is not None:
                self.room.check()
            known = self.keeper.known(self.source, start, lines)
            before, after = self._parsed(lines, known, mark, ordinals, routes)
            ordinals.forget_old()
            look = Look(
                events=[*before.events, *after.events],
                requests=after.requests,
                rejected=after.rejected,
                ignored=after.ignored,
                mark=mark,
            )
            self._count(tally, len(lines), before, after, self.keeper.keep(self.source, look))
            tell(tally)
            start = mark.digest

    def _parsed(
        self, lines: Sequence[bytes], known: Mark | None, mark: Mark, ordinals: Ordinals, routes: Routes
    ) -> tuple[Reading, Reading]:
        """What an earlier import has stored, dated as it was then, and what is new."""
        border = known.lines if known else 0
        before, after = Reading(), Reading()
        for part, seen, into in ((lines[:border], known or mark, before), (lines[border:], mark, after)):
            origin = Origin(self.source, seen.first_seen, self.zone)
            read_lines(part, self.parser, origin, routes, lambda text, at: ordinals.next("", text, at), into)
        return before, after

    def _count(self, tally: Tally, lines: int, before: Reading, after: Reading, stored: Stored) -> None:
        tally.lines += lines
        tally.added += stored.added
        tally.duplicate += stored.duplicate
        tally.unplaced += stored.unplaced
        for reading in (before, after):
            tally.ignored += reading.ignored
            tally.rejected.update(each.sentence for each in reading.rejected)
            tally.old += sum(event.occurred_at < self.kept_since for event in reading.events)
            times = [event.occurred_at for event in reading.events] + [request.at for request in reading.requests]
            if times:
                earlier = tally.times or (times[0], times[0])
                tally.times = min(earlier[0], min(times)), max(earlier[1], max(times))
        tally.requests += len(after.requests)
