"""What the collectors lose when their worker is killed over and over, and when what they need is away: nothing.

    python -m benchmarks.kills application    # 100,000 rows of a table under 20 kills, in both orders: minutes
    python -m benchmarks.kills loki           # 100,000 lines in Loki under 20 kills: minutes
    python -m benchmarks.kills loki --away    # Loki, then PostgreSQL, away for 60 s each

Events are written throughout. `python -m benchmarks.store_path --kills` is the same for the file collector,
`python -m benchmarks.intake` for the intake.
"""

import argparse
import random
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.outage import application_on, running_server
from benchmarks.store_path import Figure, new_store
from tests.conftest import Store
from tests.detection.collectors.loki_tail import Agent
from tests.detection.collectors.test_loki_worker import SOURCES, Pushing
from tests.detection.conftest import ROOT, Application, Worker, ask, differences, until
from tests.detection.test_worker import IS_UP, write_rows
from tests.vigie.clients.replay import serving
from tests.vigie.clients.small_loki import SmallLoki
from vigie.store.roles import Role

KILLS, WRITERS = 20, 8
LONGEST_S = 180.0
OF_SOURCES = "FROM events JOIN sources ON sources.name = events.source"  # not what Vigie says of itself
EACH_ONCE = f"SELECT (count(*), count(DISTINCT {{key}}))::text {OF_SOURCES}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collector", choices=("application", "loki"))
    parser.add_argument("--events", type=int, default=100_000, help="rows or lines, at least (default 100,000)")
    parser.add_argument("--on-time", action="store_true", help="no line late (loki alone)")
    parser.add_argument("--away", action="store_true", help="Loki and PostgreSQL away instead of kills (loki alone)")
    parser.add_argument("--seconds", type=float, default=60, help="how long each is away (default 60)")
    given = parser.parse_args()
    if (given.away or given.on_time) and given.collector != "loki":
        parser.error("--away and --on-time are of loki; for a table, python -m benchmarks.outage stops PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    try:
        for figure in figures(given, folder):
            print(f"{figure.name:<44}  {figure.measured:<60}  limit {figure.limit}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def figures(given: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    if given.away:
        yield from loki_away(folder, given.seconds)
    elif given.collector == "loki":
        yield from loki_killed(folder, given.events, (0.0,) if given.on_time else Pushing.late)
    else:
        for order, late_share in (("id", 0.1), ("time", 0.0)):
            yield from application_killed(folder / order, given.events, order, late_share)


@dataclass(frozen=True, slots=True)
class Scene:
    """A worker that is killed, and what is written for it meanwhile."""

    store: Store
    worker: Worker
    written: Callable[[], int]
    key: str  # SQL: what tells its events apart
    missing: Callable[[], object] = lambda: "not known"

    def kill(self, least: int) -> None:
        """Kills the worker at random moments, spread over all that is written until there are `least` events."""
        dice, first = random.Random(7), self.written()
        for number in range(1, KILLS + 1):
            self.worker.start()
            until(lambda: IS_UP in self.worker.said(), 60)
            self._reach(first + (least - first) * number // KILLS)
            time.sleep(dice.random())
            self.worker.end(signal.SIGKILL)

    def _reach(self, written: int) -> None:
        until(lambda: self.written() >= written, 300)

    def _wait_for_a_look(self) -> None:
        looked = "SELECT last_look_at FROM sources"
        last = ask(self.store, looked)
        until(lambda: ask(self.store, looked) > last, 60)

    def _waited_for(self, wanted: int) -> Figure:
        """How long until the last of `wanted` was stored, or how many are missing and how late they were written."""
        started = deadline = time.monotonic()
        deadline += LONGEST_S
        while time.monotonic() < deadline:
            if int(ask(self.store, f"SELECT count(*) {OF_SOURCES}")) >= wanted:
                return Figure("the last was stored after", f"{time.monotonic() - started:.1f} s", f"{LONGEST_S:.0f} s")
            time.sleep(0.2)
        return Figure(f"not stored after {LONGEST_S:.0f} s, by lateness", str(self.missing()), "none")

    def settled(self) -> Iterator[Figure]:
        """What there is once nothing is written any more and the worker had its time."""
        wanted = self.written()
        yield self._waited_for(wanted)
        for _ in range(3):  # what is doubled may still come
            self._wait_for_a_look()
        ended = self.worker.end()[0]
        events, distinct = ask(self.store, EACH_ONCE.format(key=self.key)).strip("()").split(",")
        yield Figure("written", f"{wanted:,}")
        yield Figure("stored", f"{int(distinct):,} ({int(distinct) - wanted:+,})", "+0")
        yield Figure("doubled", f"{int(events) - int(distinct):,}", "0")
        agrees = not differences(self.store) and ask(self.store, "SELECT stored FROM sources") == wanted
        yield Figure("rollups and the source's count agree", "yes" if agrees else "NO", "yes")
        gaps = ask(self.store, "SELECT gaps FROM sources")
        yield Figure("gaps told; worker's exit code", f"{gaps}; {ended}", "0; 0")


@contextmanager
def running(worker: Worker) -> Iterator[Worker]:
    """Nothing is started yet; whatever happens, nothing is left running."""
    try:
        yield worker
    finally:
        if worker.process is not None and worker.process.poll() is None:
            worker.end(signal.SIGKILL)


@contextmanager
def writing(threads: list[threading.Thread], stop: threading.Event) -> Iterator[None]:
    """The writers run inside, and have ended after."""
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def application_killed(folder: Path, least: int, order: str, late_share: float) -> Iterator[Figure]:
    """Half of the rows are there before; the rest is written meanwhile, a fifth of the transactions taken back."""
    folder.mkdir(mode=0o711)
    started = time.monotonic()
    with ExitStack() as held:
        server = held.enter_context(running_server(folder / "pg"))
        store, application = held.enter_context(new_store(server)), application_on(server)
        worker = held.enter_context(running(worker_of_table(store, application, folder, order)))
        application.run(
            "INSERT INTO account_activity (occurred_at, event, email) SELECT now() - n * interval '1 minute', "
            f"'login_failure', 'user' || n % 9 FROM generate_series({least // 2}, 1, -1) n"
        )
        scene = Scene(store, worker, lambda: rows_of(application), "event_key")
        stop = threading.Event()
        threads = [
            threading.Thread(target=write_rows, args=(application, seed, late_share, stop)) for seed in range(WRITERS)
        ]
        with writing(threads, stop):
            scene.kill(least)
        worker.start()
        yield Figure(f"table in the order of {order}, {KILLS} kills", f"{time.monotonic() - started:.0f} s")
        yield from scene.settled()


def worker_of_table(store: Store, application: Application, folder: Path, order: str) -> Worker:
    shipped = (ROOT / "config" / "sources.toml").read_text(encoding="utf-8")
    sources = folder / "sources.toml"
    sources.write_text(shipped.replace("grace_s", f'order = "{order}"\ngrace_s'), encoding="utf-8")
    environment = {"VIGIE_WORKER_DATABASE_URL": store.url(Role.WORKER), "VIGIE_APP_DATABASE_URL": application.url}
    return Worker(environment | {"VIGIE_SOURCES_FILE": str(sources)}, folder)


def rows_of(application: Application) -> int:
    """Committed rows so far."""
    ((rows,),) = application.run("SELECT count(*) FROM account_activity")
    return int(rows)


def worker_of_loki(store: Store, loki: SmallLoki, folder: Path) -> Worker:
    sources = folder / "sources.toml"
    sources.write_text(SOURCES, encoding="utf-8")
    environment = {"VIGIE_WORKER_DATABASE_URL": store.url(Role.WORKER), "VIGIE_LOKI_URL": loki.url}
    return Worker(environment | {"VIGIE_SOURCES_FILE": str(sources)}, folder)


def loki_killed(folder: Path, least: int, late: tuple[float, ...]) -> Iterator[Figure]:
    """`late`: by how many seconds lines are late, each as often as the next."""
    started = time.monotonic()
    with ExitStack() as held:
        store = held.enter_context(new_store(held.enter_context(running_server(folder / "pg"))))
        held.enter_context(serving(loki := SmallLoki([])))
        worker = held.enter_context(running(worker_of_loki(store, loki, folder)))
        pushing = Pushing(Agent(loki), burst=5, late=late)
        scene = Scene(store, worker, lambda: pushing.pushed, "http_route", lambda: missing(store, pushing))
        with writing([threading.Thread(target=pushing.run)], pushing.stop):
            scene.kill(least)
        worker.start()
        yield Figure(f"Loki, {KILLS} kills", f"{time.monotonic() - started:.0f} s")
        yield from scene.settled()
        yield counted(store, pushing.pushed)


def missing(store: Store, pushing: Pushing) -> dict[float, int]:
    """How many lines are no events, by the seconds they were late."""
    found = set(ask(store, f"SELECT coalesce(array_agg(substr(http_route, 7)::int), '{{}}') {OF_SOURCES}"))
    return dict(Counter(pushing.lateness[number] for number in range(pushing.pushed) if number not in found))


def counted(store: Store, pushed: int) -> Figure:
    """Requests in the counts by minute."""
    hits = int(ask(store, "SELECT sum(n) FROM http_minute"))
    return Figure("requests counted", f"{hits:,} ({hits - pushed:+,})", "+0")


def loki_away(folder: Path, seconds: float) -> Iterator[Figure]:
    """Lines go on being pushed while Loki takes no question, and again while PostgreSQL is stopped."""
    with ExitStack() as held:
        server = held.enter_context(running_server(folder / "pg"))
        store = held.enter_context(new_store(server))
        held.enter_context(serving(loki := SmallLoki([])))
        worker = held.enter_context(running(worker_of_loki(store, loki, folder)))
        pushing = Pushing(Agent(loki), burst=5)
        scene = Scene(store, worker, lambda: pushing.pushed, "http_route", lambda: missing(store, pushing))
        with writing([threading.Thread(target=pushing.run)], pushing.stop):
            worker.start()
            until(lambda: ask(store, "SELECT stored > 0 FROM sources"), 60)
            before, loki.refusal = pushing.pushed, (503, "empty ring")
            time.sleep(seconds)
            loki.refusal = None
            yield Figure(f"Loki away for {seconds:.0f} s", f"{pushing.pushed - before:,} lines meanwhile")
            yield caught_up(scene)
            before = pushing.pushed
            server.stop()
            time.sleep(seconds)
            server.start()
            store.owner.dispose()
            store.console.dispose()
            yield Figure(f"PostgreSQL stopped for {seconds:.0f} s", f"{pushing.pushed - before:,} lines meanwhile")
            yield caught_up(scene)
        yield from scene.settled()
        yield counted(store, pushing.pushed)


def caught_up(scene: Scene) -> Figure:
    """How long until as many as were written by now are stored, while more are written."""
    wanted, started = scene.written(), time.monotonic()
    until(lambda: int(ask(scene.store, f"SELECT count(*) {OF_SOURCES}")) >= wanted, 180)
    return Figure("caught up once it answered", f"{time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
