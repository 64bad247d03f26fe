"""The demonstration's log files, and the sources file that has the worker read them beside everything else.

`vigie up --demo` makes both before the worker starts. Nothing here loads more than the standard library: the
supervisor, which stays for weeks, calls it.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cli.settings import CHECKOUT
from cli.state import explained

_SOURCES_VARIABLE = "VIGIE_SOURCES_FILE"
_TABLE = """
[[file]]
name = "{name}"
title = "{title}"
path = "{path}"
format = "{format}"
"""


@dataclass(frozen=True, slots=True)
class DemoLog:
    """One file. `more`: further lines of its table in the sources file."""

    name: str
    title: str
    file: str
    format: str
    more: str = ""


SITE = DemoLog(
    "demo-site", "Reverse proxy (demonstration)", "access.log", "nginx",
    'routes = ["/products/{id}", "/static/{file...}"]\n',
)  # fmt: skip
SSH = DemoLog("demo-ssh", "SSH of the host (demonstration)", "auth.log", "sshd")
KERNEL = DemoLog("demo-falco", "Falco (demonstration)", "falco.jsonl", "falco")
LOGS = (SITE, SSH, KERNEL)


@dataclass(frozen=True, slots=True)
class LogFolder:
    """The folder of the files, below the state folder."""

    path: Path

    @classmethod
    def of(cls, state_folder: Path) -> "LogFolder":
        return cls(state_folder / "demo")

    def make(self) -> Path:
        """Makes what is missing; the sources file is written anew. Returns its path. Raises VigieError."""
        given = Path(os.environ.get(_SOURCES_VARIABLE) or CHECKOUT / "config" / "sources.toml")
        target = self.path / "sources.toml"
        try:
            self.path.mkdir(mode=0o700, exist_ok=True)
            for log in LOGS:
                (self.path / log.file).touch(mode=0o600)
            target.write_text(given.read_text(encoding="utf-8") + "".join(map(self._table, LOGS)), encoding="utf-8")
        except OSError as error:
            raise explained(error, self.path) from error
        return target

    def _table(self, log: DemoLog) -> str:
        return _TABLE.format(name=log.name, title=log.title, path=self.path / log.file, format=log.format) + log.more

    @property
    def is_empty(self) -> bool:
        """Whether no history was written yet."""
        return not (self.path / SITE.file).exists() or (self.path / SITE.file).stat().st_size == 0

    def write(self, log: DemoLog, lines: str) -> None:
        """Appends whole lines. Without the folder nothing is written: nobody would read them."""
        if self.path.exists():
            with (self.path / log.file).open("a", encoding="utf-8") as file:
                file.write(lines)

    def remove(self) -> None:
        """Takes the files and the folder away."""
        for name in (*(log.file for log in LOGS), "sources.toml"):
            (self.path / name).unlink(missing_ok=True)
        if self.path.exists():
            self.path.rmdir()


def stamp(at: datetime) -> str:
    """`2026-11-20T05:42:31.003000Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
