"""What an import says while it goes on, and in the end."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TextIO

from cli.importing.log_file import LogFile
from cli.importing.reading import Tally
from cli.output import printable
from vigie.clock import utc_now

_WIDTH = 30
_BAR_S, _LINE_S = 0.1, 5.0


class Progress:
    """A bar on a terminal, else a plain line every few seconds. Errors of a stream that went away are passed over."""

    def __init__(self, files: Sequence[LogFile], stream: TextIO) -> None:
        self._total = sum(file.size or 0 for file in files)
        self._is_known = all(file.size is not None for file in files)
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._done = 0
        self._file: LogFile | None = None
        self._started = time.monotonic()
        self._told_at = self._started if not self._is_terminal else 0.0

    def begin(self, file: LogFile) -> None:
        """`file` comes next."""
        if self._file is not None:
            self._done += self._file.size or 0
        self._file = file

    def tell(self, tally: Tally) -> None:
        """How far it is."""
        now = time.monotonic()
        if now - self._told_at < (_BAR_S if self._is_terminal else _LINE_S):
            return
        self._told_at = now
        speed = tally.lines / max(now - self._started, 0.001)
        words = f"{tally.lines:,} lines, {speed:,.0f} a second"
        if self._is_known and self._file is not None:
            share = min(1.0, (self._done + self._file.done) / max(self._total, 1))
            bar = f"[{'#' * round(share * _WIDTH):<{_WIDTH}}] " if self._is_terminal else ""
            words = f"{bar}{share:4.0%}  {words}"
        self._write(f"\r{words}\x1b[K" if self._is_terminal else f"{words}\n")

    def end(self) -> None:
        if self._is_terminal:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            return


def summary(tally: Tally, source: str, seconds: float, kept: timedelta) -> str:
    """The end of an import in words."""
    rows = [
        ("lines", tally.lines, f"in {seconds:.1f} s, {tally.lines / max(seconds, 0.001):,.0f} a second"),
        ("events", tally.added, f"stored, source {source}"),
        ("already there", tally.duplicate, ""),
        ("requests", tally.requests, "counted by the minute"),
        ("ignored", tally.ignored, "understood, nothing to keep"),
        ("rejected", tally.rejected.total(), _reasons(tally)),
        ("wrong clock", tally.unplaced, "set aside"),
    ]
    lines = [f"{name:<14}{number:>12,}  {words}".rstrip() for name, number, words in rows]
    if tally.times is not None:
        first, last = tally.times
        lines += [f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC", _kept(tally, kept)]
    return "\n".join(lines)


def _reasons(tally: Tally) -> str:
    found = "; ".join(
        f"{count:,} × {printable(sentence).rstrip('.')}" for sentence, count in tally.rejected.most_common(5)
    )
    return found + ("; …" if len(tally.rejected) > 5 else "")


def _kept(tally: Tally, kept: timedelta) -> str:
    if tally.times is None:
        return ""
    if tally.old:
        return (
            f"{tally.old:,} of these events are older than the {kept.days} days that Vigie keeps: the next daily "
            "clean-up drops them. VIGIE_RETENTION_DAYS changes that."
        )
    end = tally.times[0] + kept
    return f"Vigie keeps {kept.days} days: the first of them is dropped on {max(end, utc_now()):%Y-%m-%d}."
