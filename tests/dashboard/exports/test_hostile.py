"""Hostile text in every field of every export: the files stay files."""

import csv
import io
import json
import unicodedata
from typing import Any

import pytest

from dashboard.activity import exports as activity_exports
from dashboard.events import exports as event_exports
from dashboard.exports.declaration import Export
from dashboard.exports.formats import FORMATS
from dashboard.exports.run import Run
from dashboard.logs import exports as log_exports
from dashboard.situation import exports as situation_exports
from dashboard.sources_board import exports as source_exports
from tests.dashboard.event_fakes import hostile_events
from tests.dashboard.exports.test_cells import runs
from tests.dashboard.fakes import hostile_night
from tests.dashboard.health.fakes import some_health
from tests.dashboard.logs.fakes import NASTY, FakeLogs
from tests.dashboard.situation.fakes import asked, hostile_alerts
from tests.dashboard.sources_board.fakes import hostile_board
from vigie.clock import utc_now

NOW = utc_now()
BOARD = hostile_board(NOW)
VIEW = {"range": "24h", "zone": "Europe/Paris", "source": next(iter(BOARD.details))}


def lines() -> FakeLogs:
    logs = FakeLogs()
    for start in ("=", "+", "-", "@", "\t", "\r", "＝", '"=', ";=", "\u202e", "\ud800", "\x00"):
        logs.add(NOW, start + NASTY, stream=start + NASTY, level=start)
    return logs


def declared() -> list[Export[Any]]:
    night, events = hostile_night(NOW), hostile_events(NOW)
    return [
        *situation_exports.exports(asked(night, hostile_alerts(NOW), some_health(NOW))),
        *activity_exports.exports(night), *event_exports.exports(events),
        *log_exports.exports(lines()), *source_exports.exports(BOARD),
    ]  # fmt: skip


EVERY = pytest.mark.parametrize("export", declared(), ids=lambda export: export.name)


def written(export: Export[Any], form: str) -> str:
    reading = export.read(VIEW)
    first = next(reading.pages)
    run = Run("0123abcd", export, reading, first, FORMATS[form], lambda: True, lambda *_: None)
    return b"".join(run.chunks()).decode("utf-8-sig")


@EVERY
def test_csv_is_strict_one_line_a_row_and_runs_nowhere(export: Export[Any]) -> None:
    content = written(export, "csv")
    rows = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    assert len(rows) == content.count("\r\n") == content.count("\n")
    assert {len(row) for row in rows} == {len(export.columns) + 1}
    texts = [cell for row in rows for cell in row if cell and not cell.lstrip("-").replace(".", "").isdigit()]
    assert [cell for cell in texts if runs(cell)] == []


@EVERY
@pytest.mark.parametrize("form", FORMATS)
def test_nothing_hides_or_turns_the_text_around(export: Export[Any], form: str) -> None:
    hidden = {sign for sign in written(export, form) if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert hidden <= {"\r", "\n"}


@EVERY
def test_json_lines_are_objects_with_the_same_names(export: Export[Any]) -> None:
    begin, *rows, end = [json.loads(line) for line in written(export, "jsonl").splitlines()]
    assert (begin["export"], end["export"], end["rows"]) == ("begin", "end", len(rows))
    assert {tuple(row) for row in rows} <= {(*export.columns, "export_note")}
