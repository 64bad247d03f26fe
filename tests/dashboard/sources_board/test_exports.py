"""The files of Sources."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.exports.declaration import note
from dashboard.sources.source_questions import MOST
from dashboard.sources_board import exports
from tests.dashboard.sources_board.fakes import FakeBoard, every_state
from vigie.clock import utc_now


@pytest.fixture
def board() -> FakeBoard:
    return every_state(utc_now())


def cells(board: FakeBoard, name: str, **view: object) -> list[dict[str, Any]]:
    export = {each.name: each for each in exports.exports(board)}[name]
    return [
        {header: value(row) for header, value in export.columns.items()}
        for answer in export.read(view).pages
        for row in answer.rows or ()
    ]


def test_the_board_holds_every_source_with_its_state(board: FakeBoard) -> None:
    states = {row["name"]: (row["state"], row["blind_why"]) for row in cells(board, "sources-board")}
    assert states["falco"] == ("blind", "silent")
    assert states["nginx"] == ("stopped", "unwatched")
    assert states["app"] == ("ok", None)


def test_an_expectation_that_is_not_there_is_empty_and_not_zero(board: FakeBoard) -> None:
    periods = {row["name"]: (row["expected_period_s"], row["grace_s"]) for row in cells(board, "sources-board")}
    assert (periods["app"], periods["old"]) == ((120.0, 20.0), (None, None))


def test_the_chosen_source_is_in_its_file_alone(board: FakeBoard) -> None:
    assert [row["name"] for row in cells(board, "source-detail", source="falco")] == ["falco"]
    assert cells(board, "source-detail") == []


def test_troubles_stand_in_one_file_by_kind(board: FakeBoard) -> None:
    found = cells(board, "source-troubles", source="falco")
    assert {row["kind"] for row in found} == {"blind", "rejected", "gap", "wrong_clock", "falco_drop"}
    assert [row["count"] for row in found if row["kind"] == "rejected"] == [7]


def test_more_troubles_than_are_given_are_said(board: FakeBoard) -> None:
    troubled = board.details["falco"]
    board.details["falco"] = replace(troubled, rejected=troubled.rejected * MOST)
    [answer] = {each.name: each for each in exports.exports(board)}["source-troubles"].read({"source": "falco"}).pages
    assert note(answer, None) == f"truncated: The newest {MOST} of each kind."
