"""The Prometheus and the exporter that `vigie up` starts where the machine has a Prometheus, with their own folder."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from cli.environment import for_every_part
from cli.output import Output
from cli.ports import is_free
from cli.settings import CHECKOUT, CommandSettings
from cli.state import State, explained
from cli.supervisor import Process
from vigie.errors import ConfigurationError

_CONFIGURATION = CHECKOUT / "config" / "prometheus.yml"
_SIZE, _TIME = "512MB", "35d"  # an error budget looks back thirty days
_SERVICE, _EXPORTER = "127.0.0.1:8000", "127.0.0.1:9200"
_NOTHING_LOST = "Nothing is lost: the page API then shows what access logs tell."


def prometheus_url(settings: CommandSettings, output: Output) -> str | None:
    """Where the Prometheus that is to be started will answer; None, and said why, where none is started."""
    if settings.prometheus_url or settings.prometheus_port == 0 or settings.app_database_url is not None:
        return None  # there is one, none is wanted, or what it would watch does not run here
    if shutil.which("prometheus") is None:
        output.say(f"No prometheus is installed, so none is started. {_NOTHING_LOST}")
        return None
    for port, variable in (
        (settings.prometheus_port, "VIGIE_PROMETHEUS_PORT"),
        (settings.exporter_port, "VIGIE_EXPORTER_PORT"),
    ):
        if not is_free("127.0.0.1", port):
            output.say(
                f"Port {port} is taken, so no Prometheus is started. {_NOTHING_LOST} Choose another with {variable}, "
                "or name a Prometheus that runs with VIGIE_PROMETHEUS_URL."
            )
            return None
    return f"http://127.0.0.1:{settings.prometheus_port}"


def watchers(settings: CommandSettings, state: State, output: Output) -> Iterator[Process]:
    """The exporter, and the Prometheus that reads it and the service. Raises ConfigurationError, StorageFull."""
    folder = state.folder / "prometheus"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        written = folder / "prometheus.yml"
        written.write_text(configuration(settings), encoding="utf-8")
    except OSError as error:
        raise explained(error, folder) from error
    own = {
        "VIGIE_EXPORTER_DATABASE_URL_FILE": str(state.secret_path("vigie_exporter.url")),
        "VIGIE_EXPORTER_PORT": str(settings.exporter_port),
    }
    yield Process("exporter", [sys.executable, "-m", "exporters"], for_every_part() | own, output)
    yield Process("prometheus", _words(written, folder / "data", settings.prometheus_port), for_every_part(), output)


def configuration(settings: CommandSettings) -> str:
    """config/prometheus.yml with the real ports. Raises ConfigurationError where it does not name the default ones."""
    text = _CONFIGURATION.read_text(encoding="utf-8")
    for default, port in ((_SERVICE, settings.api_port), (_EXPORTER, settings.exporter_port)):
        if default not in text:
            raise ConfigurationError(
                f"{_CONFIGURATION} does not name {default}.", f"Put {default} back; `vigie up` writes the real port."
            )
        text = text.replace(default, f"127.0.0.1:{port}")
    return text


def _words(written: Path, data: Path, port: int) -> list[str]:
    return [
        shutil.which("prometheus") or "prometheus",
        f"--config.file={written}",
        f"--storage.tsdb.path={data}",
        f"--storage.tsdb.retention.size={_SIZE}",
        f"--storage.tsdb.retention.time={_TIME}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
