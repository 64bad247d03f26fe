"""Durations counted in buckets, and their quantiles as Prometheus' `histogram_quantile` gives them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise


@dataclass(frozen=True, slots=True)
class Histogram:
    """`bounds`: upper ends in seconds, growing, without infinity. `counts`: in each bucket, one more for what is above.

    Counts may be fractions: what Prometheus says of a window is an estimate.
    """

    bounds: tuple[float, ...]
    counts: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.counts)

    def quantile(self, share: float) -> float | None:
        """Seconds below which `share` (0 to 1) of the durations lie, None where nothing was counted.

        A straight line within the bucket; the highest bound where it lies above all of them (see `is_beyond`).
        """
        bucket = self._bucket(share)
        if bucket is None:
            return None
        if bucket == len(self.bounds):
            return self.bounds[-1]
        start, end = self.bounds[bucket - 1] if bucket else 0.0, self.bounds[bucket]
        below = sum(self.counts[:bucket])
        return start + (end - start) * ((share * self.total - below) / self.counts[bucket])

    def is_beyond(self, share: float) -> bool:
        """Whether that quantile is only known to be above the highest bound."""
        return self._bucket(share) == len(self.bounds)

    def _bucket(self, share: float) -> int | None:
        if not self.bounds or self.total <= 0:
            return None
        rank, below = share * self.total, accumulate(self.counts[:-1])
        return next((place for place, count in enumerate(below) if count >= rank and count > 0), len(self.bounds))


def from_cumulative(buckets: Sequence[tuple[float, float]]) -> Histogram | None:
    """From pairs of upper end and "so many up to it", as Prometheus keeps them. None without a bucket for all.

    A count smaller than the one before it, which scrapes between two increments give, is taken as that one.
    """
    ordered = sorted(buckets)
    if len(ordered) < 2 or ordered[-1][0] != float("inf"):
        return None
    cumulative = list(accumulate((count for _, count in ordered), max))
    counts = [cumulative[0], *(b - a for a, b in pairwise(cumulative))]
    return Histogram(tuple(bound for bound, _ in ordered[:-1]), tuple(counts))


def added(histograms: Iterable[Histogram]) -> Histogram | None:
    """All together; None where there is none, or where their bounds differ: then a sum would mean nothing."""
    each = list(histograms)
    if len({one.bounds for one in each}) != 1:
        return None
    return Histogram(each[0].bounds, tuple(map(sum, zip(*(one.counts for one in each), strict=True))))
