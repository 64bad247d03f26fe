"""The environment: what each part inherits, and what in it looks like a setting of ours but is none."""

import difflib
import os
from collections.abc import Iterator, Mapping

from cli.settings import CommandSettings
from dashboard.settings import ConsoleSettings
from detection.intake.settings import IntakeSettings
from detection.settings import WorkerSettings
from vigie.clients.source import LokiSettings, PrometheusSettings
from vigie.settings import variable_of

_PASSED_ON = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "XDG_RUNTIME_DIR", "PYTHONPYCACHEPREFIX",
)  # fmt: skip
_SECRETS_OF_OTHERS = ("DATABASE_URL", "SECRET", "PASSWORD", "TOKEN")
_OF_THE_SCRIPTS = ("VIGIE_HOME", "VIGIE_PYTHON", "VIGIE_TEST_PROCESSES")
_CLASSES = (CommandSettings, ConsoleSettings, WorkerSettings, IntakeSettings, LokiSettings, PrometheusSettings)


def for_every_part() -> dict[str, str]:
    """What every part inherits: our settings without anybody's secrets, which each part gets by file."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    ours = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("VIGIE_", "API_", "JWT_EXPIRE")) and not any(part in name for part in _SECRETS_OF_OTHERS)
    }
    return passed | ours | {"PYTHONUNBUFFERED": "1"}


def databases_of_sources() -> dict[str, str]:
    """The databases that config/sources.toml may name: for the worker alone. The owner's URL is not among them."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE").endswith("_DATABASE_URL")
        and name.removesuffix("_FILE") not in ("VIGIE_DATABASE_URL", "API_DATABASE_URL")
    }


def access_to_loki() -> dict[str, str]:
    """Where Loki is and who Vigie is to it: for the parts that ask it."""
    return {name: value for name, value in os.environ.items() if name.startswith("VIGIE_LOKI_")}


def access_to_prometheus() -> dict[str, str]:
    """The same for Prometheus."""
    return {name: value for name, value in os.environ.items() if name.startswith("VIGIE_PROMETHEUS_")}


def unknown_settings(environ: Mapping[str, str]) -> Iterator[str]:
    """A sentence for every `VIGIE_…` that nothing reads: mostly a slip of the pen, not to pass in silence."""
    known = {
        variable_of(str(settings.model_config.get("env_prefix") or ""), field)
        for settings in _CLASSES
        for field in settings.model_fields
    } | set(_OF_THE_SCRIPTS)
    for name in sorted(environ):
        plain = name.removesuffix("_FILE")
        if not name.startswith("VIGIE_") or known & {name, plain} or plain.endswith("DATABASE_URL"):
            continue
        near = difflib.get_close_matches(plain, known, n=1)
        yield f"{name} is no setting of Vigie and is ignored." + (f" Did you mean {near[0]}?" if near else "")
