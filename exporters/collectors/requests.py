"""Requests that access logs told of, by source and class of status."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client.core import CounterMetricFamily

from exporters.collectors.increases import LOOKED_BACK, Increases
from exporters.collectors.interface import Cursor, Family, label

_MOST = 100  # pairs: twenty sites
_REQUESTS = """
    SELECT date_bin('1 hour', minute, '2001-01-01 00:00+00'), source, status_class, sum(n)::bigint FROM http_minute
    WHERE minute >= %s AND minute <= %s GROUP BY 1, 2, 3
"""
_LOOKED_BACK = LOOKED_BACK / 24  # minutes are many more rows than hours


class Requests:
    """`vigie_http_requests_total`."""

    name = "requests"

    def __init__(self) -> None:
        self._counted: Increases[tuple[str, str]] = Increases(kept=_MOST, rest=("other", "other"))

    def families(self, cursor: Cursor, now: datetime) -> Iterable[Family]:
        hour = now.replace(minute=0, second=0, microsecond=0)
        cursor.execute(_REQUESTS, (hour - _LOOKED_BACK, now))
        looked = [(at, (label(source), f"{status}xx"), n) for at, source, status, n in cursor.fetchall()]
        made = CounterMetricFamily(
            "vigie_http_requests",
            "Requests of access logs that were counted since the exporter started.",
            labels=["source", "status_class"],
        )
        for pair, n in self._counted.add(looked).items():
            made.add_metric(pair, n)
        yield made
