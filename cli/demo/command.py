"""`vigie demo`: what `scripts/run.sh --demo` starts beside the rest, and `--clear`, which takes it all away again."""

import hashlib
import logging
import signal
import threading
from datetime import timedelta

from cli.database import owner_url
from cli.demo.clear import clear
from cli.demo.history import load_history
from cli.demo.log_history import write_history
from cli.demo.logs import LogFolder
from cli.demo.mark import make_room, mark, owner
from cli.demo.traffic import run as run_traffic
from cli.embedded.provision import APP_OWNER
from cli.prepare import url_name
from cli.settings import CommandSettings
from cli.state import State
from vigie.errors import ConfigurationError
from vigie.log import log_to

_HISTORY = timedelta(days=31)
_log = logging.getLogger("cli.demo")


def run(settings: CommandSettings, *, clearing: bool) -> int:
    """History first, then traffic until SIGTERM or Ctrl-C; or the removal. Raises VigieError."""
    if settings.app_database_url:
        raise ConfigurationError(
            "The demonstration needs the reference service, and VIGIE_APP_DATABASE_URL names your own application.",
            "Unset it to see the demonstration.",
        )
    state = State.open(settings.state_dir)
    with state.lock("demo", "The demonstration runs.", "Stop scripts/run.sh --demo first, then do this."):
        return _clear(settings, state) if clearing else _play(settings, state)


def _clear(settings: CommandSettings, state: State) -> int:
    with owner_url(settings) as url:
        gone = clear(_service_url(state), url)
    LogFolder.of(state.folder).remove()
    print(f"Removed {gone.accounts} accounts, {gone.activity} rows of activity and {gone.events} events.")
    return 0


def _play(settings: CommandSettings, state: State) -> int:
    if not state.is_locked("up"):
        raise ConfigurationError("Vigie does not run on this state folder.", "Start it with scripts/run.sh --demo.")
    log_to()
    seed = int.from_bytes(hashlib.sha256(state.secret("demo.seed").encode()).digest()[:8], "big")
    logs = LogFolder.of(state.folder)
    with owner_url(settings) as url:
        mark(url)
        make_room(url, _HISTORY)
        rows = load_history(_service_url(state), seed=seed)
        with owner(url) as connection:
            lines = write_history(logs, seed, connection)
    made = f"{rows:,} rows of activity, {lines:,} lines of log" if rows or lines else "already there"
    _log.info("History: %s.", made)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_traffic(f"http://127.0.0.1:{settings.api_port}", seed=seed, stop=stop, logs=logs)
    return 0


def _service_url(state: State) -> str:
    if not state.secret_path(url_name(APP_OWNER)).exists():
        raise ConfigurationError("The reference service has no database yet.", "Run scripts/run.sh --demo.")
    return state.secret(url_name(APP_OWNER))
