"""Events by category and severity."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client.core import CounterMetricFamily

from exporters.collectors.increases import LOOKED_BACK, Increases
from exporters.collectors.interface import Cursor, Family, label
from vigie.severity import Severity

_MOST = 100  # pairs; categories are our parsers' own words, but `generic_json` takes them from outside
_EVENTS = """
    SELECT hour, category, severity, sum(n)::bigint FROM events_hourly WHERE hour >= %s AND hour <= %s GROUP BY 1, 2, 3
"""


class Events:
    """`vigie_events_total`."""

    name = "events"

    def __init__(self) -> None:
        self._counted: Increases[tuple[str, str]] = Increases(kept=_MOST, rest=("other", "other"))

    def families(self, cursor: Cursor, now: datetime) -> Iterable[Family]:
        cursor.execute(_EVENTS, (now - LOOKED_BACK, now))
        looked = [
            (hour, (label(category), Severity(severity).word), n) for hour, category, severity, n in cursor.fetchall()
        ]
        made = CounterMetricFamily(
            "vigie_events", "Events that were stored since the exporter started.", labels=["category", "severity"]
        )
        for pair, n in self._counted.add(looked).items():
            made.add_metric(pair, n)
        yield made
