"""What many tests share: a real PostgreSQL, and a database with Vigie's schema for each test that asks."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cli.embedded.server import Account, Server
from vigie.store.engine import make_engine, parse_url
from vigie.store.migrate import migrate
from vigie.store.roles import Role

PASSWORDS = {role: f"test-{role.value}" for role in Role}
_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real PostgreSQL of this test process (one per xdist worker), on a private socket."""
    folder = tmp_path_factory.mktemp("pg")
    if os.geteuid() == 0:  # PostgreSQL refuses root: it runs as nobody, who must be able to walk to its folder
        for parent in [folder, *folder.parents][: len(folder.relative_to("/tmp").parts)]:
            parent.chmod(0o711)
    server = Server(folder / "s", account=Account.named("nobody") if os.geteuid() == 0 else None)
    server.start()
    yield server
    server.stop()


def new_database(postgres: Server, owner: str = "vigie_owner") -> str:
    """Makes an empty database of its own and returns its name."""
    name = f"test_{next(_numbers)}"
    connection = postgres.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (owner,))
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'owner'")
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
def root() -> Path:
    """The top of the checkout."""
    return Path(__file__).parent.parent
