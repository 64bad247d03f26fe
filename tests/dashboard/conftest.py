"""The console on a real store, and the cast: Alice the analyst, Bob the admin, Charlie who must see nothing."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from dashboard.access.csrf import HEADER
from dashboard.app import Parts, make_parts, warm_up
from dashboard.settings import ConsoleSettings
from tests.conftest import Store
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.people import PersonRole, create_person
from vigie.store.roles import Role

ALICE, BOB, CHARLIE = "alice@example.org", "bob@example.org", "charlie@example.org"
PASSWORD = "rivers run under bridges"


@dataclass
class Clock:
    """A clock that tests turn."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def forward(self, **time: float) -> None:
        self.ahead += timedelta(**time)


def console_settings(store: Store, root: Path, **given: object) -> ConsoleSettings:
    """Settings of a console on this store."""
    url = store.url(Role.CONSOLE)
    return ConsoleSettings.load(console_database_url=url, rules_dir=root / "config" / "rules", **given)


def add_people(store: Store) -> None:
    """Alice and Bob. Charlie has no account."""
    with transaction(store.console) as connection:
        create_person(connection, ALICE, "Alice", PersonRole.ANALYST, PASSWORD)
        create_person(connection, BOB, "Bob", PersonRole.ADMIN, PASSWORD)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def console(store: Store, root: Path, clock: Clock) -> Iterator[Parts]:
    """The console, with Alice and Bob in its store, set up and ready for requests."""
    add_people(store)
    parts = make_parts(console_settings(store, root, instance_name="test"), clock)
    warm_up(parts)
    yield parts
    parts.engine.dispose()


@pytest.fixture
def charlie(console: Parts) -> FlaskClient:
    """A visitor without a session."""
    return console.server.test_client()


@pytest.fixture
def alice(console: Parts) -> FlaskClient:
    """Signed in as analyst. `client.post(..., headers=csrf(client))` for what changes something."""
    return signed_in(console, ALICE)


@pytest.fixture
def bob(console: Parts) -> FlaskClient:
    """Signed in as admin."""
    return signed_in(console, BOB)


@pytest.fixture
def console_url(console: Parts) -> Iterator[str]:
    """The same console over real HTTP with a thread a request; for browsers."""
    served = make_server("127.0.0.1", 0, console.server, threaded=True)
    served.daemon_threads = True
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


def signed_in(console: Parts, email: str, password: str = PASSWORD) -> FlaskClient:
    """A client of this person after a real sign-in."""
    client = console.server.test_client()
    assert sign_in(client, email, password).status_code == 303
    return client


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
    """Fills in the form and sends it. `more`: further fields, or `address`, from where."""
    peer = {"REMOTE_ADDR": more.pop("address", "127.0.0.1")}
    page = client.get("/login", environ_base=peer).text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    fields = {"csrf_token": found[1] if found else "", "email": email, "password": password, **more}
    return client.post("/login", data=fields, environ_base=peer)


def csrf(client: FlaskClient) -> dict[str, str]:
    """The header that Dash's scripts send with every callback."""
    cookie = client.get_cookie("_csrf_token")
    return {HEADER: cookie.value if cookie else ""}
