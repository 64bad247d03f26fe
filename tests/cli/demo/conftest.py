"""A real reference service whose database holds, or will hold, the demonstration."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.demo.logs import LogFolder
from cli.embedded.server import Server
from tests.api.conftest import Running, running
from tests.conftest import new_database

SEED = 20_261_120


@pytest.fixture
def app_url(postgres: Server) -> str:
    """An empty database for the service, with its owner."""
    return postgres.url("app_owner", "owner", new_database(postgres, "app_owner"))


@pytest.fixture
def api(app_url: str) -> Iterator[Running]:
    """The service as `vigie up --demo` starts it: addresses told from loopback are believed."""
    with running(app_url, API_TRUSTED_PROXIES="127.0.0.0/8") as service:
        yield service


@pytest.fixture
def logs(tmp_path: Path) -> LogFolder:
    """The demonstration's log files, empty, as `vigie up --demo` makes them."""
    folder = LogFolder.of(tmp_path)
    folder.make()
    return folder
