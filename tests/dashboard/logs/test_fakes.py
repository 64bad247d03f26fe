"""The stand-in that the tests of the page rest on does what every adapter must."""

from collections.abc import Sequence

import pytest

from dashboard.sources.log_questions import LogQuestions
from tests.dashboard.logs.fakes import FakeLogs
from tests.dashboard.sources.log_contract import Holding, LogQuestionsContract, Written


class TestFakeLogs(LogQuestionsContract):
    @pytest.fixture
    def holding(self) -> Holding:
        def hold(lines: Sequence[Written]) -> LogQuestions:
            logs = FakeLogs()
            for line in lines:
                logs.add(line.at, line.text, line.stream, "error" if line.is_bad else "info")
            return logs

        return hold
