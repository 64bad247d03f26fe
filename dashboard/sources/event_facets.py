"""How many matching events have which value of the eight dimensions.

Exact from the hourly counts where those can tell; else counted over the newest `MOST_LOOKED_AT` matching events. A
dimension's own ticks do not narrow its own counts, so each ticked dimension is counted by a query of its own.
"""

from collections import Counter
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, field

from sqlalchemy import Connection

from dashboard.sources.event_alone import COUNTED_ALONE, counted_alone
from dashboard.sources.event_counted import Counted
from dashboard.sources.event_narrowing import narrowed, possible
from dashboard.sources.event_overview import IN_HOURS
from dashboard.sources.event_questions import DIMENSIONS, EventSearch, Facets, FacetValue
from dashboard.sources.event_rollup import Overviews
from dashboard.sources.event_sample import sample
from dashboard.sources.event_walk import Budget
from dashboard.sources.reading import Missing
from vigie.query import Query
from vigie.query.sql import Cost, cost_of
from vigie.severity import Severity

MOST_LOOKED_AT = 10_000
_WORST_FIRST = [level.word for level in reversed(Severity)]


def facets(
    connection: Connection, budget: Budget, overview_of: Overviews, search: EventSearch, limit: int
) -> tuple[Facets, Missing | None]:
    """At most `limit` values of each dimension, and what is ticked."""
    by_query: dict[Query | None, list[str]] = {}
    for dimension in DIMENSIONS:
        by_query.setdefault(narrowed(search, without=dimension), []).append(dimension)
    counting = _Counting(connection, budget, overview_of, search)
    for query, dimensions in by_query.items():
        if query is not None:
            counting.count(query, dimensions)
    values, further = {}, {}
    for dimension in DIMENSIONS:
        of = counting.counts.get(dimension, Counted())
        values[dimension] = _listed(dimension, of, search.chosen.get(dimension, frozenset()), limit)
        if left := of.total - sum(each.n for each in values[dimension]):
            further[dimension] = left
    return Facets(values, further, counting.looked_at), counting.missing


@dataclass(slots=True)
class _Counting:
    """What has been counted so far, within one budget."""

    connection: Connection
    budget: Budget
    overview_of: Overviews
    search: EventSearch
    counts: dict[str, Counted] = field(default_factory=dict)
    looked_at: int | None = None
    missing: Missing | None = None

    def count(self, query: Query, dimensions: Sequence[str]) -> None:
        """Counts what the query matches by these dimensions."""
        rest = set(dimensions)
        if cost_of(query) is Cost.ROLLUP:
            found = self.overview_of(query)
            self.counts |= {name: found.by(name) for name in rest.intersection(IN_HOURS)}
            rest.difference_update(IN_HOURS)
            if query.is_everything and (alone := rest.intersection(COUNTED_ALONE)):
                self.counts |= counted_alone(self.connection, self.search.window, found.total, alone, self._kept(alone))
                rest -= alone
        if rest:
            self._count_newest(query, sorted(rest))

    def _count_newest(self, query: Query, dimensions: Sequence[str]) -> None:
        found = sample(self.connection, self.budget, query, self.search.window, dimensions, MOST_LOOKED_AT)
        self.counts |= found.counts
        self.looked_at = max(found.looked_at or 0, self.looked_at or 0) or None
        self.missing = self.missing or found.missing

    def _kept(self, dimensions: Collection[str]) -> list[str]:
        return [each for name in dimensions for each in possible(name, self.search.chosen.get(name, frozenset()))]


def _listed(dimension: str, of: Counted, ticked: Set[str], limit: int) -> tuple[FacetValue, ...]:
    """The most frequent values, what is ticked among them; severities by their words, worst first."""
    counts = of.values
    if dimension == "severity":
        counts = Counter({Severity(int(number)).word: n for number, n in counts.items()})
    counts = counts + Counter()  # without values that nothing has
    counts.update(dict.fromkeys(ticked, 0))
    most = sorted(counts, key=lambda value: (-counts[value], value))
    kept = [value for place, value in enumerate(most) if place < limit or value in ticked]
    if dimension == "severity":
        kept.sort(key=_worst_first)
    return tuple(FacetValue(value, counts[value]) for value in kept)


def _worst_first(word: str) -> int:
    """Unknown words, which only a ticked value can be, come last."""
    return _WORST_FIRST.index(word) if word in _WORST_FIRST else len(_WORST_FIRST)
