"""The two formats. Both end with a line that says how it ended: a file without its end line is not whole.

`CSV`: RFC 4180 with a header; the last column, `export_note`, says what the reader must know about a row, and the end
line stands in it alone. UTF-8 with a byte-order mark, without which Excel reads names as another alphabet.
`JSON lines`: one object a line, first one about the export, last one its end; ASCII, everything else escaped.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from dashboard.exports.cells import csv_cell, json_value
from dashboard.exports.declaration import Cell

NOTE = "export_note"


class End(Enum):
    """How an export ended; the value goes into the file and the audit table."""

    COMPLETE = "complete"  # every row of the view is in the file
    INCOMPLETE = "incomplete"  # all that could be read is, and the notes say what could not
    BROKEN_OFF = "broken off"


@dataclass(frozen=True, slots=True)
class Ending:
    """The last line. `reason`: a sentence, for every end but COMPLETE."""

    id: str
    end: End
    rows: int
    reason: str
    about: Mapping[str, Any]


class Format(Protocol):
    """How rows become lines of text."""

    media: str
    suffix: str

    def begin(self, headers: Sequence[str], about: Mapping[str, Any]) -> str: ...

    def row(self, headers: Sequence[str], cells: Sequence[Cell], note: str) -> str: ...

    def end(self, headers: Sequence[str], ending: Ending) -> str: ...


class Csv:
    media = "text/csv; charset=utf-8"
    suffix = "csv"

    def begin(self, headers: Sequence[str], about: Mapping[str, Any]) -> str:
        return "\ufeff" + _line([*headers, NOTE])

    def row(self, headers: Sequence[str], cells: Sequence[Cell], note: str) -> str:
        return _line([*(csv_cell(cell) for cell in cells), csv_cell(note)])

    def end(self, headers: Sequence[str], ending: Ending) -> str:
        said = f"End of export {ending.id}: {ending.end.value}, {ending.rows} rows. {ending.reason}".rstrip()
        about = ", ".join(f"{name} {_said(value)}" for name, value in ending.about.items() if value not in (None, {}))
        return _line([*("" for _ in headers), csv_cell(f"{said.rstrip('.')}. About: {about}.")])


class JsonLines:
    media = "application/x-ndjson"
    suffix = "jsonl"

    def begin(self, headers: Sequence[str], about: Mapping[str, Any]) -> str:
        return _object({"export": "begin", **about})

    def row(self, headers: Sequence[str], cells: Sequence[Cell], note: str) -> str:
        values = dict(zip(headers, (json_value(cell) for cell in cells), strict=True))
        return _object(values | {NOTE: note or None})

    def end(self, headers: Sequence[str], ending: Ending) -> str:
        return _object(
            {"export": "end", "id": ending.id, "end": ending.end.value, "rows": ending.rows, "reason": ending.reason}
        )


FORMATS: Mapping[str, Format] = {"csv": Csv(), "jsonl": JsonLines()}
"""By the name that the browser sends."""


def _line(cells: Sequence[str]) -> str:
    written: str = csv.writer(_ECHO).writerow(cells)  # what `write` gives back
    return written


class _Echo:
    """A file that hands back what is written to it: a row needs no buffer of its own."""

    def write(self, text: str) -> str:
        return text


_ECHO = _Echo()


def _object(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def _said(value: object) -> str:
    return " ".join(f"{name}={each}" for name, each in value.items()) if isinstance(value, Mapping) else str(value)
