"""Stored lines and Vigie's own logs on one page."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dashboard.sources.log_questions import LogQuestions
from dashboard.sources.logs_embedded import EmbeddedLogs
from dashboard.sources.logs_own import OwnLogs
from tests.dashboard.logs.fakes import FakeLogs
from tests.dashboard.sources.log_contract import (
    NOON,
    SECOND,
    Holding,
    LogQuestionsContract,
    Written,
    every_line,
    rows_of,
    search,
    texts,
)
from tests.dashboard.sources.test_logs_own import keep


@pytest.fixture
def stored() -> FakeLogs:
    return FakeLogs()


@pytest.fixture
def logs(stored: FakeLogs, tmp_path: Path) -> EmbeddedLogs:
    return EmbeddedLogs(stored, OwnLogs(tmp_path))


class TestContract(LogQuestionsContract):
    @pytest.fixture
    def holding(self, stored: FakeLogs, logs: EmbeddedLogs) -> Holding:
        def hold(lines: Sequence[Written]) -> LogQuestions:
            for line in lines:
                stored.add(line.at, line.text, line.stream, "error" if line.is_bad else "info")
            return logs

        return hold


def both(stored: FakeLogs, folder: Path, count: int = 60) -> None:
    for number in range(count):
        at = NOON + SECOND * (number // 4)
        if number % 3:
            stored.add(at, f"stored {number}")
        else:
            keep(folder, Written(at, f"own {number}", "console", is_bad=number == 0))


def test_pages_hold_the_lines_of_both_once_and_in_order(stored: FakeLogs, logs: EmbeddedLogs, tmp_path: Path) -> None:
    both(stored, tmp_path)
    found = every_line(logs, search(), 7)
    assert len({line.place for line in found}) == len(found) == 60
    assert [line.place for line in found] == sorted((line.place for line in found), reverse=True)


def test_the_histogram_counts_both(stored: FakeLogs, logs: EmbeddedLogs, tmp_path: Path) -> None:
    both(stored, tmp_path)
    assert rows_of(logs.volume(search(), 40)).total == 60


def test_our_own_logs_can_be_read_while_the_database_is_down(
    stored: FakeLogs, logs: EmbeddedLogs, tmp_path: Path
) -> None:
    both(stored, tmp_path)
    stored.down = "PostgreSQL does not answer."
    assert len(texts(logs, search(stream="vigie-console"))) == 20
    assert len(texts(logs, search(preset="console-errors"))) == 1
    assert logs.page(search(), None, 5).sentence == "PostgreSQL does not answer."


def test_streams_and_presets_of_both_can_be_chosen(stored: FakeLogs, logs: EmbeddedLogs, tmp_path: Path) -> None:
    both(stored, tmp_path)
    found = rows_of(logs.choices(search().window))
    assert [each.value for each in found.streams] == ["api", "vigie-console"]
    assert [each.value for each in found.presets] == ["console-errors"]
