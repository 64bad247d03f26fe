"""How many lines of one identity and one instant a source has had: logs write whole seconds, so equal lines are real.

Kept with the cursor, so that reading on after a restart goes on counting. Only what may still come again is kept: the
instants of the last seconds of each file, by its own time.
"""

from binascii import b2a_base64
from datetime import datetime
from hashlib import blake2b

from vigie.clock import instant_text

_KEPT_SECONDS = 10
_MOST = 5000
_DIGEST_BYTES, _DIGEST_LENGTH = 6, 8  # two lines that meet in one digest only skip an ordinal


class Ordinals:
    """Counts of one source; `log` names the file whose time a line belongs to."""

    def __init__(self, found: object = None) -> None:
        """`found`: what `to_json` gave; anything else is as nothing."""
        self._seen: dict[str, tuple[int, int, str]] = {}  # digest: how many, second, log
        self._newest: dict[str, int] = {}  # second of this look, by log
        for log, second, digests, repeated in found if isinstance(found, list) else ():
            for start in range(0, len(digests), _DIGEST_LENGTH):
                digest = digests[start : start + _DIGEST_LENGTH]
                self._seen[digest] = (repeated.get(digest, 1), second, log)

    def next(self, log: str, identity: str, at: datetime) -> int:
        """The ordinal of a line; the first of its kind has 0."""
        second = int(at.timestamp() // 1)
        data = f"{instant_text(at)} {identity}".encode("utf-8", "surrogatepass")
        digest = b2a_base64(blake2b(data, digest_size=_DIGEST_BYTES).digest(), newline=False).decode()
        count = self._seen.get(digest, (0, 0, log))[0]
        self._seen[digest] = (count + 1, second, log)
        self._newest[log] = max(second, self._newest.get(log, second))
        return count

    def forget_old(self) -> None:
        """At the end of a look: what is older than the last seconds of its file goes."""
        kept = {
            digest: (count, second, log)
            for digest, (count, second, log) in self._seen.items()
            if second >= self._newest.get(log, second) - _KEPT_SECONDS
        }
        self._seen = kept if len(kept) <= _MOST else dict(list(kept.items())[-_MOST:])
        self._newest.clear()

    def to_json(self) -> list[list[object]]:
        """Few long texts, not many short ones: it is written with every batch."""
        grouped: dict[tuple[str, int], list[str]] = {}
        for digest, (_, second, log) in self._seen.items():
            grouped.setdefault((log, second), []).append(digest)
        return [
            [log, second, "".join(digests), {each: self._seen[each][0] for each in digests if self._seen[each][0] > 1}]
            for (log, second), digests in grouped.items()
        ]
