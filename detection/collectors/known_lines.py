"""Which lines of the newest stretch of Loki have been read: it sorts by the lines' own time, and late ones come behind.

Lines are known by a short digest, grouped by second. The cursor carries the newest of them, so that a restart counts
no request twice.
"""

from base64 import b64decode, b64encode
from hashlib import blake2b

from vigie.clients.log_lines import LogLine

MOST = 200_000  # in memory
MOST_STORED = 5000  # with the cursor, but for a single second that holds more
SECOND = 1_000_000_000
_DIGEST_BYTES = 6


def digest_of(line: LogLine, place: int) -> int:
    """Of time, labels and text; `place` counts lines that are equal in all of these."""
    data = repr((line.identity, place)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=_DIGEST_BYTES).digest(), "big")


class KnownLines:
    """Times are Unix nanoseconds. `since`: of what lies at or after it, every line that was read is known.

    `capped`: there were too many lines before it to remember; they are not looked at again.
    """

    def __init__(self, since: int, found: object = None, *, capped: int = 0) -> None:
        """`found`: what `to_json` gave with this `since`; anything else is as nothing."""
        self.since = since
        self.capped = capped
        self._seconds: dict[int, set[int]] = {}
        self._count = 0
        for second, digests in found if isinstance(found, list) else ():
            data = b64decode(digests)
            starts = range(0, len(data), _DIGEST_BYTES)
            self._seconds[second] = {int.from_bytes(data[start : start + _DIGEST_BYTES], "big") for start in starts}
            self._count += len(self._seconds[second])

    def add(self, line: LogLine, digest: int) -> bool:
        """Makes a line known. False: it was."""
        known = self._seconds.setdefault(line.at // SECOND, set())
        if digest in known:
            return False
        known.add(digest)
        self._count += 1
        return True

    def forget_before(self, at: int) -> None:
        """At the end of a look: whole seconds before `at` go, and the oldest ones where there are too many lines."""
        for second in [each for each in self._seconds if each < at // SECOND]:
            self._count -= len(self._seconds.pop(second))
        self.since = max(self.since, at // SECOND * SECOND)
        while self._count > MOST and len(self._seconds) > 1:
            oldest = min(self._seconds)
            self._count -= len(self._seconds.pop(oldest))
            self.since = self.capped = max(self.since, (oldest + 1) * SECOND)

    def to_json(self) -> tuple[int, list[list[object]]]:
        """`since` and the lines, for the constructor: the newest seconds, as many as fit."""
        stored: list[list[object]] = []
        left, since = MOST_STORED, self.since
        for second in sorted(self._seconds, reverse=True):
            digests = self._seconds[second]
            if stored and len(digests) > left:
                since = max(since, (second + 1) * SECOND)
                break
            left -= len(digests)
            joined = b"".join(digest.to_bytes(_DIGEST_BYTES, "big") for digest in sorted(digests))
            stored.append([second, b64encode(joined).decode()])
        return since, stored
