"""`vigie import FORMAT FILE…`: anyone's own logs on the screen. Importing them again adds nothing."""

import argparse
import logging
import re
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cli.database import owner_url
from cli.importing.log_file import LogFile
from cli.importing.progress import Progress, summary
from cli.importing.reading import Importer, Tally
from cli.settings import CommandSettings
from detection.collectors.interface import Source
from detection.keeping import Keeper
from detection.parsers.registry import parser_named
from detection.settings import WorkerSettings
from vigie.clock import utc_now
from vigie.errors import ConfigurationError, StorageFull, StoreUnavailable

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_REACH = timedelta(days=3650)
_NEVER_S = 10 * 365 * 86_400  # nobody expects an import to go on


def run(settings: CommandSettings, arguments: argparse.Namespace, files: Sequence[LogFile]) -> int:
    """Reads `files`, which are open already. Works beside `vigie up` and without it. Raises VigieError."""
    parser = parser_named(arguments.format)
    name = arguments.source or arguments.format
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{name[:80]!r} is no name for a source.", "Use lower-case letters, digits, - and _.")
    zone = _zone(arguments.time_zone)
    logging.getLogger("detection").addHandler(logging.NullHandler())  # the summary tells what the worker would log
    with ExitStack() as stack:
        for file in files:
            stack.callback(file.close)
        url = stack.enter_context(owner_url(settings))
        ours = {} if settings.database_url else {"storage_folder": settings.state_dir}
        worker = WorkerSettings.load(worker_database_url=url, **ours)
        kept = timedelta(days=worker.retention_days)
        keeper = Keeper(url, _REACH, "VIGIE_DATABASE_URL")
        stack.callback(keeper.close)
        keeper.register_import(Source(name, "import", f"Imported: {name}", _NEVER_S, 0))
        importer = Importer(keeper, parser, name, zone, utc_now() - kept, worker.room)
        _import(importer, files, kept)
    return 0


def _import(importer: Importer, files: Sequence[LogFile], kept: timedelta) -> None:
    tally, started = Tally(), time.monotonic()
    progress = Progress(files, sys.stderr)
    try:
        for file in files:
            progress.begin(file)
            importer.read(file, tally, progress.tell)
    except (StoreUnavailable, StorageFull) as error:
        raise type(error)(
            error.sentence, f"{error.advice} Then import again: what is stored is not added twice."
        ) from error
    finally:
        progress.end()
        print(summary(tally, importer.source, time.monotonic() - started, kept))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"{name[:80]!r} is not a time zone.", "Write one as Europe/Paris or UTC.") from error
