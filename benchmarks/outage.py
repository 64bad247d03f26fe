"""What the collectors lose when PostgreSQL is stopped for a minute, and when its disk has 8 MB left: nothing.

    python -m benchmarks.outage           # PostgreSQL stopped for 60 s: about two minutes
    python -m benchmarks.outage --disk    # the disk below it fills up: about two minutes, root only

One worker reads a log file and an application's table. Both go on being written throughout; the table is in a
PostgreSQL of its own, as the application's database usually is.
"""

import argparse
import io
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.store_path import Figure, new_store
from cli.embedded.server import Server
from cli.output import Output
from cli.supervisor import Supervisor
from cli.up import EmbeddedPostgres
from tests.conftest import ACCOUNT, Store, new_database
from tests.detection.collectors.conftest import Log
from tests.detection.collectors.test_file_worker import Writer, doubled_or_lost, worker_of
from tests.detection.conftest import ACTIVITY, READER, READER_PASSWORD, ROOT, Application, Worker, ask, differences
from tests.detection.conftest import until as poll_until
from tests.detection.test_worker import write_rows
from vigie.errors import StoreUnavailable

LEFT = 8 << 20
FULL = re.compile("The (disk .*|storage) is full")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--disk", action="store_true", help="fill the disk instead of stopping PostgreSQL")
    parser.add_argument("--seconds", type=float, default=60, help="how long PostgreSQL is stopped (default 60)")
    given = parser.parse_args()
    if given.disk and os.geteuid() != 0:
        parser.error("only root may mount a small disk")
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    try:
        for figure in full_disk(folder) if given.disk else outage(folder, given.seconds):
            print(f"{figure.name:<44}  {figure.measured:<60}  limit {figure.limit}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """A PostgreSQL below `folder` for as long as it is needed."""
    server = Server(folder, account=ACCOUNT)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def small_disk(folder: Path, megabytes: int = 384) -> Iterator[Path]:
    """A disk of its own in memory. Root only."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@dataclass
class Sources:
    """A log and a table with their writers, and a worker that reads both into `store`."""

    store: Store
    application: Application
    writer: Writer
    worker: Worker
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Worker and writers run, and the first events are stored."""
        self.worker.start()
        self.threads = [threading.Thread(target=self.writer.run, daemon=True)]
        self.threads += [
            threading.Thread(target=write_rows, args=(self.application, seed, 0.1, self.stop), daemon=True)
            for seed in range(4)
        ]
        for thread in self.threads:
            thread.start()
        poll_until(lambda: ask(self.store, "SELECT count(*) = 2 FROM sources WHERE stored > 0"), 60)

    def end_writing(self) -> None:
        self.stop.set()
        self.writer.stop.set()
        for thread in self.threads:
            thread.join()

    def written(self) -> tuple[int, int]:
        """Lines and committed rows so far."""
        ((rows,),) = self.application.run("SELECT count(*) FROM account_activity")
        return self.writer.written + self.writer.hidden, int(rows)

    def stored(self) -> tuple[int, int]:
        """Events of the log and of the table, counted where they are."""
        lines, rows = (
            int(ask(self.store, f"SELECT count(*) FROM events WHERE source = '{name}'")) for name in ("site", "app")
        )
        return lines, rows

    def caught_up(self, written: tuple[int, int]) -> bool:
        return all(found >= wanted for found, wanted in zip(self.stored(), written, strict=True))

    def settled(self) -> Figure:
        """What there is once all is written and the worker has had the time to read all of it."""
        self.end_writing()
        wanted = self.written()
        poll_until(lambda: self.caught_up(wanted), 180)
        assert self.worker.end()[0] == 0
        found = self.stored()
        distinct = ask(self.store, "SELECT count(DISTINCT event_key) FROM events WHERE source IN ('site', 'app')")
        wrong = {
            "lines": doubled_or_lost(self.store, self.writer.written),
            "rollups": differences(self.store),
            "keys": distinct - sum(found),
            "gaps": ask(self.store, "SELECT string_agg(reason, ' ') FROM gaps"),
        }
        measured = f"{wanted[0]:,} lines {found[0] - wanted[0]:+,}, {wanted[1]:,} rows {found[1] - wanted[1]:+,}"
        told = [f", WRONG: {what} {which}" for what, which in wrong.items() if which]
        return Figure("stored against written", measured + "".join(told), "+0, +0")


@contextmanager
def sources_of(store: Store, application_server: Server, folder: Path) -> Iterator[Sources]:
    """Nothing is started yet; whatever happens, nothing is left running."""
    log = Log(folder / "access.log")
    log.path.touch()
    application = application_on(application_server)
    worker = worker_of(store, log, folder)
    worker.environment["VIGIE_APP_DATABASE_URL"] = application.url
    places = Path(worker.environment["VIGIE_SOURCES_FILE"])
    shipped = (ROOT / "config" / "sources.toml").read_text(encoding="utf-8")
    places.write_text(places.read_text(encoding="utf-8") + shipped, encoding="utf-8")
    made = Sources(store, application, Writer(log, burst=5), worker)
    try:
        yield made
    finally:
        made.end_writing()
        if worker.process is not None and worker.process.poll() is None:
            worker.end(signal.SIGKILL)


def application_on(server: Server) -> Application:
    """The reference table, with its reader, in a database of `server`."""
    made = Application(server, new_database(server, "app_owner", "NOCREATEROLE"))
    connection = server.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{READER_PASSWORD}'")
    connection.close()
    made.run(ACTIVITY)
    return made


def outage(folder: Path, seconds: float) -> Iterator[Figure]:
    """PostgreSQL is stopped while lines and rows go on being written."""
    with (
        running_server(folder / "pg") as server,
        running_server(folder / "app") as other,
        new_store(server) as store,
        sources_of(store, other, folder) as sources,
    ):
        sources.start()
        time.sleep(10)
        before = sources.written()
        server.stop()
        time.sleep(seconds)
        meanwhile = [now - then for now, then in zip(sources.written(), before, strict=True)]
        server.start()
        store.owner.dispose()
        store.console.dispose()
        yield Figure(
            f"PostgreSQL stopped for {seconds:.0f} s", f"{meanwhile[0]:,} lines, {meanwhile[1]:,} rows meanwhile"
        )
        yield catching_up(sources, "after PostgreSQL answered again")
        time.sleep(5)
        yield sources.settled()


def catching_up(sources: Sources, since: str) -> Figure:
    """How long until what had been written by now is stored, while more is written."""
    wanted, started = sources.written(), time.monotonic()
    poll_until(lambda: sources.caught_up(wanted), 180)
    return Figure(f"caught up {since}", f"{time.monotonic() - started:.1f} s")


def full_disk(folder: Path) -> Iterator[Figure]:
    """The disk below Vigie's PostgreSQL is filled up to 8 MB, then to the last byte for 20 s, and has room again."""
    with (
        small_disk(folder / "disk") as disk,
        supervised_server(disk / "pg") as (server, supervisor_said),
        running_server(folder / "app") as other,
        new_store(server) as store,
        sources_of(store, other, folder) as sources,
    ):
        sources.worker.environment["VIGIE_STORAGE_FOLDER"] = str(disk)  # as `vigie up` tells its worker
        sources.start()
        filler, last = disk / "filler", disk / "last"
        filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - LEFT))
        started = time.monotonic()
        poll_until(lambda: "the screen" in who_says_full(sources, supervisor_said), 180)
        after = time.monotonic() - started
        time.sleep(10)
        who = " and ".join(who_says_full(sources, supervisor_said))
        yield Figure("disk with 8 MB left", f"said by {who}, {after:.1f} s later", "says storage full")
        fill(last)
        time.sleep(20)
        who = " and ".join(who_says_full(sources, supervisor_said))
        yield Figure("disk with nothing left, 20 s later", f"said by {who}", "says storage full")
        last.unlink()
        filler.unlink()
        freed = time.monotonic()
        poll_until(server.answers, 60)
        ended = supervisor_said.getvalue().count("postgres ended")
        yield Figure("PostgreSQL itself ended", f"{ended} times, answers {time.monotonic() - freed:.1f} s after room")
        store.owner.dispose()
        store.console.dispose()
        yield catching_up(sources, "after PostgreSQL answered again")
        yield sources.settled()


def fill(path: Path) -> None:
    """Takes what is left of its disk."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 65_536)


def who_says_full(sources: Sources, supervisor_said: io.StringIO) -> list[str]:
    told = {"the worker": sources.worker.said(), "the supervisor": supervisor_said.getvalue()}
    with suppress(StoreUnavailable):
        told["the screen"] = str(ask(sources.store, "SELECT string_agg(error, ' ') FROM sources"))
    return [who for who, words in told.items() if FULL.search(words)]


@contextmanager
def supervised_server(folder: Path) -> Iterator[tuple[Server, io.StringIO]]:
    """A PostgreSQL below `folder` that Vigie's own supervisor keeps up, as `vigie up` does, and what that one says."""
    server, said, over = Server(folder, account=ACCOUNT), io.StringIO(), threading.Event()
    supervisor = Supervisor(Output(folder, said))
    supervisor.start(EmbeddedPostgres(server))

    def watch() -> None:
        while not over.wait(0.2):
            supervisor.check()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield server, said
    finally:
        over.set()
        watching.join()
        supervisor.stop()


if __name__ == "__main__":
    main()
