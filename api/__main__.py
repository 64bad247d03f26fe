"""`python -m api`: reads the settings, opens the port, makes the tables, serves until SIGTERM or Ctrl-C."""

import logging
import os
import signal
import socket
import sys
from types import FrameType

from api.app import create_app
from api.database import Database
from api.errors import DatabaseUnavailable
from api.server import make_server
from api.settings import SettingError, Settings, load
from vigie.log import log_to

_WRONG_SETTING = 2
_log = logging.getLogger("api")


def main() -> int:
    """Returns the exit code: 0 after a clean stop, 2 for a setting that a person has to change."""
    # uvicorn stops cleanly, then raises the signal again; that must not look like a crash.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _leave)
    try:
        settings = load(os.environ)
        log_to(sys.stdout, settings.log_level)
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        with _listen(settings) as listener:
            database = Database(settings.database_url.get_secret_value())
            _prepare(database)
            _serve(settings, database, listener)
    except SettingError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the person at the terminal is the reader
        return _WRONG_SETTING
    return 0


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise SettingError(
            f"Port {settings.port} on {settings.host} cannot be opened: {error.strerror}. "
            "Stop what uses it, or set API_PORT (and API_HOST) to another one."
        ) from error


def _prepare(database: Database) -> None:
    """Makes the tables now if PostgreSQL is there; otherwise the first request that finds it does."""
    try:
        database.prepare()
    except DatabaseUnavailable as error:
        if error.settings_are_wrong:
            raise SettingError(error.error) from error
        _log.warning("%s The service starts and answers 503 until it does.", error.error)


def _serve(settings: Settings, database: Database, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    _log.info("Listening on http://%s:%d", f"[{host}]" if ":" in host else host, port, extra={"port": port})
    make_server(create_app(settings, database)).run(sockets=[listener])


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
