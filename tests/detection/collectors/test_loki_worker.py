"""The worker reads Loki while it is killed, and while Loki is away."""

import random
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import Store
from tests.detection.collectors.loki_tail import Agent
from tests.detection.conftest import Worker, ask, differences, until
from tests.vigie.clients.replay import serving
from tests.vigie.clients.small_loki import SmallLoki
from vigie.store.roles import Role

IS_UP = "looks at its sources"
SOURCES = """
[[loki]]
name = "site"
format = "nginx"
history_hours = 1
[loki.streams]
app = { regex = ".+" }
"""


@dataclass
class Pushing:
    """Lines of now, some of one instant, some late by seconds or minutes.

    `burst`: how many times as many a push. `late`: seconds, one of them taken for each push. `lateness`: of each line.
    """

    agent: Agent
    burst: int = 1
    late: tuple[float, ...] = (0.0, 0.0, 0.0, 2.0, 20.0, 300.0)
    stop: threading.Event = field(default_factory=threading.Event)
    pushed: int = 0
    lateness: list[float] = field(default_factory=list)

    def run(self) -> None:
        dice = random.Random(5)
        while not self.stop.wait(dice.random() * 0.02):
            count = dice.randint(1, 3) * self.burst
            ago = dice.choice(self.late)
            self.lateness += [ago] * count
            self.agent.push(*range(self.pushed, self.pushed + count), ago=ago, stream=dice.choice("ab"))
            self.pushed += count


@pytest.fixture
def loki() -> Iterator[SmallLoki]:
    server = SmallLoki([])
    with serving(server):
        yield server


@pytest.fixture
def reader(store: Store, loki: SmallLoki, tmp_path: Path) -> Iterator[Worker]:
    """A worker of that Loki, not yet started."""
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    environment = {"VIGIE_WORKER_DATABASE_URL": store.url(Role.WORKER), "VIGIE_LOKI_URL": loki.url}
    made = Worker(environment | {"VIGIE_SOURCES_FILE": str(tmp_path / "sources.toml")}, tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)


def test_killed_again_and_again_every_line_is_there_once_late_ones_too(
    store: Store, loki: SmallLoki, reader: Worker
) -> None:
    pushing = Pushing(Agent(loki))
    thread = threading.Thread(target=pushing.run)
    thread.start()
    dice = random.Random(3)
    for _ in range(6):
        reader.start()
        until(lambda: IS_UP in reader.said(), 60)
        pushing.stop.wait(0.5 + dice.random() * 2)
        reader.end(signal.SIGKILL)
    pushing.stop.set()
    thread.join()
    reader.start()
    expected = f"({pushing.pushed},{pushing.pushed},0)"
    until(lambda: ask(store, "SELECT (stored, hits, gaps)::text FROM sources") == expected, 90)
    assert reader.end()[0] == 0
    found = ask(store, "SELECT (count(*), count(DISTINCT http_route))::text FROM events WHERE source <> 'vigie'")
    assert found == f"({pushing.pushed},{pushing.pushed})"
    assert differences(store) == []


def test_a_loki_that_is_away_makes_the_source_blind_and_nothing_is_lost(
    store: Store, loki: SmallLoki, reader: Worker
) -> None:
    agent = Agent(loki)
    agent.push(1)
    loki.refusal = 503, "empty ring"
    reader.start()
    until(lambda: ask(store, "SELECT error FROM sources"))
    assert "Loki is not ready (503): empty ring" in ask(store, "SELECT error FROM sources")
    agent.push(2, ago=0)
    loki.refusal = None
    until(lambda: ask(store, "SELECT (stored, hits, gaps, error)::text FROM sources") == "(2,2,0,)", 30)
    assert reader.end()[0] == 0


def test_lines_pushed_while_loki_is_away_are_all_stored_and_counted_soon_after_late_ones_too(
    store: Store, loki: SmallLoki, reader: Worker
) -> None:
    pushing = Pushing(Agent(loki), burst=5)
    thread = threading.Thread(target=pushing.run)
    reader.start()
    thread.start()
    until(lambda: ask(store, "SELECT stored > 0 FROM sources"), 60)
    before, loki.refusal = pushing.pushed, (503, "empty ring")
    until(lambda: pushing.pushed > before + 2000, 60)
    loki.refusal = None
    pushing.stop.set()
    thread.join()
    expected = f"({pushing.pushed},{pushing.pushed},0)"
    until(lambda: ask(store, "SELECT (stored, hits, gaps)::text FROM sources") == expected, 90)
    assert reader.end()[0] == 0
