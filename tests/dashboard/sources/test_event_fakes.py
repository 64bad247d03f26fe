"""The stand-in that the events page is tested with keeps the contract too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.sources.event_questions import EventSearch
from dashboard.sources.interface import TimeRange
from tests.dashboard.event_fakes import FakeEvents, night_of_events
from tests.dashboard.sources.event_contract import EventQuestionsContract
from vigie.query import Query

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)


class TestFakeEvents(EventQuestionsContract):
    @pytest.fixture
    def events(self) -> FakeEvents:
        return night_of_events(NOW)

    @pytest.fixture
    def search(self) -> EventSearch:
        return EventSearch(TimeRange(NOW - timedelta(days=8, minutes=7), NOW, ZoneInfo("Europe/Paris")), Query())
