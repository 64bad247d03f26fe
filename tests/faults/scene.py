"""The real console under gunicorn with a fault proxy before each of its sources, and a reader of its panels."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy.engine import make_url

from tests.conftest import PASSWORDS, Store
from tests.dashboard.conftest import ALICE, PASSWORD, add_people
from tests.dashboard.sources.health_contract import TRAFFIC
from tests.dashboard.sources.prometheus_server import remember
from tests.dashboard.sources.prometheus_server import serving as prometheus_on
from tests.faults import http_proxy, tcp_proxy
from tests.faults.http_proxy import HttpProxy
from tests.faults.tcp_proxy import TcpProxy
from tests.vigie.clients.labelled_loki import Held, LabelledLoki
from tests.vigie.clients.replay import serving
from vigie.clients.log_lines import nanoseconds
from vigie.clock import utc_now
from vigie.store.roles import Role

WAIT_S = 60.0
VIEW = {"range": "1h", "zone": "Europe/Paris", "sort": "requests", "source": "app", "rule": "any"}
_INPUTS = frozenset({"view", "view-slow", "health-view", "situation-view"})
_OF_HEALTH = ("verdict", "requests", "availability", "errors", "latency", "routes", "objectives", "services", "traffic",
              "percentiles")  # fmt: skip
HEALTH = frozenset(f"health-{name}" for name in _OF_HEALTH)
SITUATION = frozenset({"kpi-availability", "kpi-error-rate", "kpi-p95", "services"})
PROMETHEUS = HEALTH | SITUATION
"""Panels that rest on Prometheus alone."""
BOTH = frozenset({"verdict", "one-axis"})
"""Panels that rest on Prometheus and on Vigie's database, and say which of them is missing."""
Told = dict[str, dict[str, Any]]
"""What each panel was told, by its name."""


@dataclass(frozen=True)
class Scene:
    """A running console. `loki_truth`, `prometheus_truth`: the addresses behind the proxies."""

    url: str
    prometheus: HttpProxy
    loki: HttpProxy
    postgres: TcpProxy
    truth: Mapping[str, str]


@contextmanager
def console_behind_proxies(store: Store, folder: Path, **settings: str) -> Iterator[Scene]:
    """An hour of requests in a real Prometheus and an hour of lines in a small Loki, both ending now; and Alice."""
    add_people(store)
    with ExitStack() as held:
        told = held.enter_context(_prometheus(folder))
        loki = held.enter_context(_loki())
        socket_path = socket_of(store)
        scene = Scene(
            f"http://127.0.0.1:{_free_port()}",
            held.enter_context(http_proxy.before(told)),
            held.enter_context(http_proxy.before(loki)),
            held.enter_context(tcp_proxy.before_socket(socket_path)),
            {"prometheus": told, "loki": loki},
        )
        held.enter_context(_console(scene, store, folder, settings))
        yield scene


@contextmanager
def _prometheus(folder: Path) -> Iterator[str]:
    late = utc_now() - max(each.at for each in TRAFFIC) - timedelta(seconds=30)
    held = folder / "prometheus"
    held.mkdir()
    remember(held, [type(each)(each.at + late, *_rest(each)) for each in TRAFFIC], timedelta(minutes=1))
    with prometheus_on(held) as source:
        yield source.url


def _rest(asked: Any) -> tuple[str, str, int, float]:
    return asked.method, asked.route, asked.status, asked.duration_s


@contextmanager
def _loki() -> Iterator[str]:
    now = utc_now()
    lines = [
        Held(nanoseconds(now - timedelta(seconds=20 * number)), {"service_name": "shop"}, f"line {number}", "info")
        for number in range(150)
    ]
    server = LabelledLoki(lines)
    with serving(server):
        yield server.url


def socket_of(store: Store) -> str:
    """Where its server listens."""
    query = make_url(store.url(Role.CONSOLE)).query
    return f"{query['host']}/.s.PGSQL.{query['port']}"


