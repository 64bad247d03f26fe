"""Security events as the browser is told it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from dashboard.events import page
from dashboard.events.grid import BLOCK
from dashboard.events.search import read_position
from dashboard.sources.interface import Completeness
from dashboard.ui.event_links import position_text
from tests.dashboard.event_fakes import FakeEvents
from tests.dashboard.events.conftest import asked, drawer, told
from vigie.severity import Severity

SEARCHED = {each.name for each in page.PANELS} - {page.EVENT.name}


def list_of(events: FakeEvents, **view: object) -> Any:
    return told(events, **view)["events"]["content"]


def worst(events: FakeEvents) -> str:
    return next(position_text(each.row.position) for each in events.events if each.row.severity is Severity.CRITICAL)


def test_every_panel_is_told_something(night: FakeEvents) -> None:
    assert {name: each["state"] for name, each in told(night).items()} == dict.fromkeys(SEARCHED, "ok")


def test_the_list_begins_with_the_newest_and_goes_on_without_a_gap(night: FakeEvents) -> None:
    first = list_of(night)
    more = asked(night, "events-after", "events-more", {"n": 3, "after": first["next"], "view": first["view"]})
    keys = [each["key"] for each in first["rows"] + more["rows"]]
    assert (len(keys), more["n"]) == (2 * BLOCK, 3)
    assert keys == sorted(set(keys), reverse=True)


def test_a_query_and_a_tick_narrow_every_panel(night: FakeEvents) -> None:
    shown = told(night, q="user:m.keller", tick=["severity:critical"])
    assert [each["user"] for each in shown["events"]["content"]["rows"]] == ["m.keller"]
    assert shown["events-histogram"]["words"].startswith("1 event,")


def test_a_tick_does_not_hide_what_else_could_be_ticked(night: FakeEvents) -> None:
    facets = told(night, tick=["source:falco"])["events-facets"]["content"]["dimensions"]
    sources = next(each for each in facets if each["name"] == "source")
    assert {each["value"] for each in sources["values"]} == {"app", "falco", "nginx", "postgres"}


def test_a_query_that_is_none_is_said_in_every_panel(night: FakeEvents) -> None:
    shown = told(night, q="sorce_ip:1.2.3.4")
    assert {(each["state"], each["sentence"]) for each in shown.values()} == {("error", "There is no field sorce_ip.")}


def test_a_search_that_finds_nothing_is_no_good_sign(night: FakeEvents) -> None:
    shown = told(night, q="user:nobody")["events"]
    assert (shown["state"], shown["sentence"]) == ("unmatched", "No event of this window matches")


def test_an_empty_window_says_when_it_last_happened(night: FakeEvents) -> None:
    night.events = [each for each in night.events if each.row.position.occurred_at < night.now - timedelta(days=2)]
    shown = told(night, range="1h")["events"]
    assert shown["state"] == "empty"
    assert shown["advice"].startswith("The last one was ")


def test_a_database_that_is_down_is_an_error_everywhere(night: FakeEvents) -> None:
    night.down = "PostgreSQL does not answer."
    assert {each["state"] for each in told(night).values()} == {"error"}
    assert drawer(night, worst(night))["state"] == "error"


def test_how_far_was_searched_is_said(night: FakeEvents) -> None:
    night.completeness, night.sentence = Completeness.TRUNCATED, "Searched back to 12 Nov 08:30."
    assert told(night)["events"]["note"] == "Searched back to 12 Nov 08:30."


def test_a_part_that_is_missing_is_said_beside_the_total_and_nothing_is_called_stale(night: FakeEvents) -> None:
    night.completeness, night.sentence, night.since = Completeness.PARTLY_BLIND, "Shop nginx is missing.", night.now
    shown = told(night)
    assert {each["state"] for each in shown.values()} == {"ok"}
    assert "events" in shown["events-histogram"]["words"]
    assert shown["events-histogram"]["words"].endswith(": Shop nginx is missing.")


def test_nothing_found_while_a_source_is_blind_is_not_called_none(night: FakeEvents) -> None:
    night.completeness, night.sentence, night.since = Completeness.STALE, "Shop nginx has been silent.", night.now
    shown = told(night, q="user:nobody")["events"]
    assert (shown["state"], shown["sentence"], shown["content"]) == ("unmatched", "None known", None)
    assert shown["advice"].endswith(": Shop nginx has been silent.")


def test_where_nothing_is_found_no_panel_is_blank(night: FakeEvents) -> None:
    shown = told(night, q="user:nobody")
    assert (shown["events-facets"]["state"], shown["events-facets"]["sentence"]) == ("unmatched", "Nothing to count")
    assert shown["events-histogram"]["words"] == "0 events"


def test_counts_say_what_they_looked_at(night: FakeEvents) -> None:
    night.looked_at = 20_000
    assert told(night)["events-facets"]["words"] == "counts of the newest 20,000 matching"


def test_the_drawer_tells_one_event_in_full(night: FakeEvents) -> None:
    shown = drawer(night, worst(night))["content"]
    assert (shown["title"], json.loads(shown["raw"])["retries"]) == ("Login after failures", 6)
    assert "m.keller" in json.dumps([shown["fields"], shown["around"], shown["same"]])


def test_a_raw_record_that_retention_dropped_is_said_to_be(night: FakeEvents) -> None:
    falco = next(each for each in night.events if each.row.source == "falco")
    shown = drawer(night, position_text(falco.row.position))["content"]
    assert (shown["raw"], "retention has dropped it" in shown["raw_words"]) == ("", True)


@pytest.mark.parametrize("event", [None, 5, {}, "x", "2026-11-20T01:29:41.000000Z_" + "0" * 64])
def test_an_event_that_is_not_there_is_said_not_to_be(night: FakeEvents, event: Any) -> None:
    shown = drawer(night, event)
    assert (shown["state"], shown["sentence"]) == ("unknown", "There is no such event")


def test_the_stable_link_names_the_event_and_a_window_around_it(night: FakeEvents) -> None:
    link = drawer(night, worst(night))["content"]["link"]
    assert link.startswith("/events?from=2")
    assert worst(night).replace(":", "%3A") in link


@pytest.mark.parametrize("data", [None, 5, [], {}, {"after": 5, "view": []}, {"after": "x", "view": {"q": "("}}])
def test_a_request_for_more_that_makes_no_sense_gets_nothing(night: FakeEvents, data: Any) -> None:
    assert asked(night, "events-after", "events-more", data)["rows"] is None


def test_hostile_text_reaches_the_screen_as_plain_short_text(hostile: FakeEvents) -> None:
    shown = told(hostile)
    for row in shown["events"]["content"]["rows"]:
        seen = "".join(value for name, value in row.items() if not name.endswith("_value"))
        assert not {"\u202e", "\x1b"} & set(seen)
        assert len(seen) < 1000
    for dimension in shown["events-facets"]["content"]["dimensions"]:
        assert all(len(each["word"]) <= 60 and "\u202e" not in each["word"] for each in dimension["values"])


def test_hostile_text_of_one_event_shows_its_hidden_marks(hostile: FakeEvents) -> None:
    first = list_of(hostile)["rows"][0]["key"]
    shown = drawer(hostile, first)["content"]
    assert read_position(first) is not None
    assert not {"\u202e", "\x1b"} & set(shown["raw"] + shown["title"] + shown["sentence"])
    assert "\\u202e" in shown["raw"]
