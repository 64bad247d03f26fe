"""Samples and series of Prometheus as the API page's traffic, services and changes. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from dashboard.sources.health_questions import CLASSES, Change, ChangeKind, Service, Traffic
from vigie.clients.prometheus import Target
from vigie.clients.samples import Sample, Series
from vigie.clients.words import one_line
from vigie.health.histogram import Histogram, from_cumulative

Counts = Mapping[str, float]
"""Counts by the value of one label."""


def grouped(samples: Iterable[Sample], by: Sequence[str], label: str) -> dict[tuple[str, ...], dict[str, float]]:
    """For each group of the labels `by`, the counts by the value of `label`. What is no number is left out."""
    found: dict[tuple[str, ...], dict[str, float]] = {}
    for sample in samples:
        if sample.point.value is not None:
            key = tuple(sample.labels.get(name, "") for name in by)
            found.setdefault(key, {})[sample.labels.get(label, "")] = sample.point.value
    return found


def by_end(series: Iterable[Series], label: str) -> dict[datetime, dict[str, float]]:
    """For each instant with a number, the counts by the value of `label`."""
    found: dict[datetime, dict[str, float]] = {}
    for one in series:
        for point in one.points:
            if point.value is not None:
                found.setdefault(point.at, {})[one.labels.get(label, "")] = point.value
    return found


def traffic(by_status: Counts | None, by_bound: Counts | None) -> Traffic:
    """Statuses are written 200 or 2xx. A status of no class is left out; buckets without a number, too."""
    classes = dict.fromkeys(CLASSES, 0.0)
    for status, count in (by_status or {}).items():
        if len(status) == 3 and status[0] in "12345":
            classes[int(status[0])] += max(count, 0.0)
    return Traffic(classes, _histogram(by_bound or {}))


def _histogram(by_bound: Counts) -> Histogram | None:
    buckets = []
    for text, count in by_bound.items():
        try:
            buckets.append((float(text), count))
        except ValueError:
            return None
    made = from_cumulative(buckets)
    return made if made is not None and made.total > 0 else None


def identity(labels: Mapping[str, str]) -> tuple[str, str]:
    """What tells one scraped address from another."""
    return labels.get("job", ""), labels.get("instance", "")


def service(target: Target, last_up: float | None) -> Service:
    """`last_up`: Unix seconds when it was last up, where it is down and that is known."""
    name = " ".join(part for part in identity(target.labels) if part) or target.pool
    if target.health != "down":
        is_up = True if target.health == "up" else None
        return Service(one_line(name, 80), is_up, None, "" if is_up else "Prometheus has not looked yet")
    since = _instant(last_up) if last_up is not None else None
    return Service(one_line(name, 80), False, since, one_line(target.last_error, 200))


def restarts(series: Iterable[Series], since: datetime, until: datetime) -> list[Change]:
    """Each start between `since` and `until` (UTC) of a process that gives its own start time."""
    found = set()
    for one in series:
        what = one_line(one.labels.get("instance", ""), 80)
        for point in one.points:
            started = _instant(point.value) if point.value is not None else None
            if started is not None and since < started <= until:
                found.add((started.replace(microsecond=0), what))
    return [Change(at, ChangeKind.RESTART, what) for at, what in found]


def versions_of(series: Sequence[Series], label: str) -> list[Change]:
    """Each version that began to run while another was known: the first one there is, is no change."""
    begins = [(one.points[0].at, one.labels.get(label, "")) for one in series if one.points]
    first = min((at for at, _ in begins), default=None)
    return [Change(at, ChangeKind.VERSION, one_line(version, 60)) for at, version in begins if at != first]


def _instant(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
