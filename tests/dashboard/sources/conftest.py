"""Logins to ask about, stored the way the worker stores them."""

import random
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from dashboard.sources.database import DatabaseQuestions
from tests.conftest import Store
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.login_attacks.rules import LoginAttackRules, load_rules
from vigie.store.engine import transaction
from vigie.store.events import store_events


def login(at: datetime, user: str | None, address: str | None, *, ok: bool = False, **more: object) -> Event:
    """One login or refusal; `more` overrides fields of the event."""
    fields: dict[str, object] = {
        "occurred_at": at,
        "event_key": key_of(str(at), str(user), str(address), str(more)),
        "source": "app",
        "category": "authentication",
        "action": "authn_login_success" if ok else "authn_login_fail",
        "outcome": "success" if ok else "failure",
        "reason": None if ok else "wrong_password",
        "user_name": user,
        "source_ip": ip_address(address) if address else None,
        "user_agent": "Firefox 132",
    }
    return Event(**(fields | more))  # type: ignore[arg-type]


def everyday(days: int, count: int) -> list[Event]:
    """Random logins of few people over the last days, with everything that is nearly a login among them."""
    chance = random.Random(7)
    until = utc_now().replace(microsecond=0)
    events = []
    for number in range(count):
        at = until - timedelta(seconds=chance.randrange(1, days * 86_400))
        user = f"person{chance.randrange(12)}"
        address = chance.choice([f"192.0.2.{chance.randrange(9)}", f"2001:db8::{chance.randrange(9)}"])
        unique = {"event_key": key_of(str(number))}
        match chance.randrange(10):
            case 0:
                events.append(login(at, user, address, **unique, action="authn_token_reuse"))
            case 1:
                events.append(login(at, user, address, **unique, category="web", action="http_request"))
            case 2:
                throttled = {"action": "excess_rate_limit_exceeded", "reason": "throttled"}
                events.append(login(at, user, address, **unique, **throttled))
            case 3:
                events.append(login(at, f"{user}x", address, **unique, reason="unknown_account"))
            case 4:
                events.append(login(at, None, None, **unique))
            case draw:
                events.append(login(at, user, address, ok=draw > 5, **unique))
    return events


def save(store: Store, events: Sequence[Event]) -> None:
    with transaction(store.worker) as connection:
        store_events(connection, events, timedelta(days=4000))


def register(store: Store, name: str = "app", **columns: object) -> None:
    """A source that has just been looked at, or as `columns` say."""
    values: dict[str, object] = {
        "name": name, "kind": "application", "title": f"Login table “{name}”", "expected_period_s": 10, "grace_s": 20,
        "last_look_at": utc_now(), **columns,
    }  # fmt: skip
    names = ", ".join(values)
    places = ", ".join(f":{column}" for column in values)
    with transaction(store.owner) as connection:
        connection.execute(text("DELETE FROM sources WHERE name = :name"), {"name": name})
        connection.execute(text(f"INSERT INTO sources ({names}) VALUES ({places})"), values)


@pytest.fixture(scope="session")
def rules(root: Path) -> LoginAttackRules:
    return load_rules(root / "config" / "rules")


@pytest.fixture
def questions(store: Store, rules: LoginAttackRules) -> DatabaseQuestions:
    register(store)
    return DatabaseQuestions(store.console, rules)


@pytest.fixture
def plans(store: Store) -> Iterator[list[str]]:
    """The plan of every statement that reads events from now on."""
    found: list[str] = []

    def explain(
        connection: Connection, cursor: object, statement: str, parameters: object, context: object, many: bool
    ) -> None:
        if re.search(r"\bevents\b", statement):
            with connection.connection.cursor() as explaining:
                explaining.execute(f"EXPLAIN {statement}", parameters)
                found.append("\n".join(row[0] for row in explaining.fetchall()))

    event.listen(store.console, "before_cursor_execute", explain)
    yield found
    event.remove(store.console, "before_cursor_execute", explain)


def partitions(plans: Sequence[str]) -> set[str]:
    return set(re.findall(r"\bevents_\d{8}\b", "\n".join(plans)))
