"""Which lines of the newest stretch of Loki have been read: it sorts by the lines' own time, and late ones come behind.

Lines are known by a digest, grouped by second. What is new goes to the store with each look and comes back after a
restart, so that no line is taken twice and no request counted twice.
"""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from hashlib import blake2b

from vigie.clients.log_lines import Identity
from vigie.store.known_lines import NewlyKnown

MOST = 2_000_000  # 8 bytes each, in memory and in the store
SECOND = 1_000_000_000
_DIGEST_BYTES = 8


def digest_of(identity: Identity, place: int) -> int:
    """Of a line's time, labels and text; `place` counts lines that are equal in all of these."""
    data = repr((identity, place)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=_DIGEST_BYTES).digest(), "little")


class KnownLines:
    """Times are Unix nanoseconds. `since`: of what lies at or after it, every line that was read is known."""

    def __init__(self, since: int, found: Mapping[int, bytes]) -> None:
        """`found`: digests by second, as they were given to the store."""
        self.since = since
        self._seconds = {second: _unpacked(digests) for second, digests in found.items()}
        self._count = sum(map(len, self._seconds.values()))
        self._new: dict[int, list[int]] = {}

    def add(self, at: int, digest: int) -> bool:
        """Makes a line of that instant known. False: it was."""
        second = at // SECOND
        known = self._seconds.setdefault(second, array("Q"))
        place = bisect_left(known, digest)
        if place < len(known) and known[place] == digest:
            return False
        known.insert(place, digest)
        self._count += 1
        self._new.setdefault(second, []).append(digest)
        return True

    def forget_before(self, at: int) -> bool:
        """At the end of a look: whole seconds before `at` go, and the oldest ones where there are too many lines.

        Returns whether there were too many.
        """
        for second in [each for each in self._seconds if each < at // SECOND]:
            self._count -= len(self._seconds.pop(second))
        self.since = max(self.since, at // SECOND * SECOND)
        is_full = self._count > MOST
        while self._count > MOST and len(self._seconds) > 1:
            oldest = min(self._seconds)
            self._count -= len(self._seconds.pop(oldest))
            self.since = max(self.since, (oldest + 1) * SECOND)
        return is_full

    def newly(self) -> NewlyKnown:
        """What became known since this was last asked, for the store."""
        new = {second: struct.pack(f"<{len(each)}Q", *each) for second, each in self._new.items()}
        self._new = {}
        return NewlyKnown(new, self.since // SECOND)


def _unpacked(digests: bytes) -> "array[int]":
    return array("Q", sorted(struct.unpack(f"<{len(digests) // _DIGEST_BYTES}Q", digests)))
