"""One export under way: pages become chunks of bytes; how it ends is told once, whatever ends it."""

import errno
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from dashboard.exports.cells import utc
from dashboard.exports.declaration import Export, Reading, Row, note
from dashboard.exports.formats import End, Ending, Format
from dashboard.sources.interface import Answer
from vigie.errors import VigieError

CHUNK_ROWS = 500
LONGEST_S = 15 * 60.0
"""An export that takes longer is broken off: nobody waits for ever, and its place is another's."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run(Generic[Row]):
    """`id` names the export in the file and in the audit table. `may_go_on`: whether its reader is still let in.

    `ended` is told the end, the rows that have left and the reason, exactly once. `first`: the page that has already
    been read, with rows.
    """

    id: str
    export: Export[Row]
    reading: Reading[Row]
    first: Answer[Sequence[Row]]
    form: Format
    may_go_on: Callable[[], bool]
    ended: Callable[[End, int, str], None]
    monotonic: Callable[[], float] = time.monotonic
    rows: int = 0
    notes: list[str] = field(default_factory=list)
    _is_over: bool = False

    def about(self) -> dict[str, Any]:
        """What the file says about itself."""
        window = self.reading.window
        return {
            "id": self.id,
            "name": self.export.name,
            "title": self.export.title,
            "since": utc(window.since) if window else None,
            "until": utc(window.until) if window else None,
            "times": "UTC",
            "filter": dict(self.reading.filters),
            "rows_expected": self.reading.total,
            "source": self.first.source,
            "as_of": utc(self.first.as_of),
        }

    def chunks(self) -> Iterator[bytes]:
        """The file. Breaks the connection off, after a line that says so, when the rest cannot be read."""
        headers = list(self.export.columns)
        try:
            yield self.form.begin(headers, self.about()).encode()
            for answer in self._pages():
                yield from self._page(answer, headers)
        except GeneratorExit:
            self.finish(End.BROKEN_OFF, "The reader went away.")
            raise
        except VigieError as error:
            yield self._last_line(headers, End.BROKEN_OFF, str(error))
            self.finish(End.BROKEN_OFF, str(error))
            log.warning("export broken off", extra={"export": self.id, "rows": self.rows, "reason": error.sentence})
            raise ConnectionResetError(errno.ECONNRESET, "the export was broken off") from error
        end = End.INCOMPLETE if self.notes else End.COMPLETE
        yield self._last_line(headers, end, " ".join(self.notes))
        self.finish(end, " ".join(self.notes))

    def finish(self, end: End = End.BROKEN_OFF, reason: str = "It was not sent; the console's log says why.") -> None:
        """Tells the end, unless it has been told. The server calls it too, when it closes the connection."""
        if not self._is_over:
            self._is_over = True
            self.ended(end, self.rows, reason)

    def _pages(self) -> Iterator[Answer[Sequence[Row]]]:
        until = self.monotonic() + LONGEST_S
        yield self.first
        for answer in self.reading.pages:
            if answer.rows is None:
                raise VigieError(answer.sentence or "The rest could not be read.", answer.advice)
            if self.monotonic() > until:
                raise VigieError("It took longer than 15 minutes.", "Choose a shorter window.")
            if not self.may_go_on():
                raise VigieError("The session has ended.", "Sign in again.")
            yield answer

    def _page(self, answer: Answer[Sequence[Row]], headers: Sequence[str]) -> Iterator[bytes]:
        said = note(answer, self.reading.window)
        if said and said not in self.notes:
            self.notes.append(said)
        rows: Sequence[Row] = answer.rows or ()
        if self.reading.window and answer.knows_nothing_of(self.reading.window):
            rows = ()  # zeros of a time when nobody looked are not zeros
        values = list(self.export.columns.values())
        for at in range(0, len(rows), CHUNK_ROWS):
            part = rows[at : at + CHUNK_ROWS]
            yield "".join(self.form.row(headers, [value(row) for value in values], said) for row in part).encode()
            self.rows += len(part)

    def _last_line(self, headers: Sequence[str], end: End, reason: str) -> bytes:
        about: Mapping[str, Any] = {name: value for name, value in self.about().items() if name not in _SAID_APART}
        return self.form.end(headers, Ending(self.id, end, self.rows, reason, about)).encode()


_SAID_APART = frozenset({"id", "rows_expected"})
