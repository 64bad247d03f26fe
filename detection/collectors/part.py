"""One file of a log, plain or gzip, read line by line from a durable place in it.

The place holds digests of the first bytes and of those before the offset. They tell the content again under any name,
as a copy or compressed, and show that a file was truncated or rewritten in place.
"""

import gzip
import os
import stat
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from detection.collectors.interface import CannotLook

LONGEST_LINE = 1 << 20  # the rest of a longer one is passed over
_HEAD, _TAIL = 256, 256
_CHUNK = 256 * 1024
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class Unreadable(Exception):
    """The content of a compressed file is damaged from here on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading a file stands. Offsets and sizes are bytes of its content (of a gzip file: decompressed).

    `size` and `mtime_ns`: the file as it was last seen. `old_until`: what lies before was there at the first look.
    """

    device: int
    inode: int
    offset: int = 0
    head_size: int = 0
    head: str = ""
    tail: str = ""
    size: int = 0
    mtime_ns: int = 0
    old_until: int = 0
    is_skipping: bool = False

    @classmethod
    def from_json(cls, found: Mapping[str, object]) -> "Place":
        """Raises TypeError for what no version of ours wrote."""
        return cls(**found)  # type: ignore[arg-type]

    @property
    def seen_at(self) -> datetime:
        """When the file was last written to, as far as it was seen."""
        return datetime.fromtimestamp(self.mtime_ns / 1e9, UTC)


