"""Which stretches of event time new events touched: what detection has to look at again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import pairwise
from typing import Any, TypeAlias

from vigie.event import Event

CHANNEL = "vigie_spans"  # of NOTIFY, for who waits for spans
GAP = timedelta(minutes=5)  # nearer events are one span
MOST = 24  # spans of one batch and category: with more, the smallest gaps are spanned

_Cursor: TypeAlias = Any  # the driver's, whose class differs between psycopg2 and SQLAlchemy's wrapper

_NOTE = f"""
    WITH noted AS (
        INSERT INTO detection_spans (category, since, until)
        SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[])
    )
    SELECT pg_notify('{CHANNEL}', '')
"""  # noqa: S608 - only the constant above is pasted in


def note_spans(cursor: _Cursor, events: Iterable[Event]) -> None:
    """Notes what `events`, one or more, touched, in the transaction that stores them."""
    times: dict[str, list[datetime]] = {}
    for event in events:
        times.setdefault(event.category, []).append(event.occurred_at)
    spans = [(category, *span) for category in sorted(times) for span in spans_of(times[category])]
    categories, begins, ends = zip(*spans, strict=True)
    cursor.execute(_NOTE, (list(categories), list(begins), list(ends)))


def spans_of(times: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """The fewest stretches, in order, that hold all `times` and no gap over GAP; at most MOST."""
    first, last = min(times), max(times)
    if last - first <= GAP:
        return [(first, last)]
    ordered = sorted(times)
    gaps = {place: ordered[place] - ordered[place - 1] for place in range(1, len(ordered))}
    wide = [place for place, gap in gaps.items() if gap > GAP]
    cuts = [0, *sorted(nlargest(MOST - 1, wide, key=lambda place: gaps[place])), len(ordered)]
    return [(ordered[begin], ordered[end - 1]) for begin, end in pairwise(cuts)]
