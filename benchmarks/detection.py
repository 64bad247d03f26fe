"""What detection costs, how fast it is, and what it finds in real logs.

    python -m benchmarks.detection                       # cost, latency, a storm: about three minutes
    python -m benchmarks.detection --kills               # also 20 kills of the worker: minutes
    python -m benchmarks.detection --log auth.log …      # logs of sshd against windows computed apart from Vigie

Processor time is that of the thread that evaluates and of its PostgreSQL session together, as the system counts it.
"""

import argparse
import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from statistics import median

import psycopg2

from benchmarks.outage import application_on
from benchmarks.ssh_logs import compared
from benchmarks.store_path import Figure, new_store
from cli.embedded.server import Account, Server
from detection.alerts.loop import DetectionLoop
from detection.leader import HEARTBEAT_S, Lead
from tests.conftest import Store
from tests.detection.alerts.test_kills import RULES as KILLED_RULES
from tests.detection.alerts.test_kills import kill_and_compare
from tests.detection.conftest import Application, Worker, ask, until
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.store.engine import transaction
from vigie.store.events import store_events
from vigie.store.roles import Role

RETENTION = timedelta(days=400)
RULES = 50
PER_SECOND, BATCH = 1000, 200
STORM = 100_000
KILLS = 20
# Every fifth one of each kind; what they look for, and how widely, differs.
_KINDS = (
    "{{type: event_count, rules: [base_{n}], group-by: [source_ip], timespan: {m}m, condition: {{gte: {c}}}}}",
    "{{type: event_count, rules: [base_{n}], group-by: [user_name], timespan: {m}m, condition: {{gt: {c}}}}}",
    "{{type: value_count, rules: [base_{n}], group-by: [source_ip], timespan: {m}m, "
    "condition: {{gte: {c}, field: user_name}}}}",
    "{{type: temporal_ordered, rules: [base_{n}, base_{o}], group-by: [source_ip], timespan: {m}m}}",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="how long events are stored for the cost (default 60)")
    parser.add_argument("--kills", action="store_true", help="also 20 kills of the worker")
    parser.add_argument("--log", type=Path, nargs="+", default=[], help="logs of sshd; then only these are looked at")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    server = Server(folder / "pg", account=Account.named("nobody") if os.geteuid() == 0 else None)
    server.start()
    try:
        for figure in figures(server, folder, given):
            print(f"{figure.name:<44}  {figure.measured:<70}  limit {figure.limit}", flush=True)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def figures(server: Server, folder: Path, given: argparse.Namespace) -> Iterator[Figure]:
    for log in given.log:
        with new_store(server) as store:
            yield from compared(store, log)
    if given.log:
        return
    rules = folder / "rules"
    rules.mkdir()
    (rules / "many.yml").write_text(many_rules(), encoding="utf-8")
    with new_store(server) as store, detecting(store, rules) as loop:
        yield latency(store, "last failure to alert, nothing else")
        yield from cost(store, loop, given.seconds)
    with new_store(server) as store, detecting(store, rules) as loop:
        yield from storm(store, loop)
    if given.kills:
        with new_store(server) as store:
            yield killed(store, application_on(server), folder)


def many_rules() -> str:
    """RULES that make alerts: ten of single events, forty correlations, all of one category."""
    parts = []
    for n in range(RULES):
        status, word = 400 + n % 20, f"route{n}"
        plain = n % 5 == 4
        condition = (
            f"{{http_status: {status}, http_route|contains: '{word}/x'}}" if plain else f"{{http_status: {status}}}"
        )
        parts.append(
            f"title: Base {n}\nname: base_{n}\nlogsource: {{category: webserver}}\nlevel: low\n"
            f"detection:\n  seen: {condition}\n  condition: seen\n"
        )
        if not plain:
            words = _KINDS[n % 5].format(n=n, o=(n + 1) % 5 if (n + 1) % 5 != 4 else 0, m=1 + n % 10, c=5 + n % 20)
            parts.append(f"title: Rule {n}\nname: rule_{n}\nlevel: medium\ncorrelation: {words}\n")
    parts.append(
        "title: Attack\nname: failed\nlogsource: {category: authentication}\nlevel: low\n"
        "detection:\n  seen: {action: authn_login_fail}\n  condition: seen\n"
    )
    attack = "{type: event_count, rules: [failed], group-by: [source_ip], timespan: 1m, condition: {gt: 5}}"
    parts.append(f"title: Guessing\nname: guessing\nlevel: high\ncorrelation: {attack}\n")
    return "---\n".join(parts)


