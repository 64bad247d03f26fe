"""The questions about events on a real PostgreSQL, asked with the console's role."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from zoneinfo import ZoneInfo

import pytest

from cli.embedded.server import Server
from dashboard.sources.event_database import EventDatabase
from dashboard.sources.event_questions import EventDetail, EventSearch
from dashboard.sources.interface import TimeRange
from tests.conftest import Store, new_store
from tests.dashboard.event_fakes import fields_of, night_of_events
from tests.dashboard.sources.conftest import register, save
from tests.dashboard.sources.event_contract import EventQuestionsContract
from vigie.clock import utc_now
from vigie.event import Event
from vigie.query import Query

PARIS = ZoneInfo("Europe/Paris")


def stored(details: Sequence[EventDetail]) -> list[Event]:
    """The events of a stand-in as the worker stores them."""
    made = []
    for each in details:
        fields = fields_of(each)
        position = each.row.position
        del fields["position"]
        fields["source_ip"] = ip_address(each.row.source_ip) if each.row.source_ip else None
        made.append(
            Event(occurred_at=position.occurred_at, event_key=bytes.fromhex(position.key), raw=each.raw or {}, **fields)  # type: ignore[arg-type]
        )
    return made


@pytest.fixture
def events(store: Store) -> EventDatabase:
    register(store)
    return EventDatabase(store.console)


@pytest.fixture(scope="module")
def night(postgres: Server) -> Iterator[tuple[Store, datetime]]:
    """A store with the night of the stand-in, and its end; nothing is changed in it."""
    now = utc_now()
    with new_store(postgres) as store:
        register(store)
        save(store, stored(night_of_events(now).events))
        yield store, now


class TestEventDatabase(EventQuestionsContract):
    @pytest.fixture
    def events(self, night: tuple[Store, datetime]) -> EventDatabase:
        return EventDatabase(night[0].console)

    @pytest.fixture
    def search(self, night: tuple[Store, datetime]) -> EventSearch:
        now = night[1]
        return EventSearch(TimeRange(now - timedelta(days=8, minutes=7), now, PARIS), Query())
