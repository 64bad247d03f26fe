"""A file to import, opened before anything else: plain, gzip, or standard input."""

import gzip
import os
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from vigie.clock import utc_now
from vigie.errors import ConfigurationError, VigieError

LONGEST_LINE = 1 << 20  # the rest of a longer one is passed over
_MOST = 500


@dataclass(frozen=True, slots=True)
class LogFile:
    """`size` in bytes, None for standard input. `written_at` (UTC) dates lines that carry no time or no year."""

    name: str
    raw: BufferedReader
    size: int | None
    written_at: datetime

    @property
    def done(self) -> int:
        """Bytes read so far; of a gzip file, compressed ones."""
        return self.raw.tell() if self.size is not None else 0

    def close(self) -> None:
        if self.raw is not sys.stdin.buffer:
            self.raw.close()

    def batches(self, lines: int) -> Iterator[list[bytes]]:
        """Its lines without their ends, `lines` at a time. Raises VigieError for damaged content."""
        batch: list[bytes] = []
        try:
            for line in self._lines():
                batch.append(line)
                if len(batch) == lines:
                    yield batch
                    batch = []
        except (OSError, EOFError, zlib.error) as error:
            if batch:
                yield batch
            raise VigieError(
                f"{self.name} cannot be read to its end: {error}.",
                "What was read before is stored; importing the file again once it is whole adds the rest.",
            ) from error
        if batch:
            yield batch

    def _lines(self) -> Iterator[bytes]:
        is_gzip = self.raw.peek(2)[:2] == b"\x1f\x8b"
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=self.raw, mode="rb")) if is_gzip else self.raw
        is_inside = False
        while piece := stream.readline(LONGEST_LINE):
            if not is_inside and piece.strip(b"\0\r\n\t "):
                yield piece.strip(b"\0").rstrip(b"\r\n")
            is_inside = not piece.endswith(b"\n")


def open_all(names: list[str]) -> list[LogFile]:
    """Opens every file, so that a wrong name stops the command before it begins. `-` is standard input.

    Raises ConfigurationError.
    """
    if len(names) > _MOST:
        raise ConfigurationError(f"{len(names)} files are too many for one import.", f"Give at most {_MOST} at a time.")
    return [_opened(name) for name in names]


def _opened(name: str) -> LogFile:
    if name == "-":
        return LogFile("standard input", cast(BufferedReader, sys.stdin.buffer), None, utc_now())
    # The script `vigie` changes its folder; names are meant from where it was called.
    path = Path(os.environ.get("VIGIE_CALLED_FROM", "."), name)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise ConfigurationError(
            f"The file {name} cannot be read: {error.strerror}.", "Correct its name or its permissions."
        ) from error
    found = os.fstat(raw.fileno())
    written_at = datetime.fromtimestamp(min(found.st_mtime, utc_now().timestamp()), UTC)
    return LogFile(name, raw, found.st_size or None, written_at)
