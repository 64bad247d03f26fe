"""What many tests share: a real PostgreSQL, and a database with Vigie's schema for each test that asks."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Engine

from cli.embedded.server import Account, Server
from vigie.store.engine import make_engine, parse_url
from vigie.store.migrate import migrate
from vigie.store.roles import Role

PASSWORDS = {role: f"test-{role.value}" for role in Role}
ACCOUNT = Account.named("nobody") if os.geteuid() == 0 else None  # PostgreSQL refuses root
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_numbers = itertools.count()


def reachable(folder: Path) -> Path:
    """`folder`, with every private folder of pytest's above it opened for walking through, as nobody must."""
    for place in (folder, *folder.parents):
        if place.is_relative_to(tempfile.gettempdir()) and place != Path(tempfile.gettempdir()):
            place.chmod(0o711)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real browser on a busy machine may miss a deadline: one more try, which the report names (`-rR`)."""
    for item in items:
        if isinstance(item, pytest.Function) and "chromium" in item.fixturenames:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true nothing is left out: a skipped test has failed."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"left out, and with CI=true nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real PostgreSQL of this test process (one per xdist worker), on a private socket."""
    server = Server(reachable(tmp_path_factory.mktemp("pg")) / "s", account=ACCOUNT)
    server.start()
    yield server
    server.stop()


def new_database(postgres: Server, owner: str = "vigie_owner", rights: str = "CREATEROLE") -> str:
    """Makes an empty database of its own and returns its name."""
    name = f"test_{next(_numbers)}"
    connection = postgres.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (owner,))
        verb = "ALTER" if cursor.fetchone() else "CREATE"  # a console that was let loose on this server sets passwords
        cursor.execute(f"{verb} ROLE {owner} LOGIN {rights} PASSWORD 'owner'")
        cursor.execute(f"CREATE DATABASE {name} OWNER {owner}")
    connection.close()
    return name


@dataclass(frozen=True)
class Store:
    """A Vigie database with an engine per role."""

    database: str
    server: Server
    owner: Engine
    worker: Engine
    console: Engine

    def url(self, role: Role) -> str:
        return self.server.url(role.value, PASSWORDS[role], self.database)


@pytest.fixture
def store(postgres: Server) -> Iterator[Store]:
    """An empty Vigie database, migrated, with its roles."""
    with new_store(postgres) as made:
        yield made


@contextmanager
def new_store(postgres: Server) -> Iterator[Store]:
    """As the fixture `store`, for what many tests only read."""
    database = new_database(postgres)

    def engine(role: str, password: str) -> Engine:
        url = parse_url(postgres.url(role, password, database), "TEST")
        return make_engine(url, application="test", statement_timeout_s=10)

    owner = engine("vigie_owner", "owner")
    migrate(owner, PASSWORDS)
    made = Store(
        database, postgres, owner,
        engine(Role.WORKER.value, PASSWORDS[Role.WORKER]), engine(Role.CONSOLE.value, PASSWORDS[Role.CONSOLE]),
    )  # fmt: skip
    yield made
    for each in (made.owner, made.worker, made.console):
        each.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium of the system's; a test gets a context of its own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    expect.set_options(timeout=20_000)  # a deadline, not a figure: two cores may be busy with other tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `scripts/run.sh` installs as root in this test run."""
    return reachable(tmp_path_factory.mktemp("home")) / "vigie"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 MB, for filling up. Root only."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=0711", "tmpfs", tmp_path], check=True)
    yield reachable(tmp_path)
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return Path(__file__).parent.parent
