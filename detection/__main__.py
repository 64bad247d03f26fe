"""The worker: `python -m detection`. Exit code 0 after SIGTERM or Ctrl-C, 2 for a configuration that cannot work."""

import logging
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from types import FrameType

from detection.collectors.application import ApplicationCollector
from detection.keeping import Keeper
from detection.mapping import load
from detection.pipeline import SourceLoop
from detection.settings import WorkerSettings
from vigie.errors import ConfigurationError, VigieError
from vigie.log import log_to

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
    stop = threading.Event()

    def stop_now(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, stop_now)
    signal.signal(signal.SIGINT, stop_now)
    try:
        loops = _loops(settings, stop)
    except ConfigurationError as error:
        _record(settings, error)
        raise
    _run_all(loops, stop)


def _loops(settings: WorkerSettings, stop: threading.Event) -> Sequence[SourceLoop]:
    retention = timedelta(days=settings.retention_days)
    return [
        SourceLoop(
            ApplicationCollector(mapping, settings.database_url(mapping.database, mapping.place)),
            Keeper(settings.worker_database_url, retention),
            settings.poll_seconds,
            stop,
        )
        for mapping in load(settings.sources_file)
    ]


def _record(settings: WorkerSettings, error: ConfigurationError) -> None:
    keeper = Keeper(settings.worker_database_url, timedelta(days=settings.retention_days))
    try:
        keeper.stopped(error)
    except VigieError as why:
        _log.warning("the error could not be recorded", extra={"reason": str(why)})
    finally:
        keeper.close()


def _run_all(loops: Sequence[SourceLoop], stop: threading.Event) -> None:
    """One thread a source: a database that hangs must not blind the others. Raises the ConfigurationError of one."""
    threads = [threading.Thread(target=loop.run, name=f"source-{number}") for number, loop in enumerate(loops)]
    for thread in threads:
        thread.start()
    _log.info("the worker looks at its sources", extra={"sources": len(loops)})
    stop.wait()
    for thread in threads:
        thread.join()
    for loop in loops:
        if loop.failure is not None:
            raise loop.failure
    _log.info("the worker stopped")


if __name__ == "__main__":
    sys.exit(main())
