"""Writes the reference pages that are made from the code; `--check` fails when one differs (a test runs it)."""

import argparse
import sys
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from api.settings import Settings as ServiceSettings
from cli.settings import CommandSettings
from dashboard.settings import ConsoleSettings
from detection.intake.settings import IntakeSettings
from detection.settings import WorkerSettings
from exporters.settings import ExporterSettings
from vigie.clients.source import LokiSettings, PrometheusSettings
from vigie.settings import variable_of

ROOT = Path(__file__).resolve().parent.parent
_PROGRAMS: tuple[tuple[str, str, type[BaseModel]], ...] = (
    (
        "The command `vigie`",
        "Read by `scripts/run.sh` and `scripts/vigie`; `vigie up` hands the rest on.",
        CommandSettings,
    ),
    ("The console", "`python -m dashboard`, started by `vigie up`.", ConsoleSettings),
    ("The worker", "`python -m detection`, started by `vigie up`.", WorkerSettings),
    (
        "Loki",
        "Read by the console for the page Logs, and by the worker for the `[[loki]]` of [its sources](sources.md).",
        LokiSettings,
    ),
    ("Prometheus", "Read by the console for the [page API](health.md).", PrometheusSettings),
    ("The intake", "`python -m detection.intake`: [what it takes](intake.md).", IntakeSettings),
    ("The exporter", "`python -m exporters`: [what it gives](metrics.md).", ExporterSettings),
    (
        "The watched service",
        "`python -m api`, started by `vigie up` unless VIGIE_APP_DATABASE_URL is set.",
        ServiceSettings,
    ),
)


def settings_page() -> str:
    """docs/reference/settings.md: every variable of every program."""
    lines = [
        "# Settings",
        "",
        "Environment variables, read once at the start. For every `X` there is `X_FILE`, the path of a file that",
        "holds the value; it beats `X`.",
        "A wrong value stops the start in one sentence that names the variable. Made from the code by `make docs`.",
    ]
    for title, where, settings in _PROGRAMS:
        lines += ["", f"## {title}", "", where, "", "| variable | default | meaning |", "|---|---|---|"]
        prefix = str(settings.model_config.get("env_prefix") or "")
        for name, field in settings.model_fields.items():
            variable = str(field.alias or variable_of(prefix, name))
            lines.append(f"| `{variable}` | {_default(field)} | {field.description} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "see meaning"
    if field.default is PydanticUndefined:
        return "**required**"
    if field.default in (None, "", ()):
        return "unset"
    inside = isinstance(field.default, Path) and field.default.is_relative_to(ROOT)
    return f"`{field.default.relative_to(ROOT) if inside else field.default}`"


def main() -> int:
    """Exit code 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on a difference")
    check = parser.parse_args().check
    path, wanted = ROOT / "docs/reference/settings.md", settings_page()
    if check and (not path.exists() or path.read_text(encoding="utf-8") != wanted):
        print(f"{path.relative_to(ROOT)} differs from the code. Run `make docs` and commit it.", file=sys.stderr)
        return 1
    if not check:
        path.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
