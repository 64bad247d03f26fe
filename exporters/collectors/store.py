"""The size of Vigie's own database, and how far back its events reach."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from exporters.collectors.interface import Cursor, Family

_STORE = "SELECT pg_database_size(current_database()), (SELECT min(hour) FROM events_hourly)"


class Store:
    """`vigie_store_bytes`, `vigie_store_oldest_event_timestamp_seconds`."""

    name = "store"

    def families(self, cursor: Cursor, now: datetime) -> Iterable[Family]:
        cursor.execute(_STORE)
        row = cursor.fetchone()
        size, oldest = row if row else (None, None)
        if size is not None:
            yield GaugeMetricFamily("vigie_store_bytes", "Size of Vigie's database on disk.", value=size)
        if oldest is not None:
            yield GaugeMetricFamily(
                "vigie_store_oldest_event_timestamp_seconds",
                "Hour of the oldest event that is kept; absent before the first one.",
                value=oldest.timestamp(),
            )
