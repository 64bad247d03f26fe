"""One console behind fault proxies for all tests of a process; each test leaves its sources well."""

from collections.abc import Iterator

import pytest

from cli.embedded.server import Server
from tests.conftest import new_store
from tests.dashboard.sources.prometheus_server import BINARY, TOOL
from tests.faults.modes import Mode
from tests.faults.scene import Reader, Scene, console_behind_proxies, states, until


@pytest.fixture(scope="session")
def running(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    if BINARY is None or TOOL is None:
        pytest.skip("prometheus is not installed (Debian: apt install prometheus)")
    with new_store(postgres) as store, console_behind_proxies(store, tmp_path_factory.mktemp("faults")) as scene:
        yield scene


@pytest.fixture(scope="session")
def signed_in(running: Scene) -> Reader:
    return Reader(running.url).sign_in()


@pytest.fixture
def scene(running: Scene) -> Iterator[Scene]:
    """All sources well before and after."""
    yield running
    for proxy in (running.prometheus, running.loki, running.postgres):
        proxy.mode = Mode.WELL


@pytest.fixture
def alice(scene: Scene, signed_in: Reader) -> Reader:
    """Signed in, before panels that are well."""
    until(lambda: "error" not in states(signed_in.read()).values(), "every panel is well")
    return signed_in
