"""What the terminal shows: one readable, prefixed line per line of a child; the line itself goes to its log file."""

import json
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TextIO

from vigie.redaction import redact

_LONGEST_LINE = 64 * 1024
_LOG_LIMIT = 5 * 1024 * 1024
_WIDTH = 9
_PLAIN = ("time", "level", "logger", "message", "exception", "detail", "user_agent")  # the log file has them all
_WORDS_LIMIT = 200


class Output:
    """Shared by the reader threads of all children; lines never mix."""

    def __init__(self, folder: Path, stream: TextIO | None = None) -> None:
        """`folder` takes `<name>.jsonl`, and `<name>.jsonl.1` once the first is over 5 MiB."""
        self._folder = folder
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._last: dict[str, str] = {}

    def say(self, text: str) -> None:
        """A line of the supervisor's own."""
        self._write("vigie", f"{datetime.now(UTC).astimezone():%H:%M:%S}", text)

    def copy(self, name: str, pipe: IO[bytes]) -> None:
        """Until the end of `pipe`: every line to the screen and to the log file. A full disk stops only the file."""
        with pipe:
            for line in iter(lambda: pipe.readline(_LONGEST_LINE), b""):
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                if not text:
                    continue
                self._keep(name, text)
                time, words = readable(text)
                if words:
                    self._last[name] = words
                    self._write(name, time, words)

    def last(self, name: str) -> str:
        """What this child said last, as shown."""
        return printable(self._last.get(name, ""))

    def _write(self, name: str, time: str, words: str) -> None:
        with self._lock:
            try:
                self._stream.write(f"{time} {name:<{_WIDTH}}│ {printable(words)}\n")
                self._stream.flush()
            except (BrokenPipeError, ValueError):  # the terminal is gone; the log files go on
                return

    def _keep(self, name: str, text: str) -> None:
        path = self._folder / f"{name}.jsonl"
        try:
            if path.exists() and path.stat().st_size > _LOG_LIMIT:
                path.replace(path.with_suffix(".jsonl.1"))
            with path.open("a", encoding="utf-8") as file:
                file.write(text + "\n")
        except OSError:
            return


def readable(line: str) -> tuple[str, str]:
    """(local time, words) of a JSON log line, or (now, the line) for anything else. Quiet lines give no words."""
    now = f"{datetime.now(UTC).astimezone():%H:%M:%S}"
    try:
        document = json.loads(line)
    except ValueError:
        return now, redact(line)
    if not isinstance(document, dict) or "message" not in document:
        return now, redact(line)
    if document.get("event") == "http_request" and str(document.get("http_status", "")) < "500":
        return now, ""  # every request is in the log file; the terminal shows what somebody would want to read
    message = str(document["message"])
    told = {key: value for key, value in document.items() if key not in _PLAIN and value not in (None, message)}
    extra = " ".join(f"{key}={value}" for key, value in told.items())
    level = str(document.get("level", "info"))
    mark = "" if level in ("info", "debug") else f"{level.upper()} "
    words = f"{mark}{message} {extra}".rstrip()
    return _local(document.get("time"), now), words if len(words) <= _WORDS_LIMIT else words[:_WORDS_LIMIT] + "…"


def _local(time: object, otherwise: str) -> str:
    try:
        return f"{datetime.fromisoformat(str(time)).astimezone():%H:%M:%S}"
    except ValueError:
        return otherwise


def printable(text: str) -> str:
    """`text` with unprintable characters (control, bidi) shown as escapes: a log line cannot move the cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
