"""The whole of Vigie as a person starts it: `scripts/run.sh` on free ports and a state folder of its own."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import requests

_START_TIMEOUT_S = 240
NEW_PASSWORD = "a long sentence for tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Waits for `condition`; a deadline, never a fixed sleep."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


class Stack:
    """One installation. As root its programs run as the system user `vigie`, as `scripts/run.sh` decides."""

    def __init__(self, checkout: Path, home: Path, folder: Path, *words: str, **settings: str) -> None:
        """`home` is where root installs (one for all installations of a run, apart from a real one on this machine).

        `folder` holds `state/` and `output.log`; it must be writable for whoever Vigie runs as.
        """
        self.checkout = checkout
        self.state = folder / "state"
        self.log = folder / "output.log"
        self.console_port, self.api_port, self.intake_port = free_port(), free_port(), free_port()
        self.words = words
        self.wrapper: list[str] = []
        self.settings = {
            "VIGIE_HOME": str(home),
            "VIGIE_STATE_DIR": str(self.state),
            "VIGIE_CONSOLE_PORT": str(self.console_port),
            "VIGIE_API_PORT": str(self.api_port),
            "VIGIE_INTAKE_PORT": str(self.intake_port),
            "VIGIE_PROMETHEUS_PORT": "0",
        } | settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.console_port}"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def spawn(self) -> None:
        """Starts and returns at once."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("VIGIE_", "PYTEST", "COV"))}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, self.checkout / "scripts/run.sh", *self.words],
                env=environment | self.settings, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def start(self) -> "Stack":
        """Starts and returns when the sign-in page is there."""
        self.spawn()
        assert self.process is not None
        try:
            until(lambda: "Stop with Ctrl-C." in self.output or self.ended(), "the welcome", _START_TIMEOUT_S)
        except AssertionError:
            self.stop()  # what came too late must not meet the next one
            raise
        assert self.process.poll() is None, self.output
        return self

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> int:
        """Asks for the clean stop; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    @property
    def first_password(self) -> str:
        until(lambda: "Password  " in self.output, "the one-time password", 5)
        found = re.search(r"Password {2}(\S+) ", self.output)
        assert found, self.output
        return found[1]

    def pids(self) -> dict[int, str]:
        """Every living process of this installation: its number and command line.

        PostgreSQL's own processes write their titles over their environment: they are known by their parent.
        """
        ours: dict[int, str] = {}
        servers: dict[int, tuple[int, str]] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment = (folder / "environ").read_bytes()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                parent = int((folder / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if command.startswith("postgres: "):
                servers[int(folder.name)] = parent, command
            elif command and str(self.state).encode() in environment:
                ours[int(folder.name)] = command
        return ours | {pid: command for pid, (parent, command) in servers.items() if parent in ours}

    def pid_of(self, part: str) -> int:
        """The process of a part whose command line ends with `part` or holds it."""
        pids = [pid for pid, command in self.pids().items() if part in command]
        assert pids, f"no process of {part}: {self.pids()}"
        return min(pids)


class Visitor:
    """A person at the console without a browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def post(self, path: str, **fields: str) -> requests.Response:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.http.get(f"{self.url}{path}", timeout=10).text)
        assert token
        return self.http.post(f"{self.url}{path}", data={"csrf_token": token[1]} | fields, timeout=20)

    def sign_in(self, email: str, password: str) -> requests.Response:
        return self.post("/login", email=email, password=password)

    def sign_in_first(self, stack: Stack) -> None:
        """With the one-time password that the terminal printed, then a password of one's own."""
        self.sign_in("admin@localhost", stack.first_password)
        changed = self.post("/password", old=stack.first_password, new=NEW_PASSWORD)
        assert changed.ok, changed.text

    def export(self, panel: str, **view: str) -> str:
        """The file of a panel, as JSON lines."""
        token = {"X-CSRFToken": self.http.cookies["_csrf_token"]}
        body = {"format": "jsonl", "view": view}
        return self.http.post(f"{self.url}/export/{panel}", json=body, headers=token, timeout=20).text

    def is_in(self) -> bool:
        answer = self.http.get(f"{self.url}/_vigie/seq", timeout=10)
        return answer.status_code == 200
