"""What a scrape of the exporter costs, beside postgres_exporter on the same database in the same run.

    python -m benchmarks.exporter           # needs Debian's package prometheus-postgres-exporter; a minute

Scrapes alternate and lie further apart than the exporter's cache lasts, so that each of its answers is a fresh reading.
CPU is that of the exporter and of all of PostgreSQL's processes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

import requests

from benchmarks.processes import cpu_seconds, proportional_bytes
from cli.embedded.server import Account, Server
from tests.stack import free_port, until
from vigie.clock import utc_now
from vigie.event import FAILURE, SUCCESS, Event, key_of
from vigie.store.engine import make_engine, parse_url, transaction
from vigie.store.events import store_events
from vigie.store.migrate import migrate
from vigie.store.roles import Role

_EVENTS = 50_000
_SOURCES = 20
_CACHE_S = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scrapes", type=int, default=60)
    scrapes = parser.parse_args().scrapes
    with served() as (server, ours, theirs):
        figures = measure(server, ours, theirs, scrapes)
    for line in figures:
        print(line)


@contextmanager
def served() -> Iterator[tuple[Server, "Exporter", "Exporter"]]:
    """A database with events of a day, and both exporters on it. Everything is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    server = Server(folder / "pg", account=Account.named("nobody") if os.geteuid() == 0 else None)
    server.start()
    running: list[subprocess.Popen[bytes]] = []
    try:
        passwords = fill(server)
        ours, theirs = free_port(), free_port()
        plain = server.url("vigie_owner", "owner", "vigie").replace("postgresql+psycopg2", "postgresql")
        running.append(_start([sys.executable, "-m", "exporters"], {
            "VIGIE_EXPORTER_DATABASE_URL": server.url(Role.EXPORTER.value, passwords[Role.EXPORTER], "vigie"),
            "VIGIE_EXPORTER_PORT": str(ours), "VIGIE_EXPORTER_CACHE_S": str(_CACHE_S),
        }))  # fmt: skip
        running.append(_start(["prometheus-postgres-exporter", f"--web.listen-address=127.0.0.1:{theirs}"], {
            "DATA_SOURCE_NAME": plain + "&sslmode=disable",
        }))  # fmt: skip
        yield server, Exporter("exporters", running[0].pid, ours), Exporter("postgres_exporter", running[1].pid, theirs)
    finally:
        for process in running:
            process.terminate()
            process.wait()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def fill(server: Server) -> dict[Role, str]:
    """A day of logins of twenty sources, through the store path."""
    connection = server.connect()
    connection.autocommit = True
    connection.cursor().execute("CREATE ROLE vigie_owner LOGIN SUPERUSER PASSWORD 'owner'")
    connection.cursor().execute("CREATE DATABASE vigie OWNER vigie_owner")
    connection.close()
    url = parse_url(server.url("vigie_owner", "owner", "vigie"), "BENCHMARK")
    owner = make_engine(url, application="benchmark", statement_timeout_s=300)
    passwords = {role: role.name.lower() for role in Role}
    migrate(owner, passwords)
    now = utc_now()
    events = [
        Event(
            now - timedelta(seconds=86_400 * number / _EVENTS), key_of(str(number)), f"source {number % _SOURCES}",
            "authentication", "authn_login_success" if number % 8 else "authn_login_fail",
            SUCCESS if number % 8 else FAILURE, user_name=f"person {number % 900}",
        )
        for number in range(_EVENTS)
    ]  # fmt: skip
    with transaction(owner) as connection:
        store_events(connection, events, timedelta(days=400))
        for number in range(_SOURCES):
            connection.exec_driver_sql(
                "INSERT INTO sources (name, kind, title, expected_period_s, grace_s, last_look_at, last_event_at) "
                f"VALUES ('source {number}', 'file', 'Source', 10, 20, now(), now())"
            )
    owner.dispose()
    return passwords


def _start(command: Sequence[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Exporter:
    """One of the two, and what its scrapes cost."""

    def __init__(self, name: str, pid: int, port: int) -> None:
        self.name = name
        self.pid = pid
        self.address = f"http://127.0.0.1:{port}/metrics"
        self.waits: list[float] = []
        self.own_cpu = 0.0
        self.database_cpu = 0.0
        self.http = requests.Session()
        until(self._answers, f"{name} answers", 30)

    def _answers(self) -> bool:
        try:
            return self.http.get(self.address, timeout=5).ok
        except requests.ConnectionError:
            return False

    def scrape(self, database: list[int]) -> requests.Response:
        own, theirs = cpu_seconds([self.pid]), cpu_seconds(database)
        started = time.perf_counter()
        answer = self.http.get(self.address, timeout=10)
        self.waits.append(time.perf_counter() - started)
        time.sleep(0.05)  # what PostgreSQL does after its answer
        self.own_cpu += cpu_seconds([self.pid]) - own
        self.database_cpu += cpu_seconds(database) - theirs
        return answer


def measure(server: Server, ours: Exporter, theirs: Exporter, scrapes: int) -> list[str]:
    """Alternating scrapes; one line a figure."""
    pages = {}
    for _ in range(scrapes):
        for each in (ours, theirs):
            pages[each.name] = each.scrape(_processes(server))
        time.sleep(_CACHE_S)
    lines = []
    for each in (ours, theirs):
        ordered = sorted(each.waits)
        p95 = ordered[round(0.95 * len(ordered)) - 1] * 1000
        cpu = (each.own_cpu + each.database_cpu) / scrapes * 1000
        lines.append(
            f"{each.name:<18} p50 {median(ordered) * 1000:5.1f} ms, p95 {p95:5.1f} ms, CPU {cpu:5.2f} ms a scrape "
            f"(PostgreSQL {each.database_cpu / scrapes * 1000:.2f}), {proportional_bytes(each.pid) / 2**20:.0f} MB, "
            f"{len(pages[each.name].content) / 1000:.1f} kB"
        )
    series = sum(1 for line in pages[ours.name].text.splitlines() if line and not line.startswith("#"))
    ratio = (ours.own_cpu + ours.database_cpu) / (theirs.own_cpu + theirs.database_cpu)
    lines.append(f"CPU of ours to theirs {ratio:.2f}  limit 1;  p95 limit 10 ms, memory limit 60 MB")
    lines.append(f"series {series}  limit 1,000")
    return lines


def _processes(server: Server) -> list[int]:
    """PostgreSQL's processes: the postmaster and its children."""
    assert server.process is not None
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [parent, *(int(child) for child in children)]


if __name__ == "__main__":
    main()
