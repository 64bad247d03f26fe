"""User activity as the browser is told it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.activity import page
from dashboard.activity.lists import joined
from dashboard.activity.logins_grid import GRID, asked_rows
from dashboard.ui.entries import activity_link
from tests.dashboard.asking import ask_all, client_of
from tests.dashboard.fakes import FakeQuestions, hostile_night, one_night

VIEW = {"range": "24h", "zone": "Europe/Paris"}


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def rows(questions: FakeQuestions, view: Any, request: Any) -> Any:
    _, client = client_of(page, questions)
    body = {
        "output": f"{GRID}.getRowsResponse",
        "outputs": {"id": GRID, "property": "getRowsResponse"},
        "inputs": [{"id": GRID, "property": "getRowsRequest", "value": request}],
        "state": [{"id": "view", "property": "data", "value": view}],
        "changedPropIds": [f"{GRID}.getRowsRequest"],
    }
    answer = client.post("/_dash-update-component", json=body)
    return json.loads(answer.text)["response"][GRID]["getRowsResponse"] if answer.status_code == 200 else None


def test_every_panel_is_told_something_on_a_bad_night(now: datetime) -> None:
    told = ask_all(page, one_night(now), VIEW)
    assert {name for name, each in told.items() if each["state"] == "ok"} == {each.name for each in page.PANELS}


def test_empty_is_empty_and_down_is_an_error(now: datetime) -> None:
    empty = ask_all(page, FakeQuestions(now), VIEW)
    down = ask_all(page, FakeQuestions(now, down="PostgreSQL does not answer."), VIEW)
    assert {each["state"] for name, each in empty.items() if name != "attack-patterns"} == {"empty"}
    assert {each["state"] for each in down.values()} == {"error"}


def test_the_worst_success_after_failures_stands_first(now: datetime) -> None:
    told = json.dumps(ask_all(page, one_night(now), VIEW)["success-after-failures"]["content"])
    assert told.index("m.keller") < told.index("j.ortiz") < told.index("p.lind")


def test_the_grid_gets_the_newest_rows_and_the_whole_count(now: datetime) -> None:
    night = one_night(now)
    given = rows(night, VIEW, {"startRow": 0, "endRow": 50})
    assert (len(given["rowData"]), given["rowCount"] > 1284) == (50, True)
    assert given["rowData"][0]["key"] == night.logins[-1].key


def test_the_grid_honours_the_filter_of_the_view(now: datetime) -> None:
    given = rows(one_night(now), {**VIEW, "user": "m.keller", "outcome": "success"}, {"startRow": 0, "endRow": 9})
    assert {(each["user"], each["outcome"]) for each in given["rowData"]} == {("m.keller", "success")}


def newest(now: datetime, **filters: str) -> Any:
    return ask_all(page, one_night(now), {**VIEW, **filters})["newest-logins"]


def test_a_part_of_a_name_is_enough_to_find_somebody(now: datetime) -> None:
    assert newest(now, user="KELL")["state"] == "ok"


def test_a_filter_that_finds_nothing_is_no_good_sign(now: datetime) -> None:
    shown = newest(now, user="haas", outcome="failure")
    assert (shown["state"], shown["sentence"]) == ("unmatched", "No failed login matches “haas” in this window")


def test_a_pressed_name_asks_for_exactly_this_name() -> None:
    assert activity_link(user="al") == "/activity?user=%22al%22"


def test_a_narrowed_grid_says_that_the_other_panels_are_not(now: datetime) -> None:
    assert newest(now, user="m.keller")["words"].endswith("match. The other panels show everyone.")


def collected_for(now: datetime, days: float) -> dict[str, Any]:
    night = one_night(now)
    night.collected_since = now - timedelta(days=days)
    return ask_all(page, night, VIEW)


def test_what_was_read_for_the_usual_hours_is_said_where_it_is_less_than_eight_weeks(now: datetime) -> None:
    begun = (now - timedelta(days=30)).astimezone(ZoneInfo("Europe/Paris"))
    assert collected_for(now, 30)["usual-hours"]["words"] == f"successful logins, since {begun.day} {begun:%b}"


def test_days_before_anything_was_collected_are_not_drawn_as_zeros(now: datetime) -> None:
    told = collected_for(now, 3)["logins-per-day"]
    assert (len(told["content"]["data"][0]["x"]), told["words"]) == (4, "4 days")


def test_a_pattern_is_not_said_to_be_absent_from_a_time_when_nobody_looked(now: datetime) -> None:
    assert "No sign of it since " in json.dumps(collected_for(now, 0.5)["attack-patterns"]["content"])


def test_a_window_before_anything_was_collected_is_unknown_in_every_panel(now: datetime) -> None:
    told = collected_for(now, -1)
    assert {each["state"] for each in told.values()} == {"unknown"}


def test_the_failed_logins_say_how_many_are_not_shown(now: datetime) -> None:
    told = ask_all(page, one_night(now), {**VIEW, "by": "user"})["failed-logins"]
    assert " failed, 8 of " in told["words"]
    assert " other users" in json.dumps(told["content"])


def test_more_successes_than_the_list_holds_are_counted_at_its_end(now: datetime) -> None:
    night = one_night(now)
    night.found_successes *= 10
    assert "And 10 more." in json.dumps(ask_all(page, night, VIEW)["success-after-failures"]["content"])


def test_a_per_cent_sign_does_not_leave_its_number() -> None:
    assert joined(["93 % of the accounts"], 90) == "93\u00a0% of the accounts"


SENSELESS = [
    *(None, 5, [], {}),
    {"startRow": -1, "endRow": 5},
    {"startRow": 5, "endRow": 1},
    {"startRow": True, "endRow": 2},
    {"startRow": 0, "endRow": 10**12},
]


@pytest.mark.parametrize("request_", SENSELESS)
def test_rows_that_make_no_sense_are_not_asked_for(request_: Any) -> None:
    assert asked_rows(request_) is None


def test_a_request_for_all_rows_gets_a_part() -> None:
    assert asked_rows({"startRow": 0, "endRow": 1_000_000}) == (0, 200)


def test_hostile_text_reaches_the_grid_as_plain_short_text(now: datetime) -> None:
    first = rows(hostile_night(now), VIEW, {"startRow": 0, "endRow": 1})["rowData"][0]
    assert "\u202e" not in first["user"] + first["device"] + first["note"]
    assert len(first["user"]) <= 64
