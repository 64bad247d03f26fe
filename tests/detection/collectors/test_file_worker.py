"""The worker reads a log while it is killed, while the log is rotated, and while PostgreSQL is away."""

import os
import random
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.embedded.server import Server
from tests.conftest import ACCOUNT, Store, reachable
from tests.detection.collectors.conftest import Log, access_line
from tests.detection.conftest import Worker, ask, differences, until
from vigie.store.roles import Role

IS_UP = "looks at its sources"
STORED = "SELECT count(*) FROM events WHERE source = 'site'"  # a worker that starves says so in an event of its own


@dataclass
class Writer:
    """Appends numbered lines, some twice, and rotates now and then, as nginx and logrotate do.

    `burst`: lines a write. `least`: it goes on until so many lines are written, even when told to stop.
    """

    log: Log
    copies: bool = False
    burst: int = 1
    least: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    written: int = 0
    hidden: int = 0

    def run(self) -> None:
        dice = random.Random(11)
        rotated = 0
        while not self.stop.wait(dice.random() * 0.01) or self.written < self.least:
            repeats = 2 if dice.random() < 0.2 else 1
            numbers = range(self.written, self.written + self.burst)
            self.log.append("".join(access_line(number) * repeats for number in numbers))
            self.written += self.burst
            self.hidden += (repeats - 1) * self.burst
            if dice.random() < 0.01:
                rotated += 1
                self.rotate(f".{rotated}")

    def rotate(self, suffix: str) -> None:
        if not self.copies:
            renamed = Log(self.log.rename(suffix))
            renamed.append(access_line(self.written))  # a writer that has not reopened yet
            self.written += 1
            return
        self.log.copy(suffix)
        self.log.truncate()


def worker_of(store: Store, log: Log, folder: Path) -> Worker:
    """A worker of `log` alone, not yet started."""
    sources = folder / "sources.toml"
    sources.write_text(f'[[file]]\nname = "site"\npath = "{log.path}"\nformat = "nginx"\n', encoding="utf-8")
    environment = {"VIGIE_WORKER_DATABASE_URL": store.url(Role.WORKER), "VIGIE_SOURCES_FILE": str(sources)}
    return Worker(environment, folder)


@pytest.fixture
def reader(store: Store, log: Log, tmp_path: Path) -> Iterator[Worker]:
    """A worker of `log`."""
    made = worker_of(store, log, tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)


def kill_and_start(store: Store, reader: Worker, writer: Writer, kills: int) -> int:
    """Kills the worker at random moments while `writer` writes; returns how many events there must be."""
    thread = threading.Thread(target=writer.run)
    thread.start()
    dice = random.Random(7)
    for _ in range(kills):
        reader.start()
        until(lambda: IS_UP in reader.said() and ask(store, "SELECT last_look_at FROM sources"), 60)
        writer.stop.wait(dice.random())
        reader.end(signal.SIGKILL)
    writer.stop.set()
    thread.join()
    reader.start()
    expected = writer.written + writer.hidden
    until(lambda: IS_UP in reader.said() and ask(store, STORED) >= expected, 120)
    assert reader.end()[0] == 0
    return expected


def doubled_or_lost(store: Store, written: int) -> object:
    """Lines that are there less than once or more than twice."""
    return ask(
        store,
        f"""SELECT array_agg(n) FROM generate_series(0, {written} - 1) n LEFT JOIN (
                SELECT substr(http_route, 7)::int AS n, count(*) AS there FROM events GROUP BY 1) e USING (n)
            WHERE coalesce(there, 0) NOT BETWEEN 1 AND 2""",
    )


def test_killed_again_and_again_while_the_log_is_renamed_every_line_is_there_once(
    store: Store, log: Log, reader: Worker
) -> None:
    writer = Writer(log)
    expected = kill_and_start(store, reader, writer, 6)
    found = "SELECT (stored, hits, gaps)::text FROM sources"
    assert ask(store, found) == f"({expected},{expected},0)"
    assert ask(store, STORED) == expected == ask(store, "SELECT sum(n) FROM http_minute")
    assert (doubled_or_lost(store, writer.written), differences(store)) == (None, [])


def test_killed_again_and_again_while_the_log_is_copied_and_truncated_nothing_is_doubled(
    store: Store, log: Log, reader: Worker
) -> None:
    writer = Writer(log, copies=True)
    expected = kill_and_start(store, reader, writer, 6)  # this writer waits for the copy: nothing falls between
    assert ask(store, "SELECT (stored, hits)::text FROM sources") == f"({expected},{expected})"
    assert ask(store, "SELECT count(*) FROM gaps") > 0
    assert (doubled_or_lost(store, writer.written), differences(store)) == (None, [])


class TestWithAServerThatStops:
    """These tests stop their server."""

    @pytest.fixture
    def postgres(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        server = Server(reachable(tmp_path_factory.mktemp("pg")) / "s", account=ACCOUNT)
        server.start()
        yield server
        server.stop()

    def test_what_is_written_and_rotated_while_postgresql_is_away_is_stored_once_it_is_back(
        self, postgres: Server, store: Store, log: Log, reader: Worker
    ) -> None:
        log.write(1)
        reader.start()
        until(lambda: ask(store, "SELECT count(*) FROM events") == 1)
        postgres.stop()
        log.write(2)
        log.rename(".2")
        log.write(3)
        log.rename(".1")
        log.write(4)
        until(lambda: "does not answer" in reader.said())
        postgres.start()
        store.owner.dispose()
        until(lambda: ask(store, "SELECT (stored, hits, gaps)::text FROM sources") == "(4,4,0)", 20)
        assert reader.end()[0] == 0


class TestOnASmallDisk:
    """These tests fill their disk."""

    @pytest.fixture
    def postgres(self, small_disk: Path) -> Iterator[Server]:
        server = Server(small_disk / "database", account=ACCOUNT)
        server.start()
        yield server
        server.stop()

    @pytest.mark.root
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
    def test_with_the_disk_full_nothing_is_lost_and_it_goes_on_once_there_is_room(
        self, store: Store, small_disk: Path, reader: Worker, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        log = Log(tmp_path_factory.mktemp("log") / "access.log")
        log.write(*range(9000))
        sources = Path(reader.environment["VIGIE_SOURCES_FILE"])
        sources.write_text(f'[[file]]\nname = "site"\npath = "{log.path}"\nformat = "nginx"\n', encoding="utf-8")
        filler = small_disk / "filler"
        filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 500_000))
        reader.start()
        until(lambda: "The disk below PostgreSQL is full. Free space there" in reader.said())
        filler.unlink()
        until(lambda: ask(store, "SELECT (stored, hits)::text FROM sources") == "(9000,9000)")
        assert (differences(store), reader.end()[0]) == ([], 0)
