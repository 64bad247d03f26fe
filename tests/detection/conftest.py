"""An application to be watched, and workers that watch it: real databases, real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text

from cli.embedded.server import Server
from detection.collectors.application import ApplicationCollector
from detection.keeping import Keeper
from detection.mapping import ApplicationMapping, load
from detection.parsers.interface import Rejected
from tests.conftest import Store, new_database
from vigie.store.engine import transaction
from vigie.store.roles import Role

ROOT = Path(__file__).parent.parent.parent
READER, READER_PASSWORD = "app_reader", "reads"
ACTIVITY = """
    CREATE TABLE account_activity (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        event text NOT NULL, user_id bigint, email text, ip inet, user_agent text, reason text);
    CREATE INDEX ON account_activity (occurred_at, id);
    GRANT SELECT ON account_activity TO app_reader
"""


def until(happened: Callable[[], object], seconds: float = 20) -> None:
    """Waits for something to become true; fails at the deadline."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@dataclass
class Application:
    """Somebody's database with its own role for reading."""

    server: Server
    database: str

    @property
    def url(self) -> str:
        return self.server.url(READER, READER_PASSWORD, self.database)

    def connect(self) -> Any:
        """A connection of its owner, each statement of it a transaction."""
        url = self.server.url("app_owner", "owner", self.database).replace("+psycopg2", "")
        connection = psycopg2.connect(url)
        connection.autocommit = True
        return connection

    def run(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    def sign_in(self, email: str = "alice@example.org", **columns: object) -> None:
        """One row of `account_activity`; a successful login unless `columns` say otherwise."""
        row = {"event": "login_success", "email": email, "ip": "192.0.2.1"} | columns
        names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        self.run(f"INSERT INTO account_activity ({names}) VALUES ({marks})", tuple(row.values()))


@pytest.fixture
def application(postgres: Server) -> Application:
    """An application with the reference service's table, and a reader that may do nothing but SELECT from it."""
    made = Application(postgres, new_database(postgres, "app_owner", "NOCREATEROLE"))
    connection = postgres.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (READER,))
        verb = "ALTER" if cursor.fetchone() else "CREATE"  # a console that was let loose on this server sets passwords
        cursor.execute(f"{verb} ROLE {READER} LOGIN PASSWORD '{READER_PASSWORD}'")
    connection.close()
    made.run(ACTIVITY)
    return made


@dataclass
class Watch:
    """A collector and a keeper in this process, and what Vigie's database then holds."""

    store: Store
    collector: ApplicationCollector
    keeper: Keeper
    rejected: list[Rejected] = field(default_factory=list)

    def read(self) -> None:
        """Looks and stores until there is nothing more to read at once."""
        more = True
        while more:
            look = self.collector.look()
            self.keeper.keep(self.collector.source.name, look)
            self.rejected += look.rejected
            more = look.more

    def sees(self, value: object, query: str = "SELECT count(*) FROM events") -> Callable[[], bool]:
        def looked() -> bool:
            self.read()
            return ask(self.store, query) == value

        return looked

    def restarted(self) -> "Watch":
        """Goes on from what is stored, as another process would."""
        self.collector.resume(self.keeper.register(self.collector.source))
        return self


def watch(store: Store, mapping: ApplicationMapping, url: str) -> Watch:
    made = Watch(store, ApplicationCollector(mapping, url), Keeper(store.url(Role.WORKER), timedelta(days=400)))
    made.collector.resume(made.keeper.register(made.collector.source))
    return made


@pytest.fixture
def shipped() -> ApplicationMapping:
    """The mapping of the reference table."""
    (mapping,) = load(ROOT / "config" / "sources.toml").applications
    return mapping


@pytest.fixture
def watched(store: Store, application: Application, shipped: ApplicationMapping) -> Iterator[Watch]:
    """The reference table, watched with the mapping that Vigie ships."""
    made = watch(store, shipped, application.url)
    yield made
    made.collector.close()
    made.keeper.close()


def ask(store: Store, query: str) -> Any:
    """The one value that `query` gives in Vigie's database."""
    with transaction(store.owner) as connection:
        return connection.scalar(text(query))


def differences(store: Store) -> list[Any]:
    """Hours whose rollups disagree with the raw events."""
    query = """
        SELECT * FROM
            (SELECT date_trunc('hour', occurred_at) AS hour, action, count(*) AS n FROM events GROUP BY 1, 2) e
            FULL JOIN (SELECT hour, action, sum(n) AS n FROM events_hourly GROUP BY 1, 2) h USING (hour, action)
        WHERE e.n IS DISTINCT FROM h.n"""
    with transaction(store.console) as connection:
        return list(connection.execute(text(query)))


class Worker:
    """`python -m detection` as a process."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment
        self.process: subprocess.Popen[bytes] | None = None
        self._out, self._err = folder / "worker.out", folder / "worker.err"

    def start(self) -> "Worker":
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "detection"], env=self.environment, cwd=ROOT, stdout=out, stderr=err
            )
        return self

    def said(self) -> str:
        """What it logged since its start."""
        return self._out.read_text(encoding="utf-8")

    def end(self, sign: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        assert self.process is not None
        self.process.send_signal(sign)
        return self.wait()

    def wait(self) -> tuple[int, str, str]:
        assert self.process is not None
        return self.process.wait(30), self.said(), self._err.read_text(encoding="utf-8")


@pytest.fixture
def worker(store: Store, application: Application, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker of the reference table, not yet started."""
    urls = {"VIGIE_WORKER_DATABASE_URL": store.url(Role.WORKER), "VIGIE_APP_DATABASE_URL": application.url}
    made = Worker(urls, tmp_path_factory.mktemp("worker"))
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)
