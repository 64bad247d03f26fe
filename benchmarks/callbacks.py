"""What the console itself spends on a callback, over what its questions take, and on a tick that finds nothing new.

    python -m benchmarks.callbacks                  # 300,000 events over thirty days: two minutes

Every callback of every page is asked over the whole of the console (session, guard, Dash, JSON). The first time its
questions go to PostgreSQL; then their answers are kept, so that what is left is the console's own work. Figures are
medians of the thread's processor time, which other programs do not stretch.
"""

import argparse
import functools
import inspect
import json
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine

from benchmarks.store_questions import fill, generated
from dashboard.app import make_parts, warm_up
from dashboard.settings import ConsoleSettings
from dashboard.sources.database import DatabaseQuestions
from dashboard.sources.event_database import EventDatabase
from dashboard.sources.health_database import DatabaseRecords
from dashboard.sources.health_stored import StoredHealth
from dashboard.sources.logs_stored import StoredLogs
from dashboard.sources.situation_database import SituationDatabase
from dashboard.sources.source_database import SourceDatabase
from tests.dashboard.conftest import ALICE, PASSWORD, csrf, sign_in
from tests.dashboard.sources.health_contract import TRAFFIC
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.http_minutes import Request, store_requests
from vigie.store.people import PersonRole, create_person

CALLBACK_MS, TICK_MS = 10.0, 3.0
_ASKED = (
    DatabaseQuestions,
    EventDatabase,
    DatabaseRecords,
    StoredHealth,
    StoredLogs,
    SituationDatabase,
    SourceDatabase,
)
_VIEWS = {"view", "view-slow", "health-view", "situation-view"}
_TIMES = 40
RULES = Path(__file__).parents[1] / "config" / "rules"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=300_000)
    events = parser.parse_args().events
    with generated(lambda owner: _fill(owner, events)) as engine:
        for name, measured, limit in measure(engine):
            over = "  OVER" if measured > limit else ""
            print(f"{name:<62} {measured:6.2f} ms   limit {limit:g} ms{over}", flush=True)


def _fill(owner: Engine, events: int) -> None:
    fill(owner, events)
    late = utc_now() - max(each.at for each in TRAFFIC) - timedelta(minutes=1)
    told = [Request(each.at + late, each.route, each.method, each.status, each.duration_s) for each in TRAFFIC]
    with transaction(owner) as connection:
        store_requests(connection.connection.cursor(), "site", told, timedelta(days=1))
        create_person(connection, ALICE, "Alice", PersonRole.ANALYST, PASSWORD)


def measure(engine: Engine) -> list[tuple[str, float, float]]:
    """Name, milliseconds and limit of every callback and of the ticks."""
    for asked in _ASKED:
        _keep_answers(asked)
    url = engine.url.render_as_string(hide_password=False)
    parts = make_parts(ConsoleSettings.load(console_database_url=url, rules_dir=RULES))
    warm_up(parts)
    client = parts.server.test_client()
    assert sign_in(client, ALICE).status_code == 303
    found = []
    for callback in json.loads(client.get("/_dash-dependencies").text):
        if {given["id"] for given in callback["inputs"]} & _VIEWS and not callback["clientside_function"]:
            found.append((_named(callback), _milliseconds(_call(client, callback)), CALLBACK_MS))
    found.append(("tick: /_vigie/seq", _milliseconds(lambda: client.get("/_vigie/seq")), TICK_MS))
    found.append(("tick: /_vigie/beat", _milliseconds(lambda: client.get("/_vigie/beat/x")), TICK_MS))
    parts.engine.dispose()
    return sorted(found, key=lambda each: -each[1])


def _keep_answers(asked: type) -> None:
    """From now on each of its questions is answered once, and then out of memory."""
    for name, method in inspect.getmembers(asked, inspect.isfunction):
        if name.startswith("_"):
            continue
        kept: dict[str, Any] = {}

        def answer(self: object, *given: Any, method: Any = method, kept: dict[str, Any] = kept, **named: Any) -> Any:
            key = repr((given, named))
            if key not in kept:
                kept[key] = method(self, *given, **named)
            return kept[key]

        setattr(asked, name, functools.wraps(method)(answer))


def _named(callback: Mapping[str, Any]) -> str:
    outputs = callback["output"].strip(".").split("...")
    panels = [json.loads(each.rsplit(".", 1)[0])["panel"] for each in outputs if each.startswith("{")]
    return ", ".join(panels or outputs)[:60]


def _call(client: FlaskClient, callback: Mapping[str, Any]) -> Callable[[], object]:
    view = {"range": "24h", "zone": "Europe/Paris", "at": utc_now().isoformat()}
    inputs = [{**given, "value": view} for given in callback["inputs"]]
    body = {
        "output": callback["output"],
        "outputs": _outputs(callback["output"]),
        "inputs": inputs,
        "state": [{**given, "value": None} for given in callback["state"]],
        "changedPropIds": [f"{inputs[0]['id']}.data"],
    }
    headers = csrf(client)

    def call() -> None:
        answer = client.post("/_dash-update-component", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    return call


def _outputs(output: str) -> Any:
    made = []
    for name in output.strip(".").split("..."):
        identity, prop = name.rsplit(".", 1)
        made.append({"id": json.loads(identity) if identity.startswith("{") else identity, "property": prop})
    return made if output.startswith("..") else made[0]


def _milliseconds(act: Callable[[], object]) -> float:
    """Of this thread's processor time, the median of many."""
    act()
    took = []
    for _ in range(_TIMES):
        started = time.thread_time()
        act()
        took.append(time.thread_time() - started)
    return 1000 * median(took)


if __name__ == "__main__":
    main()
