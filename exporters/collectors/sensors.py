"""Falco: what it says of the kernel by rule family, and what it admits to have missed."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client.core import CounterMetricFamily

from exporters.collectors.increases import LOOKED_BACK, Increases
from exporters.collectors.interface import Cursor, Family

_DROP = "sensor_drop"
_DROPS = """
    SELECT hour, action, sum(n)::bigint FROM events_hourly WHERE hour >= %s AND hour <= %s AND action = %s GROUP BY 1, 2
"""


class Sensors:
    """`vigie_falco_drops_total`."""

    name = "sensors"

    def __init__(self) -> None:
        self._counted = Increases((_DROP,), kept=1, rest=_DROP)

    def families(self, cursor: Cursor, now: datetime) -> Iterable[Family]:
        cursor.execute(_DROPS, (now - LOOKED_BACK, now, _DROP))
        drops = self._counted.add(cursor.fetchall())[_DROP]
        yield CounterMetricFamily(
            "vigie_falco_drops", "Times Falco said that it lost system calls, since the exporter started.", value=drops
        )
