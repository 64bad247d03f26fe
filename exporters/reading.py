"""One reading of Vigie's database for every scrape of the next seconds."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

import psycopg2
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector as Registered

from exporters.collectors.interface import Collector, Family
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.store.driver import Connection, connect, said

VARIABLE = "VIGIE_EXPORTER_DATABASE_URL"
_STATEMENT_TIMEOUT_S = 2

_log = logging.getLogger(__name__)


class Reading(Registered):
    """What all collectors found, read again when it is older than `cache_s`. Safe to use from many threads.

    Scrapes that come meanwhile wait for the one that reads, so a storm of them costs the database one reading. A
    collector that fails is absent and says so; the others go on. With the database down only `vigie_up 0` and the
    collectors' failures are left: what was true before is not repeated.
    """

    def __init__(self, url: str, collectors: Sequence[Collector], cache_s: float) -> None:
        self._url = url
        self._collectors = collectors
        self._cache_s = cache_s
        self._lock = threading.Lock()
        self._families: tuple[Family, ...] = ()
        self._read_at = -float("inf")
        self._connection: Connection | None = None

    def describe(self) -> Iterator[Family]:
        """Nothing: the names are known when somebody looks, not when this is registered."""
        return iter(())

    def collect(self) -> Iterator[Family]:
        """The families of the last reading, at most `cache_s` old."""
        with self._lock:
            if time.monotonic() - self._read_at >= self._cache_s:
                self._families = tuple(self._read())
                self._read_at = time.monotonic()
            return iter(self._families)

    def _read(self) -> Iterator[Family]:
        success = GaugeMetricFamily(
            "vigie_exporter_collector_success", "1 if the collector could look, else 0.", labels=["collector"]
        )
        duration = GaugeMetricFamily(
            "vigie_exporter_collector_duration_seconds", "Time that the collector took.", labels=["collector"]
        )
        now = self._clock()
        for collector in self._collectors:
            started = time.perf_counter()
            found = self._looked(collector, now) if now else None
            yield from found or ()
            success.add_metric([collector.name], int(found is not None))
            duration.add_metric([collector.name], time.perf_counter() - started)
        yield from (success, duration)
        yield GaugeMetricFamily("vigie_up", "1 if Vigie's database answers, else 0.", value=int(now is not None))
        yield GaugeMetricFamily(
            "vigie_exporter_read_timestamp_seconds",
            "When these values were read.",
            value=(now or utc_now()).timestamp(),
        )

    def _clock(self) -> datetime | None:
        """The time of the database, which is what its times are compared with; None if it does not answer."""
        for _ in range(2):  # the connection from before may have been cut
            connection = self._connected()
            if connection is None:
                return None
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT clock_timestamp()")
                    row = cursor.fetchone()
                    return row[0] if row else None
            except psycopg2.Error as error:
                self._lost(error)
        return None

    def _connected(self) -> Connection | None:
        if self._connection is None:
            try:
                self._connection = connect(
                    self._url, VARIABLE, read_only=True, application="vigie exporter",
                    statement_timeout_s=_STATEMENT_TIMEOUT_S,
                )  # fmt: skip
            except (psycopg2.Error, VigieError) as error:
                self._lost(error)
        return self._connection

    def _looked(self, collector: Collector, now: datetime) -> list[Family] | None:
        """What the collector found, or None if it could not look."""
        if self._connection is None:
            return None
        try:
            with self._connection.cursor() as cursor:
                return list(collector.families(cursor, now))
        except psycopg2.Error as error:
            _log.warning("a collector could not look", extra={"collector": collector.name, "reason": said(error)})
            if self._connection.closed:
                self._lost(error)
            return None

    def _lost(self, error: psycopg2.Error | VigieError) -> None:
        reason = said(error) if isinstance(error, psycopg2.Error) else error.sentence
        _log.warning("Vigie's database does not answer", extra={"reason": reason})
        if self._connection is not None:
            self._connection.close()
        self._connection = None
