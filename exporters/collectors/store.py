"""The size of Vigie's own database, and how far back its events reach."""

import time
from collections.abc import Iterable
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from exporters.collectors.interface import Cursor, Family

_STORE = "SELECT pg_database_size(current_database()), (SELECT min(hour) FROM events_hourly)"
_ASKED_S = 60  # PostgreSQL looks at every file of the database for its size, and neither value moves quickly


class Store:
    """`vigie_store_bytes`, `vigie_store_oldest_event_timestamp_seconds`; asked once a minute."""

    name = "store"

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._known: tuple[int | None, datetime | None] = (None, None)

    def families(self, cursor: Cursor, now: datetime) -> Iterable[Family]:
        if None in self._known or time.monotonic() - self._asked_at >= _ASKED_S:
            cursor.execute(_STORE)
            self._known = cursor.fetchone() or (None, None)
            self._asked_at = time.monotonic()
        size, oldest = self._known
        if size is not None:
            yield GaugeMetricFamily("vigie_store_bytes", "Size of Vigie's database on disk.", value=size)
        if oldest is not None:
            yield GaugeMetricFamily(
                "vigie_store_oldest_event_timestamp_seconds",
                "Hour of the oldest event that is kept; absent before the first one.",
                value=oldest.timestamp(),
            )
