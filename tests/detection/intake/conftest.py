"""The intake as a process, and who posts to it."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from cli.embedded.server import Server
from tests.conftest import ACCOUNT, Store, reachable
from tests.detection.conftest import ROOT, until
from vigie.clock import utc_now
from vigie.store.roles import Role

TOKEN = "alice-" + 32 * "a"
NEXT_TOKEN = "alice-" + 32 * "b"
SAMPLES = Path(__file__).parent / "samples"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of each file alone, since some stop it."""
    server = Server(reachable(tmp_path_factory.mktemp("pg")) / "s", account=ACCOUNT)
    server.start()
    yield server
    server.stop()


@dataclass
class Intake:
    """`python -m detection.intake` as a process group of its own."""

    environment: dict[str, str]
    port: int
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None
    session: requests.Session = field(default_factory=requests.Session)
    again: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Intake":
        with (self.folder / "out").open("ab") as out, (self.folder / "err").open("ab") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "detection.intake"], env=self.environment, cwd=ROOT, stdout=out, stderr=err,
                start_new_session=True,
            )  # fmt: skip
        return self

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """All its processes at once, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def said(self) -> str:
        return (self.folder / "out").read_text() + (self.folder / "err").read_text()

    def post_once(self, sender: str, body: object, **more: Any) -> requests.Response:
        content = {"data": body} if isinstance(body, bytes) else {"json": body}
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"} | more.pop("headers", {})
        return self.session.post(f"{self.url}/intake/{sender}", headers=headers, timeout=30, **content, **more)

    def post(self, sender: str, body: object, **more: Any) -> requests.Response:
        """As a sender does: again when it was asked to come back. `again` counts that."""
        deadline = time.monotonic() + 20
        while (answer := self.post_once(sender, body, **more)).status_code in (429, 503):
            assert time.monotonic() < deadline, answer.text
            self.again += 1
        return answer


def intake_on(url: str, folder: Path) -> Intake:
    """One of the database at `url`, ready."""
    (folder / "token").write_text(f"{TOKEN}\n{NEXT_TOKEN}\n", encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VIGIE_INTAKE_PORT": str(port),
        "VIGIE_INTAKE_TOKEN_FILE": str(folder / "token"), "VIGIE_WORKER_DATABASE_URL": url,
    }  # fmt: skip
    made = Intake(environment, port, folder).start()
    until(made.is_ready, 60)
    return made


def end(intake: Intake) -> None:
    intake.session.close()
    if intake.process is not None and intake.process.poll() is None:
        intake.kill()


@pytest.fixture
def start_intake(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Intake]]:
    """Starts intakes of one store, each with its port, and ends them after the test."""
    made: list[Intake] = []

    def start() -> Intake:
        made.append(intake_on(store.url(Role.WORKER), tmp_path_factory.mktemp("intake")))
        return made[-1]

    yield start
    for intake in made:
        end(intake)


@pytest.fixture
def intake(start_intake: Callable[[], Intake]) -> Intake:
    """One that is ready."""
    return start_intake()


def alert(at: datetime | None = None, **changes: object) -> dict[str, object]:
    """A Falco alert, different from all others unless its `output` is given."""
    number = next(_numbers)
    return {
        "hostname": "web-1", "priority": "Warning", "rule": "Read sensitive file", "source": "syscall",
        "time": f"{(at or utc_now()):%Y-%m-%dT%H:%M:%S}.{number % 10**9:09}Z", "tags": ["host"],
        "output": f"10:00:00.000000000: Warning Sensitive file opened (n={number})",
        "output_fields": {"user.name": "www-data", "proc.name": "cat", "fd.name": "/etc/shadow", "container.id": None},
    } | changes  # fmt: skip
