"""From an answer to the state of a panel: zero, none and unknown are three different things."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.sources.interface import Answer, Completeness
from dashboard.ui.states import Drawing, show, together
from dashboard.ui.view import read_view

NOW = datetime(2026, 11, 20, 7, 12, tzinfo=UTC)
VIEW = read_view({"zone": "Europe/Paris"}, NOW)
DRAWING: Drawing[list[int]] = Drawing(
    list, lambda rows: f"{len(rows)} rows", lambda rows: not rows, "Nothing", lambda: "Wait"
)


def answer(rows: list[int] | None, completeness: Completeness = Completeness.COMPLETE) -> Answer[list[int]]:
    return Answer(
        rows, NOW, "Login table", completeness, "It did not answer.", "Start it.", NOW - timedelta(minutes=10)
    )


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (answer([1]), "ok"),
        (answer([]), "empty"),
        (answer([1], Completeness.TRUNCATED), "ok"),
        (answer([1], Completeness.STALE), "stale"),
        (answer([], Completeness.STALE), "stale"),
        (answer(None, Completeness.UNAVAILABLE), "error"),
    ],
)
def test_each_answer_has_its_own_state(given: Answer[list[int]], state: str) -> None:
    assert show(given, VIEW, DRAWING)["state"] == state


def test_nothing_read_is_never_shown_as_nothing_there() -> None:
    shown = show(answer(None, Completeness.UNAVAILABLE), VIEW, DRAWING)
    assert "content" not in shown
    assert (shown["sentence"], shown["advice"]) == ("It did not answer.", "Start it.")


def test_an_empty_panel_says_what_was_looked_for() -> None:
    shown = show(answer([]), VIEW, DRAWING)
    assert (shown["sentence"], shown["advice"], shown["words"]) == ("Nothing", "Wait", "0 rows")


def test_a_stale_panel_says_since_when_and_keeps_its_data() -> None:
    shown = show(answer([1, 2], Completeness.STALE), VIEW, DRAWING)
    assert (shown["badge"], shown["content"]) == ("Stale since 08:02", [1, 2])


def test_a_part_of_the_rows_is_said_to_be_a_part() -> None:
    assert show(answer([1], Completeness.TRUNCATED), VIEW, DRAWING)["note"] == "It did not answer."


def test_the_foot_names_source_and_window() -> None:
    assert show(answer([1]), VIEW, DRAWING)["foot"] == "Login table · last 24 h"


def test_two_answers_are_as_believable_as_the_worse() -> None:
    both = together(answer([1]), answer(None, Completeness.UNAVAILABLE))
    assert (both.rows, both.completeness) == (None, Completeness.UNAVAILABLE)


@pytest.mark.parametrize("rows", [[], [0]])
def test_a_window_before_anything_was_collected_is_not_known_rather_than_empty(rows: list[int]) -> None:
    shown = show(replace(answer(rows), collected_since=VIEW.window.until), VIEW, DRAWING)
    assert (shown["state"], shown["words"]) == ("unknown", "not known")
    assert shown["advice"] == "What is known begins on 20 Nov 2026 08:13."


def test_a_window_that_is_known_in_part_says_since_when() -> None:
    shown = show(replace(answer([1]), collected_since=NOW - timedelta(hours=3)), VIEW, DRAWING)
    assert shown["foot"] == "Login table · last 24 h, collected since 20 Nov 2026 05:12"


def test_two_answers_are_known_as_far_back_as_the_shorter() -> None:
    both = together(
        replace(answer([1]), collected_since=NOW), replace(answer([1]), collected_since=NOW - timedelta(days=9))
    )
    assert both.collected_since == NOW


def test_nothing_in_a_window_that_is_known_in_part_says_which_part() -> None:
    shown = show(replace(answer([]), collected_since=NOW - timedelta(hours=3)), VIEW, DRAWING)
    assert shown["advice"] == "What is known begins on 20 Nov 2026 05:12."
