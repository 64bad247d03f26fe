"""What the hourly counts say of a window: how many events in each hour, and how many of each kind."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from dashboard.sources.event_counted import Counted

IN_HOURS = ("severity", "source", "outcome", "category", "action")
"""The dimensions that are counted together, so under any condition on one another."""

DIMENSIONS = ", ".join(IN_HOURS)
COLUMN = "CASE WHEN severity > 3 THEN severity - 2 WHEN outcome = 'failure' THEN 1 ELSE 0 END"
"""In which column of the histogram an event counts: 0 other, 1 failed, 2 high, 3 critical."""

MOST_ROWS = 60_000  # of a statement: every hour of 400 days in each column first, then the most frequent kinds
_MOST_KINDS = 10_000  # a source that makes up actions must not make an answer endless


@dataclass(frozen=True, slots=True)
class Overview:
    """`hours`: events by (beginning of the hour in UTC, column of the histogram), of hours that lie in the window only
    in part those in it. `kinds`: events by IN_HOURS, the severity as its number; the most frequent ones.
    """

    hours: Counter[tuple[datetime, int]] = field(default_factory=Counter)
    kinds: Counter[tuple[int, str, str, str, str]] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.hours.total()

    def by(self, dimension: str) -> Counted:
        """Events by the values of one of IN_HOURS."""
        place = IN_HOURS.index(dimension)
        values: Counter[str] = Counter()
        for kind, n in self.kinds.items():
            values[str(kind[place])] += n
        return Counted(values, self.total - values.total())

    def add(self, row: Row[Any]) -> None:
        """A row of a statement that groups by (hour, col) and by IN_HOURS, of which one is null."""
        if row.hour is not None:
            self.hours[row.hour, row.col] += int(row.n)
        elif len(self.kinds) < _MOST_KINDS:
            self.kinds[row.severity, row.source, row.outcome, row.category, row.action] += int(row.n)


def together(parts: Iterable[Overview]) -> Overview:
    """The sum of overviews that have no hour in common."""
    total = Overview()
    for part in parts:
        dict.update(total.hours, part.hours)  # no hour is in two of them: as it is, without adding one by one
        total.kinds.update(part.kinds)
    return total
