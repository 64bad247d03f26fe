"""A real service on a real PostgreSQL, reached over real HTTP on loopback."""

import io
import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest
import requests

from api.app import create_app
from api.database import Database
from api.server import make_server
from api.settings import load
from cli.embedded.server import Server
from tests.conftest import new_database
from tests.stack import until
from vigie.log import JsonFormatter

PASSWORD = "correct horse battery"
ALICE = "alice@example.org"
SECRET = "s" * 32


@dataclass(frozen=True)
class Running:
    """One running service, its database and what it logged."""

    url: str
    database_url: str
    log: io.StringIO

    def ask(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return requests.request(method, self.url + path, headers=headers, timeout=10, **options)

    def sign_up(self, email: str = ALICE, password: str = PASSWORD, **options: Any) -> requests.Response:
        form = {"email": email, "password": password, "name": "Alice"}
        return self.ask("POST", "/auth/register", json=form, **options)

    def log_in(self, email: str = ALICE, password: str = PASSWORD, **options: Any) -> requests.Response:
        return self.ask("POST", "/auth/login", json={"email": email, "password": password}, **options)

    def tokens(self, **options: Any) -> dict[str, Any]:
        answer = self.log_in(**options)
        assert answer.status_code == 200
        return dict(answer.json())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.database_url.replace("+psycopg2", ""))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def activity(self) -> list[tuple[str, str | None]]:
        """Event and reason of every row, oldest first."""
        return [(row[0], row[1]) for row in self.rows("SELECT event, reason FROM account_activity ORDER BY id")]

    def lines(self, least: int = 0) -> list[dict[str, Any]]:
        """The lines so far; waits for `least` of them, since a line is written after its answer has left."""
        until(lambda: self.log.getvalue().count("\n") >= least, f"{least} lines of the log", 10)
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@contextmanager
def running(database_url: str, **settings: str) -> Iterator[Running]:
    """Serves until the block ends."""
    environ = {"API_DATABASE_URL": database_url, "JWT_SECRET": SECRET, **settings}
    config = load(environ)
    database = Database(config.database_url.get_secret_value())
    server = make_server(create_app(config, database))
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(JsonFormatter())
    logging.getLogger("api").addHandler(handler)
    logging.getLogger("api").setLevel(logging.INFO)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield Running(f"http://127.0.0.1:{listener.getsockname()[1]}", database_url, log)
        server.should_exit = True
        thread.join(10)
    logging.getLogger("api").removeHandler(handler)


@contextmanager
def no_database(postgres: Server, url: str) -> Iterator[None]:
    """PostgreSQL ends every session of this database and takes no new one until the block ends."""
    name = url.split("/")[-1].split("?")[0]
    admin = postgres.connect()
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        yield
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    admin.close()


@pytest.fixture
def database_url(postgres: Server) -> str:
    """An empty database of its own, with its owner."""
    return postgres.url("app_owner", "owner", new_database(postgres, "app_owner"))


@pytest.fixture
def api(database_url: str) -> Iterator[Running]:
    """A service with Alice's account in it."""
    with running(database_url) as service:
        assert service.sign_up().status_code == 201
        yield service
