"""The programs that `vigie up` starts, in this order, each with its own secrets by file and nobody else's."""

import sys
from collections.abc import Iterator
from pathlib import Path

from cli.demo.logs import LogFolder
from cli.embedded.provision import APP_OWNER, APP_READER
from cli.environment import access_to_loki, access_to_prometheus, databases_of_sources, for_every_part
from cli.output import Output
from cli.settings import CommandSettings
from cli.state import State
from cli.supervisor import Process


def processes(
    settings: CommandSettings, state: State, output: Output, prometheus: str | None, *, demo: bool
) -> Iterator[Process]:
    """Service (unless another application is watched), worker, intake, console, and the demonstration if asked for.

    `prometheus`: where the one answers that is started beside them.
    """

    def part(name: str, module: str, own: dict[str, str], *words: str) -> Process:
        return Process(name, [sys.executable, "-m", module, *words], for_every_part() | own, output)

    store = {"VIGIE_WORKER_DATABASE_URL_FILE": str(state.secret_path("vigie_worker.url"))}
    if settings.database_url is None:
        store["VIGIE_STORAGE_FOLDER"] = str(state.folder)
    reader = {}
    if settings.app_database_url is None:
        yield part("api", "api", _service(settings, state, demo=demo))
        reader = {"VIGIE_APP_DATABASE_URL_FILE": str(state.secret_path(f"{APP_READER}.url"))}
    # The demonstration's log files are read by the real collectors, as long as it plays.
    played = {"VIGIE_SOURCES_FILE": str(LogFolder.of(state.folder).make())} if demo else {}
    yield part("worker", "detection", databases_of_sources() | access_to_loki() | reader | store | played)
    token = {"VIGIE_INTAKE_TOKEN_FILE": str(_made(state, "intake.token"))}
    yield part("intake", "detection.intake", store | token | {"VIGIE_INTAKE_PORT": str(settings.intake_port)})
    yield part("console", "dashboard", _console(settings, state, prometheus) | played)
    if demo:
        own = {"VIGIE_STATE_DIR": str(state.folder), "VIGIE_API_PORT": str(settings.api_port)}
        yield part("demo", "cli", own, "demo")


def _service(settings: CommandSettings, state: State, *, demo: bool) -> dict[str, str]:
    own = {
        "API_DATABASE_URL_FILE": str(state.secret_path(f"{APP_OWNER}.url")),
        "JWT_SECRET_FILE": str(_made(state, "jwt.secret")),
        "API_PORT": str(settings.api_port),
    }
    # The demonstration's visitors come from documentation addresses, told by loopback alone.
    return own | ({"API_TRUSTED_PROXIES": "127.0.0.1/32"} if demo else {})


def _console(settings: CommandSettings, state: State, prometheus: str | None) -> dict[str, str]:
    ours = {"VIGIE_PROMETHEUS_URL": prometheus} if prometheus else {}
    return (
        access_to_loki()
        | access_to_prometheus()
        | ours
        | {
            "VIGIE_CONSOLE_DATABASE_URL_FILE": str(state.secret_path("vigie_console.url")),
            "VIGIE_CONSOLE_HOST": settings.console_host,
            "VIGIE_CONSOLE_PORT": str(settings.console_port),
            "VIGIE_STATE_DIR": str(state.folder),
        }
    )


def _made(state: State, name: str) -> Path:
    state.secret(name)
    return state.secret_path(name)
