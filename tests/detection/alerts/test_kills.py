"""The worker as a process, killed again and again: no alert is lost, none is doubled, and it starts where it was."""

import random
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from detection.sigma.compiled import Kind
from tests.conftest import Store
from tests.detection.alerts.conftest import ALERTS, joined, plain
from tests.detection.alerts.test_against_reference import by_name, wanted
from tests.detection.conftest import Application, Worker, ask, until
from vigie.event import Event
from vigie.store.engine import transaction

KILLS = 6
RULES = """
title: Failed login
name: failed
logsource: {category: authentication}
detection:
    failure: {action: authn_login_fail}
    condition: failure
level: low
---
title: Many failed logins
name: many
correlation:
    type: event_count
    rules: [failed]
    group-by: [user_name]
    timespan: 2s
    condition: {gte: 4}
level: high
---
title: Many names
name: names
correlation:
    type: value_count
    rules: [failed]
    group-by: [source_ip]
    timespan: 3s
    condition: {gte: 5, field: user_name}
level: high
"""
MEANT = [
    plain("failed", "authn_login_fail"),
    joined("many", Kind.EVENT_COUNT, ["failed"], 4, group=["user_name"], seconds=2),
    joined("names", Kind.VALUE_COUNT, ["failed"], 5, seconds=3, field="user_name"),
]
WAITS = "SELECT (SELECT count(*) FROM detection_spans) + (SELECT count(*) FROM detection_missed)"
OF_APPLICATION = "FROM events WHERE source = 'app'"  # not what Vigie says of itself


@pytest.fixture
def detecting(worker: Worker, tmp_path: Path) -> Worker:
    """A worker with these rules."""
    (tmp_path / "rules.yml").write_text(RULES, encoding="utf-8")
    worker.environment["VIGIE_RULES_FOLDER"] = str(tmp_path)
    return worker


def attack(application: Application, seed: int, stop: threading.Event) -> None:
    """Failed logins in bursts, from few addresses at few accounts."""
    dice = random.Random(seed)
    while not stop.wait(dice.random() * 0.1):
        for _ in range(dice.randint(1, 4)):
            name, address = f"user{dice.randint(1, 12)}", f"192.0.2.{dice.randint(1, 4)}"
            application.sign_in(name, event="login_failure", ip=address)


def rows(store: Store, question: str) -> list[Any]:
    with transaction(store.owner) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(question)]


def stored(store: Store) -> list[Event]:
    columns = "occurred_at, event_key, source, category, action, user_name, host(source_ip)"
    return [
        Event(*row[:5], user_name=row[5], source_ip=row[6]) for row in rows(store, f"SELECT {columns} {OF_APPLICATION}")
    ]


def kill_and_compare(application: Application, store: Store, worker: Worker, kills: int) -> tuple[list[Any], list[Any]]:
    """Kills the worker while logins fail. The alerts it has made in the end, and those it had to make."""
    stop, dice = threading.Event(), random.Random(5)
    attackers = [threading.Thread(target=attack, args=(application, seed, stop)) for seed in range(3)]
    for attacker in attackers:
        attacker.start()
    for kill in range(kills):
        worker.start()
        until(lambda: "rules were loaded" in worker.said(), 60)
        seen = ask(store, "SELECT coalesce(sum(count), 0) FROM alerts")
        if kill % 2:  # one time while it starts, one time while it works
            until(lambda: ask(store, "SELECT coalesce(sum(count), 0) FROM alerts") > seen, 60)  # noqa: B023
        stop.wait(dice.random() * 0.5)
        worker.end(signal.SIGKILL)
    stop.set()
    for attacker in attackers:
        attacker.join()
    ((written,),) = application.run("SELECT count(*) FROM account_activity")
    worker.start()
    until(lambda: ask(store, f"SELECT count(*) {OF_APPLICATION}") == written and ask(store, WAITS) == 0, 60)
    assert worker.end()[0] == 0
    meant = {rule.name: rule for rule in MEANT}
    return sorted(rows(store, ALERTS), key=by_name), wanted(meant, stored(store))


def test_killed_again_and_again_it_makes_each_alert_once(
    application: Application, store: Store, detecting: Worker
) -> None:
    found, meant = kill_and_compare(application, store, detecting, KILLS)
    assert found == meant
    assert {"many", "names"} == {row[0] for row in found}
    assert rows(store, "SELECT count(*) FROM alert_acts WHERE act = 'opened'") == [(len(found),)]


def test_a_rule_file_that_is_written_is_evaluated_without_a_restart(
    application: Application, store: Store, detecting: Worker, tmp_path: Path
) -> None:
    (tmp_path / "rules.yml").unlink()
    detecting.start()
    until(lambda: "rules were loaded" in detecting.said(), 60)
    (tmp_path / "rules.yml").write_text(RULES, encoding="utf-8")
    until(lambda: ask(store, "SELECT count(*) FROM rules WHERE is_loaded") == 3, 60)
    for _ in range(4):
        application.sign_in("alice", event="login_failure", ip="192.0.2.1")
    until(lambda: ask(store, "SELECT count FROM alerts WHERE rule = 'many'") == 4, 60)


def test_a_folder_of_rules_that_is_not_there_stops_the_start(detecting: Worker) -> None:
    detecting.environment["VIGIE_RULES_FOLDER"] = "/nowhere"
    code, _, said = detecting.start().wait()
    assert (code, said.startswith("VIGIE_RULES_FOLDER is not usable")) == (2, True)