@dataclass
class Loop:
    """The thread that evaluates, and what it and its session have spent."""

    thread: threading.Thread
    backend: int

    def spent_s(self) -> tuple[float, float]:
        """Processor seconds of the thread and of the session."""
        fields = Path(f"/proc/{self.backend}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        thread = time.clock_gettime(time.pthread_getcpuclockid(self.thread.ident or 0))
        return thread, ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def detecting(store: Store, rules: Path) -> Iterator[Loop]:
    """Detection as the worker runs it."""
    lead, stop = Lead(store.url(Role.WORKER)), threading.Event()
    if not lead.take():
        raise RuntimeError("another worker leads")
    heart = threading.Thread(target=lambda: [lead.holds() for _ in iter(lambda: stop.wait(HEARTBEAT_S), True)])
    thread = threading.Thread(target=DetectionLoop(store.url(Role.WORKER), RETENTION, rules, lead, stop).run)
    heart.start()
    thread.start()
    listening = (
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'vigie worker' AND datname = current_database()"
    )
    until(lambda: ask(store, "SELECT count(*) FROM rules WHERE is_loaded"), 60)
    yield Loop(thread, int(ask(store, listening)))
    stop.set()
    thread.join()
    heart.join()
    lead.release()


def requests(number: int) -> list[Event]:
    """One batch as it comes: of 5,000 addresses, a tenth refused, and in one of ten of 20 busy ones, half refused."""
    dice, now = random.Random(number), utc_now()
    made = []
    for n in range(BATCH):
        busy = dice.random() < 0.1
        failed = dice.random() < (0.5 if busy else 0.1)
        made.append(
            Event(
                occurred_at=now - timedelta(microseconds=1000 * (BATCH - n)),
                event_key=key_of("bench", str(number), str(n)),
                source="bench",
                category="web",
                action="http_refused" if failed else "http_request",
                outcome="failure" if failed else "success",
                user_name=f"user{dice.randrange(300)}",
                source_ip=ip_address(0x0A000000 + dice.randrange(20 if busy else 5000)),
                http_status=400 + dice.randrange(20) if failed else 200,
                http_method="GET",
                http_route=f"/route{dice.randrange(100)}",
                message="m" * 110,
            )
        )
    return made


def cost(store: Store, loop: Loop, seconds: int) -> Iterator[Figure]:
    """Events stored steadily by another thread; in the midst of them, attacks."""
    over, stored = threading.Event(), 0

    def feed() -> None:
        nonlocal stored
        begun = time.monotonic()
        while not over.is_set():
            keep(store, requests(stored))
            stored += 1
            over.wait(max(0.0, begun + stored * BATCH / PER_SECOND - time.monotonic()))

    feeder = threading.Thread(target=feed)
    before, begun = loop.spent_s(), time.monotonic()
    feeder.start()
    over.wait(seconds)
    after, took = loop.spent_s(), time.monotonic() - begun
    thread, backend = ((b - a) / took for a, b in zip(before, after, strict=True))
    rate, alerts = stored * BATCH / took, ask(store, "SELECT count(*) FROM alerts")
    measured = f"{thread + backend:.2f} of a core (thread {thread:.2f}, PostgreSQL {backend:.2f}), {alerts} alerts"
    yield Figure(f"{RULES} rules at {rate:,.0f} events/s", measured, "0.5")
    yield latency(store, "last failure to alert, beside these")
    over.set()
    feeder.join()


def keep(store: Store, events: list[Event]) -> None:
    with transaction(store.worker) as connection:
        store_events(connection, events, RETENTION)


def failure(number: int, address: str) -> Event:
    key = key_of("attack", address, str(number))
    return Event(
        utc_now(), key, "bench", "authentication", "authn_login_fail", "failure", source_ip=ip_address(address)
    )


def latency(store: Store, name: str, count: int = 100) -> Figure:
    """From the commit of the sixth failure to that of its alert, as a session that asks all the time sees it."""
    watcher = psycopg2.connect(store.url(Role.CONSOLE).replace("+psycopg2", ""))
    watcher.autocommit = True
    waits, run = [], random.randrange(200)
    for number in range(count):
        address = f"198.51.{run}.{number}"
        keep(store, [failure(n, address) for n in range(5)])
        time.sleep(random.random() / 3)
        keep(store, [failure(6, address)])
        begun = time.monotonic()
        with watcher.cursor() as cursor:
            found = None
            while found is None:
                cursor.execute(
                    "SELECT 1 FROM alerts WHERE rule = 'guessing' AND entity ->> 'source_ip' = %s", (address,)
                )
                found = cursor.fetchone()
                time.sleep(0.002)
        waits.append(time.monotonic() - begun)
    watcher.close()
    waits.sort()
    measured = f"p50 {median(waits) * 1000:.0f} ms, p95 {waits[int(0.95 * count)] * 1000:.0f} ms, n = {count}"
    return Figure(name, measured, "p95 250 ms")


def storm(store: Store, loop: Loop) -> Iterator[Figure]:
    """As many failures of one address, as fast as they can be stored."""
    before, begun = loop.spent_s(), time.monotonic()
    for first in range(0, STORM, BATCH):
        keep(store, [failure(n, "203.0.113.9") for n in range(first, first + BATCH)])
    waits = "SELECT (SELECT count(*) FROM detection_spans) + (SELECT count(*) FROM detection_missed)"
    until(lambda: ask(store, waits) == 0, 300)
    took, spent = time.monotonic() - begun, sum(loop.spent_s()) - sum(before)
    rows = ask(store, "SELECT string_agg(rule || ' ' || count, ', ') FROM alerts")
    yield Figure(f"a storm of {STORM:,} failures", f"{rows}; {took:.0f} s, {spent:.1f} s of a processor", "1 alert")


def killed(store: Store, application: Application, folder: Path) -> Figure:
    """Failed logins all the while; the alerts are compared with a plain reference over the stored events."""
    (folder / "killed").mkdir()
    (folder / "killed" / "rules.yml").write_text(KILLED_RULES, encoding="utf-8")
    urls = {"VIGIE_WORKER_DATABASE_URL": store.url(Role.WORKER), "VIGIE_APP_DATABASE_URL": application.url}
    worker = Worker(urls | {"VIGIE_RULES_FOLDER": str(folder / "killed")}, folder)
    found, meant = kill_and_compare(application, store, worker, KILLS)
    lost, doubled = (sum(row not in others for row in ours) for ours, others in ((meant, found), (found, meant)))
    events = sum(row[2] for row in found)
    measured = f"{len(meant)} alerts of {events:,} events: {lost} lost or wrong, {doubled} too many or wrong"
    return Figure(f"{KILLS} kills of the worker", measured, "0, 0")


if __name__ == "__main__":
    main()
