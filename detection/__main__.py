"""The worker: `python -m detection`. Exit code 0 after SIGTERM or Ctrl-C, 2 for a configuration that cannot work."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from types import FrameType

from detection.alerts.loop import DetectionLoop
from detection.collectors.application import ApplicationCollector
from detection.collectors.file import FileCollector
from detection.collectors.interface import Collector
from detection.collectors.loki import LokiCollector
from detection.keeping import Derive, Keeper
from detection.leader import HEARTBEAT_S, Lead, LeadersKeeper
from detection.loki_mapping import LokiMapping
from detection.mapping import Sources, load
from detection.pipeline import SourceLoop
from detection.retention import RetentionLoop
from detection.settings import WorkerSettings
from detection.silence import SilenceLoop
from detection.travel.journeys import Journeys
from detection.travel.places import places_named
from vigie.clients.source import LokiSettings, Source
from vigie.errors import ConfigurationError, VigieError
from vigie.log import log_to

_FILE_LOOKS = 2  # for one at a table: to look at a file costs no question to anybody

_log = logging.getLogger("detection")


def main() -> int:
    """Runs until told to stop. A wrong configuration is one sentence on standard error and on the sources' screen."""
    try:
        settings = WorkerSettings.load()
        log_to(level=settings.log_level)
        _run(settings)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _run(settings: WorkerSettings) -> None:
    stop = Stop()
    signal.signal(signal.SIGTERM, stop.on_signal)
    signal.signal(signal.SIGINT, stop.on_signal)
    lead = Lead(settings.worker_database_url)
    try:
        sources = load(settings.sources_file)
        for mapping in sources.applications:
            settings.database_url(mapping.database, mapping.place)  # a spare, too, ends at once where it could not work
        for loki in sources.lokis:
            _loki_of(loki)
        while stop.until_leading(lead):
            _work(settings, sources, lead, stop)
    except ConfigurationError as error:
        _tell(settings, partial(Keeper.stopped, error=error))
        raise
    finally:
        lead.release()
    _log.info("the worker stopped")


class Stop:
    """When the work of this term as the leader ends: at a signal, with the loss of the lead, or with a loop's failure.

    `term` is what the loops watch.
    """

    def __init__(self) -> None:
        self._for_good = False
        self.term = threading.Event()

    def on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        self._for_good = True
        self.term.set()

    def until_leading(self, lead: Lead) -> bool:
        """Waits as a hot spare. False: told to stop."""
        if not self._for_good:
            self.term.clear()
        while not self._for_good and not lead.take():
            self.term.wait(HEARTBEAT_S)
        return not self._for_good

    def until_over(self, lead: Lead) -> None:
        """Gives the leader's sign of life until the term is over."""
        while not self.term.wait(HEARTBEAT_S):
            if not lead.holds():
                self.term.set()


def _work(settings: WorkerSettings, sources: Sources, lead: Lead, stop: Stop) -> None:
    polled: list[tuple[Collector, float]] = [
        (ApplicationCollector(mapping, settings.database_url(mapping.database, mapping.place)), settings.poll_seconds)
        for mapping in sources.applications
    ]
    polled += [(FileCollector(mapping), settings.poll_seconds / _FILE_LOOKS) for mapping in sources.files]
    polled += [(LokiCollector(mapping, _loki_of(mapping)), mapping.poll_seconds) for mapping in sources.lokis]
    places = places_named(settings.geo_file, "VIGIE_GEO_FILE")
    derive = Journeys(places).events if places else None
    loops = [_loop(collector, poll_seconds, settings, lead, stop.term, derive) for collector, poll_seconds in polled]
    _tell(settings, partial(Keeper.retire_all_but, names=sources.names))
    days = timedelta(days=settings.retention_days)
    silence = SilenceLoop(settings.worker_database_url, days, lead, stop.term)
    detect = DetectionLoop(settings.worker_database_url, days, settings.rules_folder, lead, stop.term)
    _run_all(loops, (_retention(settings, lead, stop.term), silence, detect), lead, stop)


def _loki_of(mapping: LokiMapping) -> Source:
    """Where Loki is. Raises ConfigurationError naming who asked for it."""
    source = LokiSettings.load().source("Loki")
    if source is None:
        raise ConfigurationError(
            f"{mapping.place} is read from Loki, and VIGIE_LOKI_URL is not set.",
            "Set VIGIE_LOKI_URL, or take that [[loki]] out.",
        )
    return source


def _loop(
    collector: Collector,
    poll_seconds: float,
    settings: WorkerSettings,
    lead: Lead,
    term: threading.Event,
    derive: Derive | None,
) -> SourceLoop:
    keeper = LeadersKeeper(settings.worker_database_url, timedelta(days=settings.retention_days), lead, derive)
    return SourceLoop(collector, keeper, poll_seconds, term, settings.room)


def _retention(settings: WorkerSettings, lead: Lead, term: threading.Event) -> RetentionLoop:
    events, raw = timedelta(days=settings.retention_days), timedelta(days=settings.raw_retention_days)
    return RetentionLoop(settings.worker_database_url, events, raw, lead, term)


def _tell(settings: WorkerSettings, act: Callable[[Keeper], None]) -> None:
    """Best effort: Vigie's own database may be away."""
    keeper = Keeper(settings.worker_database_url, timedelta(days=settings.retention_days))
    try:
        act(keeper)
    except VigieError as why:
        _log.warning("the state of the sources could not be recorded", extra={"reason": str(why)})
    finally:
        keeper.close()


def _run_all(
    loops: Sequence[SourceLoop], others: Sequence[RetentionLoop | SilenceLoop | DetectionLoop], lead: Lead, stop: Stop
) -> None:
    """One thread a source: a database that hangs must not blind the others. Raises the ConfigurationError of one."""
    threads = [threading.Thread(target=loop.run, name=f"source-{number}") for number, loop in enumerate(loops)]
    threads += [threading.Thread(target=loop.run, name=type(loop).__name__) for loop in others]
    for thread in threads:
        thread.start()
    _log.info("the worker looks at its sources", extra={"sources": len(loops)})
    stop.until_over(lead)
    for thread in threads:
        thread.join()
    for loop in loops:
        if loop.failure is not None:
            raise loop.failure


if __name__ == "__main__":
    sys.exit(main())
