"""`vigie up`: PostgreSQL, the service, the worker and the console under one supervisor, until Ctrl-C."""

import os
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from cli.embedded.provision import VIGIE_DATABASE, VIGIE_OWNER, Login, make_vigie
from cli.embedded.server import Server
from cli.environment import databases_of_sources, for_every_part, unknown_settings
from cli.output import Output
from cli.parts import processes
from cli.ports import ensure_free
from cli.settings import CHECKOUT, ONE_TIME, CommandSettings
from cli.state import State
from cli.supervisor import Supervisor
from cli.watching import prometheus_url, watchers
from vigie.errors import ConfigurationError, VigieError

_READY_TIMEOUT_S = 60


def up(settings: CommandSettings, *, demo: bool) -> int:
    """Runs until a signal. Returns the exit code. Raises VigieError with one sentence for what cannot work."""
    state = State.open(settings.state_dir)
    output = Output(state.logs)
    supervisor = Supervisor(output)
    advice = "Stop it first, or set VIGIE_STATE_DIR to another folder."
    with state.lock("up", f"Another Vigie already runs on {state.folder}.", advice):
        ensure_free(settings.console_host, settings.console_port, "VIGIE_CONSOLE_PORT")
        ensure_free("127.0.0.1", settings.intake_port, "VIGIE_INTAKE_PORT")
        if settings.app_database_url is None:
            ensure_free("127.0.0.1", settings.api_port, "VIGIE_API_PORT")
        for sentence in unknown_settings(os.environ):
            output.say(sentence)
        supervisor.catch_signals()
        try:
            _start_all(settings, state, supervisor, output, demo=demo)
            supervisor.watch()
        finally:
            output.say("Stopping.")
            supervisor.stop()
            output.say("Stopped. Everything that was stored is kept.")
    return 0


def _start_all(settings: CommandSettings, state: State, supervisor: Supervisor, output: Output, *, demo: bool) -> None:
    owner_url = settings.database_url or _start_postgres(settings, state, supervisor, output)
    password = run_prepare(state, owner_url)
    url = f"http://{_in_url(settings.console_host)}:{settings.console_port}"
    try:
        prometheus = prometheus_url(settings, output)
        parts = [*processes(settings, state, output, prometheus, demo=demo)]
        for process in [*parts, *(watchers(settings, state, output) if prometheus else ())]:
            if supervisor.stopping:
                return
            supervisor.start(process)
        if _wait_until_ready(f"{url}/healthz", supervisor):
            _welcome(settings, output, url, prometheus, demo=demo)
        elif not supervisor.stopping:
            output.say(f"The console did not answer within {_READY_TIMEOUT_S} s; {state.logs} says more.")
    finally:  # it is shown once and cannot be shown again: whatever else went wrong
        if password:
            output.say(f"Sign in   {settings.admin_email}")
            output.say(f"Password  {password}   ({ONE_TIME})")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class EmbeddedPostgres:
    """The embedded server as a part of the supervisor."""

    name = "postgres"

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def pid(self) -> int | None:
        return self._server.process.pid if self._server.process else None

    def start(self) -> None:
        self._server.start()

    def ended(self) -> int | None:
        code = self._server.process.poll() if self._server.process else None
        return None if code is None else (code if code < 0 else 1)  # its own exit code 2 means a crash, not settings

    def stop(self) -> None:
        self._server.stop()


def _start_postgres(settings: CommandSettings, state: State, supervisor: Supervisor, output: Output) -> str:
    server = Server(state.database, pg_bin=settings.pg_bin)
    first = not (state.database / "data").exists()
    output.say(
        f"PostgreSQL {server.binaries.major}.{server.binaries.version[1]} from {server.binaries.folder}: "
        f"{'making a database' if first else 'starting'} in {state.database}."
    )
    supervisor.start(EmbeddedPostgres(server))
    return embedded_owner_url(server, state)


def embedded_owner_url(server: Server, state: State) -> str:
    """Makes Vigie's database on the embedded server if needed; the URL of its owner. `server` runs."""
    owner = Login(VIGIE_OWNER, state.secret("vigie_owner.password"))
    connection = server.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        make_vigie(cursor, owner)
        cursor.execute(f"ALTER ROLE {VIGIE_OWNER} CREATEDB")
    connection.close()
    return state.write_secret("vigie_owner.url", server.url(owner.role, owner.password, VIGIE_DATABASE))


def run_prepare(state: State, owner_url: str) -> str | None:
    """Runs `cli.prepare` beside us. Returns the first administrator's one-time password or None."""
    environment = for_every_part() | databases_of_sources()
    environment |= {"VIGIE_DATABASE_URL": owner_url, "VIGIE_STATE_DIR": str(state.folder)}
    done = subprocess.run(
        [sys.executable, "-m", "cli.prepare"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
    )
    if done.returncode != 0:
        error = ConfigurationError if done.returncode == ConfigurationError.exit_code else VigieError
        raise error(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "The database was not prepared.")
    return done.stdout.strip() or None


def _wait_until_ready(url: str, supervisor: Supervisor) -> bool:
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while time.monotonic() < deadline and not supervisor.stopping:
        supervisor.check()
        try:
            with opener.open(url, timeout=2):
                return True
        except (URLError, OSError):
            supervisor.wait(0.1)
    return False


def _welcome(settings: CommandSettings, output: Output, url: str, prometheus: str | None, *, demo: bool) -> None:
    output.say(f"Console   {url}")
    if prometheus:
        output.say(f"Metrics   {prometheus} (the Prometheus of this machine, with a folder of its own)")
    if settings.app_database_url is None:
        output.say(f"Service   http://127.0.0.1:{settings.api_port}")
    if settings.console_host in ("0.0.0.0", "::") and not os.environ.get("VIGIE_CONSOLE_NAMES"):  # noqa: S104 - compared
        output.say("From elsewhere it answers only to the names and addresses in VIGIE_CONSOLE_NAMES; none is set.")
    if demo:
        output.say("Demonstration data: thirty days of history, live traffic, an attack now and then.")
    output.say("Password lost? scripts/vigie users reset E-MAIL. Stop with Ctrl-C.")