@contextmanager
def _console(scene: Scene, store: Store, folder: Path, settings: Mapping[str, str]) -> Iterator[None]:
    role = Role.CONSOLE
    names = {
        "VIGIE_CONSOLE_DATABASE_URL": f"postgresql://{role.value}:{PASSWORDS[role]}@127.0.0.1:{scene.postgres.number}"
        f"/{store.database}",
        "VIGIE_CONSOLE_PORT": scene.url.rsplit(":", 1)[1],
        "VIGIE_STATE_DIR": str(folder / "state"),
        "VIGIE_PROMETHEUS_URL": scene.prometheus.url,
        "VIGIE_LOKI_URL": scene.loki.url,
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    with (folder / "console.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard"], env=plain | names | settings, stdout=log, stderr=log
        )
    try:
        until(lambda: _is_ready(scene.url), "the console is ready")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(WAIT_S)


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=10).ok
    except requests.RequestException:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], what: str, seconds: float = WAIT_S) -> None:
    """Waits for `condition`, generously: it is no figure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


def states(told: Told) -> dict[str, str]:
    return {name: str(each["state"]) for name, each in told.items()}


@dataclass
class Reader:
    """Alice at the console without a browser: she asks every callback as Dash's scripts would."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)
    _callbacks: list[dict[str, Any]] = field(default_factory=list)
    _reads: int = 0

    def sign_in(self) -> "Reader":
        self.http.trust_env = False
        page = self.http.get(f"{self.url}/login", timeout=WAIT_S).text
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        fields = {"csrf_token": token, "email": ALICE, "password": PASSWORD}
        answer = self.http.post(f"{self.url}/login", data=fields, allow_redirects=False, timeout=WAIT_S)
        assert answer.status_code == 303, answer.text
        self._callbacks = self.http.get(f"{self.url}/_dash-dependencies", timeout=WAIT_S).json()
        return self

    def read(self, some: frozenset[str] = frozenset()) -> Told:
        """What these panels, or all, are told, and what is asked with them; all callbacks at the same time.

        Each time a window of its own, so that nobody's earlier answer is given again.
        """
        asked = self._asked(some)
        self._reads += 1
        with ThreadPoolExecutor(max(1, len(asked))) as pool:
            return {name: given for told in pool.map(self._one, asked) for name, given in told.items()}

    def _asked(self, some: frozenset[str]) -> list[dict[str, Any]]:
        return [
            each
            for each in self._callbacks
            if any(given["id"] in _INPUTS for given in each["inputs"])
            and (_panels(each["output"]) if not some else some & set(_panels(each["output"])))
        ]

    def _one(self, callback: Mapping[str, Any]) -> Told:
        at = utc_now() - timedelta(minutes=self._reads % 30)
        inputs = [{**given, "value": VIEW | {"at": at.isoformat()}} for given in callback["inputs"]]
        state = [{**given, "value": None} for given in callback["state"]]
        body = {
            "output": callback["output"],
            "outputs": _outputs(callback["output"]),
            "inputs": inputs,
            "state": state,
            "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        }
        answer = requests.post(
            f"{self.url}/_dash-update-component",
            json=body,
            cookies=dict(self.http.cookies),
            headers={"X-CSRFToken": self.http.cookies["_csrf_token"]},
            timeout=WAIT_S,
        )
        assert answer.status_code == 200, (answer.status_code, answer.text[:300])
        response = answer.json()["response"]
        return {json.loads(name)["panel"]: given["data"] for name, given in response.items() if name.startswith("{")}


def _names(output: str) -> Sequence[str]:
    return output.strip(".").split("...") if output.startswith("..") else [output]


def _panels(output: str) -> list[str]:
    found = [name.rsplit(".", 1)[0] for name in _names(output)]
    return [json.loads(name)["panel"] for name in found if name.startswith("{")]


def _outputs(output: str) -> Any:
    made = []
    for name in _names(output):
        identity, prop = name.rsplit(".", 1)
        made.append({"id": json.loads(identity) if identity.startswith("{") else identity, "property": prop})
    return made if output.startswith("..") else made[0]