class Part:
    """An open file. `path` is the name it had when it was opened."""

    def __init__(self, path: str, descriptor: int, is_gzip: bool) -> None:
        self.path = path
        self.offset = 0
        self.old_until = 0
        self._descriptor = descriptor
        self._file = os.fdopen(descriptor, "rb")
        self._gzip = gzip.GzipFile(fileobj=self._file, mode="rb") if is_gzip else None
        self._head = self._tail = b""
        self._is_skipping = False
        self._looked: tuple[int, int] | None = None
        self._stat()
        self.known_ns = self._mtime_ns  # when it was last written to, as far as all of that was looked at

    @classmethod
    def open(cls, path: str, *, follow: bool) -> "Part | None":
        """None if there is no such file. `follow`: it may be a link. Raises CannotLook."""
        try:
            descriptor = os.open(path, _FLAGS | (0 if follow else os.O_NOFOLLOW))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CannotLook(
                f"The file {path} cannot be read: {error.strerror}.",
                "Let the user that runs Vigie read it; for logs below /var/log membership in the group adm is usual.",
            ) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise CannotLook(f"{path} is not a regular file.", "Name a file that the log is written to.")
        return cls(path, descriptor, os.pread(descriptor, 2, 0) == b"\x1f\x8b")

    @property
    def identity(self) -> tuple[int, int]:
        return self._device, self._inode

    @property
    def place(self) -> Place:
        return Place(
            self._device, self._inode, self.offset, len(self._head), _digest(self._head), _digest(self._tail),
            self._size, self._mtime_ns, self.old_until, self._is_skipping,
        )  # fmt: skip

    @property
    def first_seen(self) -> datetime:
        """For lines without a time: when the file was last written to, but not later than now."""
        return datetime.fromtimestamp(min(self._mtime_ns / 1e9, time.time()), UTC)

    @property
    def is_old(self) -> bool:
        return self.offset < self.old_until

    @property
    def is_compressed(self) -> bool:
        return self._gzip is not None

    @property
    def size(self) -> int:
        return self._size

    def goes_on_from(self, place: Place) -> bool:
        """Moves to `place` if this file holds what was read there; else stays. A file that ends before it holds it too:
        a copy that was made earlier. Raises Unreadable."""
        head = self.at(0, place.head_size)
        if not place.offset or _digest(head) != place.head:
            return False
        tail_size = min(_TAIL, place.offset)
        tail = self.at(place.offset - tail_size, tail_size)
        if len(tail) == tail_size and _digest(tail) != place.tail:
            return False
        if len(tail) < tail_size:
            end = self._end(place.offset)
            tail = self.at(max(0, end - _TAIL), min(_TAIL, end))
            self.offset = end
        else:
            self.offset, self._is_skipping = place.offset, place.is_skipping
        self._head, self._tail, self.old_until = head, tail, place.old_until
        return True

    def begins_as(self, other: "Part") -> bool:
        """Whether one of the two is the beginning of the other, as far as their first bytes tell."""
        mine, others = (_head_of(part) for part in (self, other))
        size = min(len(mine), len(others))
        return size > 0 and mine[:size] == others[:size]

    def is_changed(self) -> bool:
        """Whether it was written to since `settle` was last called."""
        return self._gzip is None and self._stat() != self._looked

    def settle(self) -> None:
        """All that it held at the last `is_changed` was looked at."""
        self._looked = (self._size, self._mtime_ns)
        self.known_ns = self._mtime_ns

    def is_intact(self) -> bool:
        """Whether what was read is still there: it was neither truncated nor rewritten."""
        if self._gzip is not None:
            return True
        return (
            os.pread(self._descriptor, len(self._head), 0) == self._head
            and os.pread(self._descriptor, len(self._tail), self.offset - len(self._tail)) == self._tail
        )

    def read(self, lines: int, limit: int) -> tuple[list[bytes], bool]:
        """At most `lines` complete lines of about `limit` bytes, and whether there may be more. Moves on.

        Only what is `is_intact` afterwards is given: else nothing, and it does not move. Raises Unreadable.
        """
        data, is_full = self._ahead(lines, max(limit, 2 * LONGEST_LINE))
        found, used, is_skipping = _lines_of(data, lines, self._is_skipping)
        if not used or not self.is_intact():
            return [], False
        self._moved(data[:used], is_skipping)
        return found, is_full or b"\n" in data[used:]

    def rest(self) -> list[bytes]:
        """What stands after the last line end of a file that nobody writes to any more. Moves on. Raises Unreadable."""
        data, _ = self._ahead(1, LONGEST_LINE)
        if not data or not self.is_intact():
            return []
        was_skipping = self._is_skipping
        self._moved(data, False)
        return [data] if not was_skipping and data.strip(b"\0\r\n\t ") else []

    def close(self) -> None:
        if self._gzip is not None:
            self._gzip.close()
        self._file.close()

    def _moved(self, data: bytes, is_skipping: bool) -> None:
        self._head = (self._head + data[:_HEAD])[:_HEAD] if len(self._head) < _HEAD else self._head
        self._tail = (self._tail + data[-_TAIL:])[-_TAIL:]
        self.offset += len(data)
        self._is_skipping = is_skipping

    def _ahead(self, lines: int, limit: int) -> tuple[bytes, bool]:
        chunks: list[bytes] = []
        size = breaks = 0
        while size < limit and breaks <= lines:
            chunk = self.at(self.offset + size, _CHUNK)
            if not chunk:
                return b"".join(chunks), False
            chunks.append(chunk)
            size += len(chunk)
            breaks += chunk.count(b"\n")
        return b"".join(chunks), True

    def at(self, offset: int, size: int) -> bytes:
        """Its content there, shorter at the end. Raises Unreadable."""
        if self._gzip is None:
            return os.pread(self._descriptor, size, offset)
        try:
            if self._gzip.tell() != offset:
                self._gzip.seek(offset)
            return self._gzip.read(size) if self._gzip.tell() == offset else b""
        except (EOFError, OSError, zlib.error) as error:
            raise Unreadable(str(error)) from error

    def _end(self, most: int) -> int:
        """Where the content ends, if that is before `most`."""
        if self._gzip is None:
            return min(most, self._size)
        self.at(most, 0)
        return self._gzip.tell()

    def _stat(self) -> tuple[int, int]:
        found = os.fstat(self._descriptor)
        self._device, self._inode = found.st_dev, found.st_ino
        self._size, self._mtime_ns = found.st_size, found.st_mtime_ns
        return self._size, self._mtime_ns


def _head_of(part: Part) -> bytes:
    try:
        return part.at(0, _HEAD)
    except Unreadable:
        return b""


def _lines_of(data: bytes, most: int, is_skipping: bool) -> tuple[list[bytes], int, bool]:
    """Complete lines, how many bytes they are, and whether the end stands inside of a line that is too long.

    NULs before a line are passed over: a writer that does not append leaves them where a file was truncated below it.
    """
    nulls = 0 if is_skipping else len(data) - len(data.lstrip(b"\0"))
    *lines, rest = data[nulls:].split(b"\n", most)
    used = len(data) - len(rest)
    if lines and is_skipping:
        lines, is_skipping = lines[1:], False
    if not lines and len(rest) >= LONGEST_LINE and b"\n" not in rest:
        return ([] if is_skipping else [rest[:LONGEST_LINE]]), len(data), True
    return [line[:LONGEST_LINE].lstrip(b"\0") for line in lines if line.strip(b"\0\r\t ")], used, is_skipping


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
