"""What storing costs, against PostgreSQL's own COPY into a table without an index; and what survives.

    python -m benchmarks.store_path             # ratios, sizes, latency: about two minutes
    python -m benchmarks.store_path --kills     # also 100,000 lines under 20 kills, renamed and copied: some minutes

Everything is interleaved in one run and given as medians. Compare ratios between machines, not rows a second. Beside
other work those of processor time, of this process and of its PostgreSQL sessions, tell more than those of the clock.
"""

import argparse
import io
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from statistics import median

from sqlalchemy import text

from cli.embedded.server import Account, Server
from tests.conftest import PASSWORDS, Store, new_database
from tests.detection.collectors.conftest import Log, mapping_of, tail_of
from tests.detection.collectors.test_file_worker import STORED, Writer, doubled_or_lost, kill_and_start, worker_of
from tests.detection.conftest import ask, differences, until
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.severity import Severity
from vigie.store.copy_text import copy_texts
from vigie.store.engine import make_engine, parse_url, transaction
from vigie.store.events import store_events
from vigie.store.migrate import migrate
from vigie.store.roles import Role

BATCH = 2000
RETENTION = timedelta(days=400)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    measured: str
    limit: str = "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help=f"measured batches of {BATCH:,} (default 30)")
    parser.add_argument("--kills", action="store_true", help="also the kill tests in full")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    server = Server(folder / "pg", account=Account.named("nobody") if os.geteuid() == 0 else None)
    server.start()
    try:
        for figure in figures(server, folder, given.rounds, kills=given.kills):
            print(f"{figure.name:<44}  {figure.measured:<48}  limit {figure.limit}", flush=True)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def figures(server: Server, folder: Path, rounds: int, *, kills: bool) -> Iterator[Figure]:
    """Every figure, each part in a database of its own."""
    with new_store(server) as store:
        yield from store_path(store, folder, rounds)
    with new_store(server) as store:
        yield from sizes(store)
    with new_store(server) as store:
        yield latency(store, Log(folder / "latency.log"))
    for copies in (False, True) if kills else ():
        with new_store(server) as store:
            yield killed(store, Log(folder / f"killed-{copies}.log"), copies=copies)


@contextmanager
def new_store(server: Server) -> Iterator[Store]:
    """An empty Vigie database."""
    database = new_database(server)
    urls = [server.url("vigie_owner", "owner", database)]
    urls += [server.url(role.value, PASSWORDS[role], database) for role in (Role.WORKER, Role.CONSOLE)]
    engines = [
        make_engine(parse_url(url, "BENCHMARK"), application="benchmark", statement_timeout_s=600) for url in urls
    ]
    migrate(engines[0], PASSWORDS)
    yield Store(database, server, *engines)
    for engine in engines:
        engine.dispose()


def events(batch: int, now: datetime) -> list[Event]:
    """One batch as logs bring them, two an hour: in the order of time, 13 % failures, half of them of 20 attackers, a
    third with one of 20,000 users, one in twenty of a container's rule, the others with a status, a raw record of about
    400 bytes."""
    dice = random.Random(batch)
    start = now - timedelta(minutes=30 * (500 - batch % 500))
    made = []
    for n in range(BATCH):
        is_failure = dice.random() < 0.13
        of_rule = n % 20 == 0
        address = dice.randrange(20) if is_failure and n % 2 else dice.randrange(20_000)
        made.append(
            Event(
                occurred_at=start + timedelta(milliseconds=n * 800),
                event_key=key_of("bench", str(batch), str(n)),
                source="bench",
                category="web",
                action=dice.choice(["http_refused", "http_probe", "authn_login_success"]),
                outcome="failure" if is_failure else "success",
                severity=Severity.MEDIUM if of_rule else Severity.LOW,
                rule=f"rule {dice.randrange(50)}" if of_rule else None,
                container_name=f"container {dice.randrange(8)}" if of_rule else None,
                user_name=f"user{dice.randrange(20_000)}" if n % 3 == 0 else None,
                source_ip=ip_address(0x0A000000 + address),
                user_agent=AGENT,
                http_method="GET",
                http_route=f"/users/{dice.randrange(200)}",
                http_status=None if of_rule else dice.choice([200, 401, 403, 404]),
                message="m" * 110,
                raw={"line": "r" * 380, "n": n},
            )
        )
    return made


def store_path(store: Store, folder: Path, rounds: int) -> Iterator[Figure]:
    """Raw COPY, a fresh batch, the same batch again, and a file of as many lines; in turn."""
    with transaction(store.owner) as connection:
        connection.execute(text("CREATE TABLE bare (LIKE events)"))
        connection.execute(text("ALTER TABLE bare ADD COLUMN raw jsonb"))
        connection.execute(text("GRANT INSERT ON bare TO vigie_worker"))
    log = Log(folder / "bench.log")
    log.path.touch()
    tail = tail_of(store, mapping_of(log.path))
    tail.read()
    taken: dict[str, list[Spent]] = {"raw": [], "fresh": [], "replay": [], "file": []}
    for batch in range(rounds + 2):
        made = events(batch, utc_now())
        one_table = in_one_table(made)
        log.write(*range(batch * BATCH, (batch + 1) * BATCH))
        acts = {
            "raw": lambda made=made, one_table=one_table: raw_copy(store, made, one_table),
            "fresh": lambda made=made: stored(store, made),
            "replay": lambda made=made: stored(store, made),
            "file": lambda: tail.read(),
        }
        for name, act in acts.items():
            taken[name].append(spent(store, act))
    tail.collector.close()
    tail.keeper.close()
    raw, fresh, replay, file = (Spent.median_of(values[2:]) for values in taken.values())
    yield Figure("raw COPY, no index", f"{BATCH / raw.clock_s:,.0f} rows/s")
    yield Figure("store path, all rollups", f"{BATCH / fresh.clock_s:,.0f} rows/s = {raw.of(fresh)} of raw", "0.45")
    yield Figure("replayed batch", f"{replay.of(fresh)} of a fresh one", "0.70")
    yield Figure(
        "file to store, parsing included", f"{BATCH / file.clock_s:,.0f} lines/s = {raw.of(file)} of raw", "0.25"
    )


