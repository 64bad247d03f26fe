"""Loki as it was recorded."""

from collections.abc import Iterator

import pytest

from tests.vigie.clients.recorded_loki import FILES, loki_at
from tests.vigie.clients.replay import Replay, replayed
from vigie.clients.loki import Loki


@pytest.fixture
def loki_recordings() -> Iterator[Replay]:
    """A server that answers what was recorded, and fails the test on any other request."""
    with replayed("loki", *FILES) as server:
        yield server


@pytest.fixture
def loki(loki_recordings: Replay) -> Iterator[Loki]:
    """A client of that server."""
    with loki_at(loki_recordings.url) as http:
        yield Loki(http)
