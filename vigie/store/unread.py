"""What of a source did not become events, and why: rejected records with their start, and gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import execute_values

from vigie.event import clean_text

KEPT = 1000  # rows a source, the newest
EXCERPT_BYTES = 4096
_SAMPLES = 20  # different excerpts kept of one reason in one batch
_PRUNE = """
    DELETE FROM {table} WHERE source = %s AND id <= (
        SELECT id FROM {table} WHERE source = %s ORDER BY id DESC OFFSET {kept} LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """Records that may be missing, or are: written between `since` (None: not known) and `until`, both UTC."""

    since: datetime | None
    until: datetime
    reason: str


def store_rejected(cursor: Cursor, source: str, rejected: Sequence[tuple[str, str]]) -> None:
    """Keeps (reason, excerpt) pairs in the caller's transaction.

    Equal ones are one row with their number; beyond 20 different ones of a reason, the rest is counted with the last.
    """
    if not rejected:
        return
    rows = [(source, reason, excerpt, n) for (reason, excerpt), n in _folded(rejected).items()]
    execute_values(cursor, "INSERT INTO rejected (source, reason, excerpt, n) VALUES %s", rows)
    cursor.execute(_PRUNE.format(table="rejected", kept=KEPT), (source, source))


def store_gaps(cursor: Cursor, source: str, gaps: Sequence[Gap]) -> None:
    """Keeps `gaps` in the caller's transaction."""
    if not gaps:
        return
    rows = [(source, gap.since, gap.until, clean_text(gap.reason, 1000)) for gap in gaps]
    execute_values(cursor, "INSERT INTO gaps (source, since, until, reason) VALUES %s", rows)
    cursor.execute(_PRUNE.format(table="gaps", kept=KEPT), (source, source))


def _folded(rejected: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    last: dict[str, list[tuple[str, str]]] = {}
    for reason, record in rejected:
        key = (clean_text(reason, 500) or "", _excerpt(record))
        samples = last.setdefault(key[0], [])
        if key not in counts and len(samples) >= _SAMPLES:
            key = samples[-1]
        if key not in counts:
            samples.append(key)
        counts[key] = counts.get(key, 0) + 1
    return counts


def _excerpt(record: str) -> str:
    return (clean_text(record, EXCERPT_BYTES) or "").encode()[:EXCERPT_BYTES].decode("utf-8", "ignore")
