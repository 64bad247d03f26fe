"""Where events come from and how: `config/sources.toml`, read and checked before anything starts."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path

from detection.actions import ACTIONS, REASONS, Action
from detection.file_mapping import FileMapping, file_of
from detection.loki_mapping import LokiMapping, loki_of
from detection.toml_table import Table
from vigie.errors import ConfigurationError

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NAME_HINT = "lower-case letters, digits, - and _, at most 40"
_DATABASE = re.compile(r"VIGIE_[A-Z0-9_]*DATABASE_URL")
KEYS = (
    "name", "title", "database", "relation", "expected_period_s", "grace_s", "overlap_minutes", "order", "time_zone",
    "other", "columns", "kinds", "reasons",
)  # fmt: skip
_NEEDED_COLUMNS = ("id", "occurred_at", "kind")
COLUMNS = (*_NEEDED_COLUMNS, "user_name", "source_ip", "user_agent", "reason")


class Order(Enum):
    """What grows with every new row: a whole-number key, or the time."""

    ID = "id"
    TIME = "time"


class Other(Enum):
    """What happens to a row whose kind is not mapped."""

    REJECT = "reject"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class ApplicationMapping:
    """One `[[application]]`. `columns` maps our field to their column; absent fields have none.

    `order` None: whole-number keys are read in their order, all others by time. `time_zone`: the IANA zone of a time
    column that has none. `overlap`: the longest transaction of the application that costs nothing.
    """

    place: str
    name: str
    title: str
    database: str
    relation: tuple[str, ...]
    columns: Mapping[str, str]
    kinds: Mapping[str, Action]
    reasons: Mapping[str, str]
    expected_period_s: int
    grace_s: int
    overlap: timedelta
    order: Order | None
    time_zone: str | None
    other: Other

    @property
    def relation_name(self) -> str:
        return ".".join(self.relation)


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that is read."""

    applications: tuple[ApplicationMapping, ...]
    files: tuple[FileMapping, ...]
    lokis: tuple[LokiMapping, ...]

    @property
    def names(self) -> list[str]:
        every: list[ApplicationMapping | FileMapping | LokiMapping] = [*self.applications, *self.files, *self.lokis]
        return [each.name for each in every]


def load(path: Path) -> Sources:
    """Every source of the file. Raises ConfigurationError with the file, the key and the remedy."""
    top = Table(_document(path), str(path))
    top.allow_only({"application", "file", "loki", "health"})  # `health` is the console's: vigie/health/mapping.py
    found = Sources(
        tuple(_application(table) for table in top.tables("application")),
        tuple(file_of(table, _NAME, _NAME_HINT) for table in top.tables("file")),
        tuple(loki_of(table, _NAME, _NAME_HINT) for table in top.tables("loki")),
    )
    for name in found.names:
        if found.names.count(name) > 1:
            raise ConfigurationError(f"{path} names two sources {name!r}.", "Give each its own name.")
    return found


def _document(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The file {path} cannot be read: {error.strerror}.", "Correct the path in VIGIE_SOURCES_FILE."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.", "Correct that line.") from error


def _application(table: Table) -> ApplicationMapping:
    table.allow_only(KEYS)
    name = table.text("name", pattern=_NAME, hint=_NAME_HINT)
    columns = table.table("columns")
    columns.allow_only(COLUMNS)
    return ApplicationMapping(
        place=table.place,
        name=name,
        title=table.text("title", default=name),
        database=table.text("database", pattern=_DATABASE, hint="the name of a setting, VIGIE_…DATABASE_URL"),
        relation=_relation(table),
        columns={key: columns.text(key) for key in COLUMNS if key in _NEEDED_COLUMNS or columns.has(key)},
        kinds=_kinds(table.table("kinds")),
        reasons=_reasons(table.table("reasons", needed=False)),
        expected_period_s=table.whole("expected_period_s", 10, lowest=10, highest=86_400),
        grace_s=table.whole("grace_s", 20, lowest=0, highest=86_400),
        overlap=timedelta(minutes=table.whole("overlap_minutes", 15, lowest=1, highest=1440)),
        order=Order(table.choice("order", [o.value for o in Order])) if table.has("order") else None,
        time_zone=table.time_zone("time_zone"),
        other=Other(table.choice("other", [o.value for o in Other], default=Other.REJECT.value)),
    )


def _relation(table: Table) -> tuple[str, ...]:
    """`name`, `schema.name`, or a list of one or two names for names that hold a dot."""
    parts = table.texts("relation") if table.is_list("relation") else tuple(table.text("relation").split("."))
    if len(parts) > 2 or not all(parts):
        raise table.wrong("relation", "is not a table or view", 'Write "name", "schema.name" or ["schema", "name"].')
    return parts


def _kinds(table: Table) -> dict[str, Action]:
    if not table.entries():
        raise ConfigurationError(f"{table.place} is empty.", "Map at least one value of the kind column to an action.")
    return {value: ACTIONS[table.choice(value, list(ACTIONS))] for value in table.entries()}


def _reasons(table: Table) -> dict[str, str]:
    return {value: table.choice(value, list(REASONS)) for value in table.entries()}
