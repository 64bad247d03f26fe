"""The stand-in that the pages are tested with keeps the contract too, so that a page cannot rely on its whims."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.sources.interface import TimeRange
from tests.dashboard.fakes import FakeQuestions, one_night
from tests.dashboard.sources.contract import LoginQuestionsContract

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)


class TestFakeQuestions(LoginQuestionsContract):
    @pytest.fixture
    def questions(self) -> FakeQuestions:
        return one_night(NOW)

    @pytest.fixture
    def window(self) -> TimeRange:
        return TimeRange(NOW - timedelta(days=3, minutes=7), NOW, ZoneInfo("Europe/Paris"))
