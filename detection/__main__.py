"""The worker: `python -m detection`. Exit code 0 after SIGTERM or Ctrl-C, 2 for a configuration that cannot work."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from types import FrameType

from detection.collectors.application import ApplicationCollector
from detection.keeping import Keeper
from detection.mapping import ApplicationMapping, load
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
        mappings = load(settings.sources_file)
        loops = [_loop(mapping, settings, stop) for mapping in mappings]
    except ConfigurationError as error:
        _tell(settings, partial(Keeper.stopped, error=error))
        raise
    _tell(settings, partial(Keeper.retire_all_but, names=[mapping.name for mapping in mappings]))
    _run_all(loops, stop)


def _loop(mapping: ApplicationMapping, settings: WorkerSettings, stop: threading.Event) -> SourceLoop:
    collector = ApplicationCollector(mapping, settings.database_url(mapping.database, mapping.place))
    keeper = Keeper(settings.worker_database_url, timedelta(days=settings.retention_days))
    return SourceLoop(collector, keeper, settings.poll_seconds, stop)


def _tell(settings: WorkerSettings, act: Callable[[Keeper], None]) -> None:
    """Best effort: Vigie's own database may be away."""
    keeper = Keeper(settings.worker_database_url, timedelta(days=settings.retention_days))
    try:
        act(keeper)
    except VigieError as why:
        _log.warning("the state of the sources could not be recorded", extra={"reason": str(why)})
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
