"""A store that holds hostile events, and what they are to the reference."""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from sqlalchemy import text

from tests.conftest import Store
from tests.vigie.query.made import ADDRESSES, HOSTILE, NAMES, PROSE
from vigie.event import OUTCOMES, Event
from vigie.query import FIELDS, Query
from vigie.query.sql import condition
from vigie.severity import Severity
from vigie.store.events import store_events

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
_ALWAYS = [name for name in NAMES if FIELDS[name].always_given]
_SOMETIMES = [*(name for name in NAMES if not FIELDS[name].always_given), *PROSE]
Asked = Callable[[Query], set[bytes]]


def _texts(chance: random.Random) -> str:
    made = "".join(chance.choices('aAbB*%_\\ ":', k=chance.randrange(1, 8)))
    return chance.choice([made, chance.choice(HOSTILE), f"{chance.choice(HOSTILE)}{made}{chance.choice(HOSTILE)}"])


def _event(number: int, chance: random.Random) -> Event:
    fields: dict[str, Any] = {name: _texts(chance) for name in _ALWAYS}
    fields |= {name: chance.choice([_texts(chance), None, ""]) for name in _SOMETIMES}
    return Event(
        occurred_at=SINCE + timedelta(seconds=number),
        event_key=hashlib.sha256(str(number).encode()).digest(),
        severity=chance.choice(list(Severity)),
        outcome=chance.choice(OUTCOMES),
        source_ip=ip_address(chance.choice(ADDRESSES)) if chance.random() < 0.7 else None,
        http_status=chance.choice([None, 0, 200, 404, 499, 500, 999]),
        **fields,
    )


@pytest.fixture
def rows(store: Store) -> list[Mapping[str, Any]]:
    """Three hundred stored events, as PostgreSQL gives them back."""
    chance = random.Random(4)
    with store.worker.begin() as connection:
        store_events(connection, [_event(number, chance) for number in range(300)], timedelta(days=36_500))
    with store.console.connect() as connection:
        return [dict(row) for row in connection.execute(text("SELECT * FROM events")).mappings()]


@pytest.fixture
def asked(store: Store) -> Iterator[Asked]:
    """The keys of the events that a query finds in PostgreSQL, as the console's role."""
    with store.console.connect() as connection:

        def ask(query: Query) -> set[bytes]:
            found = condition(query)
            statement = text(f"SELECT event_key FROM events WHERE occurred_at >= :since AND {found.text}")
            answer = connection.execute(statement, {"since": SINCE, **found.parameters})
            return {bytes(key) for key in answer.scalars()}

        yield ask
