"""Every source: its last sign of life, whether it is blind, what became of its records."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from exporters.collectors.interface import Cursor, Family, label
from vigie.blindness import blind
from vigie.store.watched import WATCHED, watched_of

Row: TypeAlias = Mapping[str, Any]

MOST_SOURCES = 60  # by name; the others are counted, so that the series stay bounded
_RESULTS = ("stored", "duplicate", "rejected", "unplaced", "ignored")


class Sources:
    """`vigie_source_…` for each source, `vigie_sources` for all of them."""

    name = "sources"

    def families(self, cursor: Cursor, now: datetime) -> Iterable[Family]:
        cursor.execute(WATCHED)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        yield GaugeMetricFamily("vigie_sources", "Sources that are known.", value=len(rows))
        told_apart = sorted(rows, key=lambda row: str(row["name"]))[:MOST_SOURCES]
        yield from _lives(told_apart)
        yield from _expectations(told_apart, now)
        yield from _records(told_apart)


def _lives(rows: Sequence[Row]) -> Iterable[Family]:
    gauges = {
        "last_look": "When the worker last read the source; absent if never.",
        "last_sign": "When something last came from the source; absent if never.",
        "last_event": "Time of the source's newest event; absent before the first one.",
    }
    for column, words in gauges.items():
        made = GaugeMetricFamily(f"vigie_source_{column}_timestamp_seconds", words, labels=["source"])
        for row in rows:
            if row[f"{column}_at"] is not None:
                made.add_metric([label(row["name"])], row[f"{column}_at"].timestamp())
        yield made


def _expectations(rows: Sequence[Row], now: datetime) -> Iterable[Family]:
    dark = GaugeMetricFamily(
        "vigie_source_blind", "1 while the source is silent, unread or unreadable for longer than expected, else 0.",
        labels=["source", "kind"],
    )  # fmt: skip
    allowed = GaugeMetricFamily(
        "vigie_source_allowed_silence_seconds", "Expected period and grace; absent while none is known.",
        labels=["source"],
    )  # fmt: skip
    for row in rows:
        watched = watched_of(row)
        dark.add_metric([label(row["name"]), label(row["kind"])], int(blind(watched, now) is not None))
        if watched.expects.allowed is not None:
            allowed.add_metric([label(row["name"])], watched.expects.allowed.total_seconds())
    yield from (dark, allowed)


def _records(rows: Sequence[Row]) -> Iterable[Family]:
    records = CounterMetricFamily(
        "vigie_source_records", "Records of the source by what became of them.", labels=["source", "result"]
    )
    gaps = CounterMetricFamily(
        "vigie_source_gaps", "Times that records of the source may be missing.", labels=["source"]
    )
    for row in rows:
        for result in _RESULTS:
            records.add_metric([label(row["name"]), result], row[result])
        gaps.add_metric([label(row["name"])], row["gaps"])
    yield from (records, gaps)
