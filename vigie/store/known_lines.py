"""Which lines of a source that brings them in no order were read: kept as long as they may come again.

Written in the transaction of what the lines became, so that a line is known exactly where it was stored and counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import execute_values

_KNOWN = "SELECT second, digests FROM known_lines WHERE source = %s"
_ADD = "INSERT INTO known_lines (source, second, digests) VALUES %s"
_FORGET = "DELETE FROM known_lines WHERE source = %s AND second < %s"


@dataclass(frozen=True, slots=True)
class NewlyKnown:
    """`digests` of lines by the second they are of (Unix time). Before the second `since` none is needed any more."""

    digests: Mapping[int, bytes]
    since: int


def store_known(cursor: Cursor, source: str, newly: NewlyKnown) -> None:
    """Adds and forgets in the caller's transaction. Raises what psycopg2 raises."""
    cursor.execute(_FORGET, (source, newly.since))
    kept = [(source, second, digests) for second, digests in newly.digests.items() if second >= newly.since]
    if kept:
        execute_values(cursor, _ADD, kept, page_size=1000)


def known_of(cursor: Cursor, source: str) -> dict[int, bytes]:
    """The digests of each second, one after the other. Raises what psycopg2 raises."""
    cursor.execute(_KNOWN, (source,))
    known: dict[int, bytes] = {}
    for second, digests in cursor.fetchall():
        known[second] = known.get(second, b"") + bytes(digests)
    return known
