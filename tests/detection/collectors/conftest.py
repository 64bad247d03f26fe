"""A log file, its writer and its rotation; and a collector that reads it into a real store."""

import gzip
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from detection.collectors.file import FileCollector
from detection.file_mapping import FileMapping
from detection.keeping import Keeper
from tests.conftest import Store
from tests.detection.conftest import ask
from vigie.clock import utc_now
from vigie.store.roles import Role


def access_line(number: int, status: int = 401, when: timedelta = timedelta()) -> str:
    """A line of nginx's access log; its number is in the path."""
    at = utc_now() - timedelta(minutes=5) + when
    return f'192.0.2.1 - alice [{at:%d/%b/%Y:%H:%M:%S +0000}] "GET /page/{number} HTTP/1.1" {status} 153 "-" "curl"\n'


@dataclass
class Log:
    """A log file as its writer sees it."""

    path: Path

    def write(self, *numbers: int, status: int = 401) -> None:
        self.append("".join(access_line(number, status) for number in numbers))

    def append(self, text: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text)

    def beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def rename(self, suffix: str = ".1") -> Path:
        return self.path.rename(self.beside(suffix))

    def copy(self, suffix: str = ".1") -> None:
        shutil.copyfile(self.path, self.beside(suffix))

    def truncate(self) -> None:
        os.truncate(self.path, 0)

    def compress(self, suffix: str) -> None:
        """As logrotate does: a new file that keeps the time of the old one."""
        plain, made = self.beside(suffix), self.beside(f"{suffix}.gz")
        made.write_bytes(gzip.compress(plain.read_bytes()))
        shutil.copystat(plain, made)
        plain.unlink()


@dataclass
class Tail:
    """A file collector and a keeper in this process, and what Vigie's database then holds."""

    store: Store
    mapping: FileMapping
    collector: FileCollector
    keeper: Keeper

    def read(self) -> "Tail":
        """Looks and stores until there is nothing more to read at once."""
        more = True
        while more:
            look = self.collector.look()
            self.keeper.keep(self.mapping.name, look)
            more = look.more
        return self

    def restarted(self) -> "Tail":
        """Goes on from what is stored, as another process would."""
        self.collector.close()
        self.collector = FileCollector(self.mapping)
        self.collector.resume(self.keeper.register(self.collector.source))
        return self

    @property
    def pages(self) -> list[int]:
        """The numbers of the stored lines, in order."""
        numbers = "SELECT substr(http_route, 7)::int n FROM events WHERE source <> 'vigie'"  # which tells of gaps
        found = f"SELECT coalesce(array_agg(n ORDER BY n), '{{}}') FROM ({numbers}) e"
        return list(ask(self.store, found))

    @property
    def gaps(self) -> int:
        return int(ask(self.store, "SELECT count(*) FROM gaps"))

    def sees(self, value: object, query: str) -> Callable[[], bool]:
        def looked() -> bool:
            self.read()
            return ask(self.store, query) == value

        return looked


def mapping_of(path: Path, format_name: str = "nginx", name: str = "site") -> FileMapping:
    return FileMapping("test", name, name, str(path), format_name, "UTC", (), 10, 20)


def tail_of(store: Store, mapping: FileMapping) -> Tail:
    keeper = Keeper(store.url(Role.WORKER), timedelta(days=400))
    return Tail(store, mapping, FileCollector(mapping), keeper).restarted()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    made = Log(tmp_path / "access.log")
    made.path.touch()
    return made


@pytest.fixture
def tail(store: Store, log: Log) -> Iterator[Tail]:
    """A collector of `log`, which has not looked yet."""
    made = tail_of(store, mapping_of(log.path))
    yield made
    made.collector.close()
    made.keeper.close()
