"""What the Sources page is told, as the browser asks for it."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.sources.source_questions import SpellSeen
from dashboard.sources_board import page
from dashboard.sources_board.phrases import Trouble
from tests.dashboard.asking import ask_all
from tests.dashboard.sources_board.fakes import DOWN, NASTY, FakeBoard, every_state, hostile_board
from vigie.blindness import Why

NOW = datetime.now(UTC)
VIEW: dict[str, Any] = {"range": "24h", "zone": "UTC", "at": NOW.isoformat()}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def told(board: FakeBoard, source: object = None) -> dict[str, Any]:
    return ask_all(page, board, VIEW | {"source": source})  # type: ignore[arg-type]  # it is asked as a page's questions


def text_of(part: object) -> str:
    """All that a reader reads of what was drawn."""
    if isinstance(part, list):
        return " ".join(text_of(each) for each in part)
    if isinstance(part, dict):
        return text_of(part.get("props", {}).get("children"))
    return "" if part is None else str(part)


def test_every_state_has_its_word() -> None:
    said = text_of(told(every_state(NOW))["sources-board"]["content"])
    for word in ("Heard", "Learning", "Irregular", "Late", "Blind", "Not watched", "Imported"):
        assert word in said


def test_the_board_counts_who_is_blind() -> None:
    assert told(every_state(NOW))["sources-board"]["words"] == "8 sources, 3 blind, 1 late"


def test_a_blind_source_says_why_and_what_to_do() -> None:
    said = text_of(told(every_state(NOW))["sources-board"]["content"])
    assert "Nothing came for 17 min. Check that it still writes." in said
    assert "The file /var/log/auth.log cannot be read. Let Vigie's user read it." in said
    assert "Nobody looks at it. Check that Vigie's worker runs" in said


def test_an_expectation_says_where_it_comes_from() -> None:
    said = text_of(told(every_state(NOW))["sources-board"]["content"])
    assert "2 min + 20 s learned from its rhythm" in said
    assert "silence is normal, says alice@example.org" in said


def test_the_details_show_spells_and_samples_of_every_trouble() -> None:
    said = text_of(told(every_state(NOW), "falco")["source-troubles"]["content"])
    for part in ("silent for 1", "nobody looked for 1 day", "It has no time. (7 times)", '{"rule": "x"}',
                 "The file was truncated.", "falco_rule_match, says", "26 system calls dropped"):  # fmt: skip
        assert part in said


def test_a_source_that_is_learning_says_how_far_it_is() -> None:
    assert "99 of 100 signs of life" in text_of(told(every_state(NOW), "pg")["source-detail"]["content"])


def test_facts_are_folded_where_there_are_troubles() -> None:
    first = {name: json.dumps(told(every_state(NOW), name)["source-detail"]["content"]) for name in ("falco", "app")}
    assert ("All facts" in first["falco"], "All facts" in first["app"]) == (True, False)


def test_a_trouble_of_the_board_leads_to_its_samples() -> None:
    given = told(every_state(NOW), "falco")
    board, lists = (json.dumps(given[name]["content"]) for name in ("sources-board", "source-troubles"))
    for kind in Trouble:
        assert f'"data-trouble": "{kind.value}"' in board
        assert f'"data-list": "{kind.value}"' in lists
    assert lists.count('"data-of": "falco"') == len(Trouble)


def test_a_blind_spell_of_a_moment_is_seen_in_the_strip() -> None:
    board = every_state(NOW)
    moment = SpellSeen(NOW - timedelta(seconds=309), NOW - timedelta(seconds=308), Why.ERROR, "Why.")
    board.details["falco"] = replace(board.details["falco"], spells=(moment,))
    drawn = json.dumps(told(board, "falco")["source-troubles"]["content"])
    assert re.search(r'"left": "min\([0-9.]+%, calc\(100% - 3px\)\)", "width": "max\(0.00%, 3px\)"', drawn)


def test_a_source_that_is_none_is_said_to_be_none() -> None:
    assert told(every_state(NOW), "nobody")["source-detail"]["sentence"] == "There is no such source"


@pytest.mark.parametrize("panel", ["sources-board", "source-detail", "source-troubles"])
def test_a_store_that_is_away_is_an_error_and_no_empty_board(panel: str) -> None:
    given = told(FakeBoard(NOW, down=DOWN), "falco")[panel]
    assert (given["state"], given["sentence"]) == ("error", DOWN)


def test_a_board_without_sources_says_how_to_add_one() -> None:
    given = told(FakeBoard(NOW))["sources-board"]
    assert (given["state"], given["sentence"]) == ("empty", "No source is set up")
    assert "vigie import" in given["advice"]


def test_hostile_text_is_plain_short_text() -> None:
    board = hostile_board(NOW)
    given = told(board, next(iter(board.details)))
    drawn = json.dumps([panel["content"] for panel in given.values()])
    assert "\\u202e" not in text_of(json.loads(drawn))
    assert NASTY * 2 not in drawn
    assert "dangerously" not in drawn


@settings(max_examples=40, deadline=None)
@given(ANY_JSON, ANY_JSON)
def test_whatever_a_browser_sends_is_answered(view: object, source: object) -> None:
    for asked in (view, VIEW | {"source": source}):
        assert set(ask_all(page, every_state(NOW), asked)) == {panel.name for panel in page.PANELS}  # type: ignore[arg-type]
