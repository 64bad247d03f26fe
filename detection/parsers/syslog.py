"""The envelope of a system log line: who said it, where and when.

Read are RFC 3164 (`Nov 20 10:00:00 web-1 sshd[811]: …`), the same with an ISO 8601 time (as rsyslog and journalctl
write it), RFC 5424, each with or without `<priority>`, and journald's JSON export.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from detection.parsers.interface import Ignored, Origin, Rejected, rejected
from detection.parsers.json_record import document_of, found_in, text_in
from detection.parsers.text import EMPTY, LONGEST_LINE, NAME_LIMIT, TOO_LONG, raw_document, raw_line, shown
from detection.parsers.timestamps import epoch_instant, iso_instant, syslog_instant

_LINE = re.compile(
    r"(?a)(?:<\d{1,3}>)?(?:(?P<old>[A-Z][a-z]{2} [ 0-3]?\d \d\d:\d\d:\d\d(?:\.\d{1,9})?)"
    r"|(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,16}))"
    r" (?P<host>\S{1,255}) (?P<program>[^\s\[:]{1,128})(?:\[\d{1,10}\])?: ?(?P<said>.*)",
    re.DOTALL,
)
_RFC5424 = re.compile(
    r"(?a)<\d{1,3}>1 (?P<iso>\S{1,40}) (?P<host>\S{1,255}) (?P<program>\S{1,128}) \S{1,128} \S{1,128} "
    r"(?:-|\[[^\]]{0,2000}\])(?: (?:\ufeff)?(?P<said>.*))?$",
    re.DOTALL,
)
_NO_LINE, _NO_TIME = "It is no line of a system log.", "Its time cannot be read."
_NO_MESSAGE = "It has no message."


class Entry(NamedTuple):
    """One line without its envelope. `program` has no path and no process number."""

    at: datetime
    host: str | None
    program: str
    said: str
    raw: Mapping[str, object]


def entry_of(text: str, origin: Origin) -> Entry | Ignored | Rejected:
    """The entry in one line, or in one object of `journalctl -o json`."""
    line = text.strip()
    if not line:
        return Ignored(EMPTY)
    if line.startswith("{"):
        return _journal(line, origin)
    if len(line) > LONGEST_LINE:
        return rejected(TOO_LONG, text)
    found = _LINE.fullmatch(line) or _RFC5424.fullmatch(line)
    if not found:
        return rejected(_NO_LINE, text)
    parts = found.groupdict()
    old = parts.get("old")
    at = syslog_instant(old, origin.zone, origin.first_seen) if old else iso_instant(parts["iso"], origin.zone)
    if at is None:
        return rejected(_NO_TIME, text)
    host = shown(parts["host"], NAME_LIMIT) or origin.host
    return Entry(at, host, _base_name(parts["program"]), (parts["said"] or "").strip(), raw_line(text, origin))


def _journal(line: str, origin: Origin) -> Entry | Rejected:
    document = document_of(line)
    if not isinstance(document, dict):
        return document
    at = epoch_instant(found_in(document, "_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"))
    if at is None:
        return rejected(_NO_TIME, line)
    message = _journal_text(document.get("MESSAGE"))
    if message is None:
        return rejected(_NO_MESSAGE, line)
    return Entry(
        at=at,
        host=shown(text_in(document, "_HOSTNAME"), NAME_LIMIT) or origin.host,
        program=_base_name(text_in(document, "SYSLOG_IDENTIFIER", "_COMM") or ""),
        said=message.strip(),
        raw=raw_document(document, line, origin),
    )


def _journal_text(value: Any) -> str | None:
    """Text, or the list of bytes that journald writes for what is no UTF-8."""
    if isinstance(value, list) and all(isinstance(byte, int) and 0 <= byte <= 255 for byte in value):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def _base_name(program: str) -> str:
    return (shown(program, NAME_LIMIT) or "").rpartition("/")[2]
