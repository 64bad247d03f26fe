"""Which log files are read and how: `[[file]]` of `config/sources.toml`."""

import re
from dataclasses import dataclass
from pathlib import Path

from detection.parsers.registry import PARSERS
from detection.routes import is_pattern
from detection.toml_table import Table
from vigie.store.http_minutes import ROUTES

FILE_KEYS = ("name", "title", "path", "format", "time_zone", "routes", "keep", "expected_period_s", "grace_s")


@dataclass(frozen=True, slots=True)
class FileMapping:
    """One `[[file]]`. `path` may be a pattern. `time_zone`: the IANA zone of times that are written without one.

    `keeps_all`: every request and every line becomes an event.
    """

    place: str
    name: str
    title: str
    path: str
    format: str
    time_zone: str
    routes: tuple[str, ...]
    expected_period_s: int
    grace_s: int
    keeps_all: bool = False


def file_of(table: Table, name_pattern: re.Pattern[str], name_hint: str) -> FileMapping:
    """Raises ConfigurationError with the file, the key and the remedy."""
    table.allow_only(FILE_KEYS)
    name = table.text("name", pattern=name_pattern, hint=name_hint)
    path = table.text("path")
    if not Path(path).is_absolute():
        raise table.wrong("path", f"is {path!r}", "Write it from the root on: /var/log/nginx/access.log.")
    return FileMapping(
        place=table.place,
        name=name,
        title=table.text("title", default=name),
        path=path,
        format=table.choice("format", list(PARSERS)),
        time_zone=table.time_zone("time_zone") or "UTC",
        routes=routes_of(table),
        expected_period_s=table.whole("expected_period_s", 10, lowest=10, highest=86_400),
        grace_s=table.whole("grace_s", 20, lowest=0, highest=86_400),
        keeps_all=keeps_all(table),
    )


def keeps_all(table: Table) -> bool:
    """Whether a log is kept whole. Raises ConfigurationError."""
    return table.choice("keep", ["security", "all"], default="security") == "all"


def routes_of(table: Table) -> tuple[str, ...]:
    """The patterns that requests are counted by. Raises ConfigurationError."""
    routes = table.texts("routes") if table.has("routes") else ()
    wrong = next((route for route in routes if not is_pattern(route)), None)
    if wrong is not None:
        raise table.wrong(
            "routes", f"holds {wrong!r}", "Write a path, with {name} for a segment or {name...} at its end."
        )
    if len(routes) > ROUTES:
        raise table.wrong("routes", f"holds {len(routes)} patterns", f"{ROUTES} are the most.")
    return routes
