"""How far which content was imported into a source, so that importing it again counts no request twice.

Content is cut into regions of equally many lines, the last one shorter. A region is known by the digest of all lines
before it in its file, and by the digest of its own lines: the same file is recognised under any name, as is one that
has grown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case

START = sha256(b"").digest()  # before the first line of a file


@dataclass(frozen=True, slots=True)
class Mark:
    """`lines` lines after `start` were imported; `digest` is over both. `first_seen` (UTC) dates what has no time."""

    start: bytes
    lines: int
    digest: bytes
    first_seen: datetime


def digest_of(start: bytes, lines: Sequence[bytes]) -> bytes:
    """The digest of `lines` after what `start` is the digest of."""
    digest = sha256(start)
    for line in lines:
        digest.update(len(line).to_bytes(4, "big") + line)
    return digest.digest()


def longest_known(cursor: Cursor, source: str, start: bytes, lines: Sequence[bytes]) -> Mark | None:
    """The mark that covers most of `lines`. Raises what psycopg2 raises."""
    cursor.execute(
        "SELECT lines, digest, first_seen FROM import_marks WHERE source = %s AND start = %s AND lines <= %s "
        "ORDER BY lines DESC",
        (source, start, len(lines)),
    )
    for count, digest, first_seen in cursor.fetchall():
        if digest_of(start, lines[:count]) == bytes(digest):
            return Mark(start, count, bytes(digest), first_seen)
    return None


def store_mark(cursor: Cursor, source: str, mark: Mark) -> bool:
    """Keeps `mark` in the caller's transaction. False: it was there, so what it covers was counted."""
    cursor.execute(
        "INSERT INTO import_marks (source, start, digest, lines, first_seen) VALUES (%s, %s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING",
        (source, mark.start, mark.digest, mark.lines, mark.first_seen),
    )
    return cursor.rowcount == 1
