"""The questions about events on a real PostgreSQL, asked with the console's role."""

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from zoneinfo import ZoneInfo

import pytest

from dashboard.sources.event_database import EventDatabase
from dashboard.sources.event_questions import EventDetail, EventSearch
from dashboard.sources.interface import TimeRange
from tests.conftest import Store
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


class TestEventDatabase(EventQuestionsContract):
    @pytest.fixture
    def search(self, store: Store) -> EventSearch:
        now = utc_now()
        save(store, stored(night_of_events(now).events))
        return EventSearch(TimeRange(now - timedelta(days=8, minutes=7), now, PARIS), Query())