def in_one_table(made: list[Event]) -> str:
    """The store path's text, each raw record beside its event."""
    rows, raws = copy_texts(made, utc_now())
    both = zip(rows.split("\n"), raws.split("\n"), strict=True)
    return "".join([row + raw[raw.rindex("\t") :] + "\n" for row, raw in both if row])


def raw_copy(store: Store, made: list[Event], one_table: str) -> None:
    """Writes the text as the store path does, and copies it where there is no index, nothing to count, one table."""
    with transaction(store.worker) as connection:
        copy_texts(made, utc_now())
        connection.connection.cursor().copy_expert("COPY bare FROM STDIN", io.StringIO(one_table))


def stored(store: Store, made: list[Event]) -> None:
    with transaction(store.worker) as connection:
        store_events(connection, made, RETENTION)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of the processor: this process and the worker's sessions in PostgreSQL."""

    clock_s: float
    processor_s: float

    @classmethod
    def median_of(cls, many: list["Spent"]) -> "Spent":
        return cls(median(one.clock_s for one in many), median(one.processor_s for one in many))

    def of(self, whole: "Spent") -> str:
        by_processor = self.processor_s / whole.processor_s
        return f"{self.clock_s / whole.clock_s:.2f} (processor {by_processor:.2f})"


def spent(store: Store, act: Callable[[], object]) -> Spent:
    with transaction(store.owner) as connection:
        found = connection.execute(text("SELECT pid FROM pg_stat_activity WHERE usename = 'vigie_worker'"))
        sessions = [Path(f"/proc/{pid}/schedstat") for (pid,) in found]
    started, used = time.perf_counter(), processor_s(sessions)
    act()
    return Spent(time.perf_counter() - started, processor_s(sessions) - used)


def processor_s(sessions: list[Path]) -> float:
    return time.process_time() + sum(int(each.read_text("ascii").split()[0]) / 1e9 for each in sessions)


def sizes(store: Store, batches: int = 200) -> Iterator[Figure]:
    """Bytes of indexes and rollups against those of the rows, after some days of events."""
    for batch in range(batches):
        stored(store, events(batch, utc_now()))
    parts = "FROM pg_inherits WHERE inhparent IN ('events'::regclass, 'events_raw'::regclass)"
    heap = int(ask(store, f"SELECT sum(pg_table_size(inhrelid)) {parts}"))
    indexes = int(ask(store, f"SELECT sum(pg_indexes_size(inhrelid)) {parts}"))
    rollups = "'events_hourly', 'ip_failures_hourly', 'facet_hourly', 'http_minute'"
    counts = int(ask(store, f"SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(ARRAY[{rollups}]) t"))
    activity = int(ask(store, "SELECT pg_total_relation_size('activity_hourly')"))
    count = batches * BATCH
    each = f"{heap / count:.0f} + {indexes / count:.0f} + {counts / count:.0f} bytes an event"
    yield Figure("indexes and rollups of the heap", f"{(indexes + counts) / heap:.2f} ({each})", "0.15")
    yield Figure("activity by user and hour, beside that", f"{activity / count:.0f} bytes an event")


def latency(store: Store, log: Log, count: int = 200) -> Figure:
    """From the line's write to the event's commit; writes fall at random into the worker's period."""
    log.path.touch()
    worker = worker_of(store, log, log.path.parent).start()
    until(lambda: ask(store, "SELECT last_look_at FROM sources"), 60)
    waits = []
    for number in range(count):
        time.sleep(random.random() / 3)
        log.write(number)
        started = time.monotonic()
        until(lambda number=number: ask(store, f"SELECT 1 FROM events WHERE http_route = '/page/{number}'"))
        waits.append(time.monotonic() - started)
    worker.end()
    waits.sort()
    measured = f"p50 {median(waits) * 1000:.0f} ms, p95 {waits[int(0.95 * count)] * 1000:.0f} ms, n = {count}"
    return Figure("line to committed event", measured, "p95 250 ms")


def killed(store: Store, log: Log, *, copies: bool) -> Figure:
    log.path.touch()
    writer = Writer(log, copies=copies, burst=50, least=100_000)
    expected = kill_and_start(store, worker_of(store, log, log.path.parent), writer, 20)
    found = int(ask(store, STORED))
    wrong = doubled_or_lost(store, writer.written) or []
    gaps, hits = ask(store, "SELECT gaps FROM sources"), ask(store, "SELECT sum(n) FROM http_minute")
    measured = f"{expected:,} lines, {found - expected:+,} events, {hits - expected:+,} counts, {gaps} gaps told"
    is_right = not wrong and not differences(store)
    name = "20 kills, copied and truncated" if copies else "20 kills, renamed"
    return Figure(name, measured + ("" if is_right else ", WRONG"), "+0, +0")


if __name__ == "__main__":
    main()
