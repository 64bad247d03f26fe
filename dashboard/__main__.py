"""`python -m dashboard`: the console under gunicorn."""

import os
import socket
import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError

from dashboard.settings import ConsoleSettings
from vigie.errors import ConfigurationError, VigieError
from vigie.log import gunicorn_logging
from vigie.settings import variable_of

_NOT_LOADED = Arbiter.APP_LOAD_ERROR


def main() -> int:
    """Serves until SIGTERM. Exit code 2 where a setting is wrong or the port is taken."""
    try:
        settings = ConsoleSettings.load()
        listener = _listen(settings.console_host, settings.console_port)
    except VigieError as error:
        print(error, file=sys.stderr)  # noqa: T201  (logging starts with gunicorn)
        return error.exit_code
    parent = os.getpid()
    try:
        _Gunicorn(settings, listener).run()
    except SystemExit as end:
        if os.getpid() == parent and end.code == _NOT_LOADED:
            return ConfigurationError.exit_code
        raise  # also in a worker, whose code the parent waits for
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Taken here and handed over, so that a taken port is one sentence and not five tries and a trace."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        variable = variable_of("VIGIE_", "console_port")
        raise ConfigurationError(
            f"The console cannot listen on {host} port {port}: {(error.strerror or str(error)).lower()}.",
            f"Set {variable} to a free port.",
        ) from error
    listener.listen(256)
    return listener


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with our configuration; the worker, not this process, loads the application."""

    def __init__(self, settings: ConsoleSettings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "worker_class": "gthread",
            "workers": self._settings.console_workers,
            "threads": self._settings.console_threads,
            "timeout": 60,
            "graceful_timeout": 5,
            "keepalive": 30,
            "control_socket_disable": True,
            "limit_request_line": 8190,
            "limit_request_fields": 60,
            "proc_name": "vigie-console",
            "accesslog": None,
            "logconfig_dict": gunicorn_logging(self._settings.log_level),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        try:
            from dashboard.wsgi import application  # not before the fork: the parent stays small
        except VigieError as error:
            raise AppImportError(str(error)) from None  # gunicorn prints it and ends, without a trace
        return application


if __name__ == "__main__":
    sys.exit(main())
