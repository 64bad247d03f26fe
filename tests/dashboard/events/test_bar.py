"""What the query bar is told while somebody types."""

from typing import Any

import pytest

from tests.dashboard.event_fakes import FakeEvents
from tests.dashboard.events.conftest import VIEW, asked


def typed(events: FakeEvents, text: object, **more: object) -> Any:
    return asked(events, "events-typed", "events-told", {"n": 1, "text": text, "view": VIEW} | more)


def test_a_query_comes_back_as_it_is_understood(night: FakeEvents) -> None:
    assert typed(night, "user:alice AND status:401")["canonical"] == "user_name:alice http_status:401"


def test_an_error_names_its_word_and_what_could_stand_there(night: FakeEvents) -> None:
    error = typed(night, "outcome:failure sorce_ip:1.2.3.4")["error"]
    assert (error["position"], error["length"], error["suggestions"][0]) == (16, 8, "source_ip")


def test_fields_are_completed(night: FakeEvents) -> None:
    assert "user_name:" in [each["text"] for each in typed(night, "use", cursor=3)["choices"]]


def test_values_are_completed_from_what_happened(night: FakeEvents) -> None:
    assert [each["text"] for each in typed(night, "user_name:m.", cursor=12)["choices"]] == ["m.jansen", "m.keller"]


def test_a_value_is_put_into_the_query_or_left_out_of_it(night: FakeEvents) -> None:
    narrow = {"field": "user_name", "value": 'a" OR *'}
    assert typed(night, "severity:high", narrow=narrow)["canonical"] == 'severity:high user_name:"a\\" OR *"'
    without = typed(night, "severity:high", narrow=narrow | {"without": True})["canonical"]
    assert without == 'severity:high -user_name:"a\\" OR *"'


def test_hostile_values_are_shown_plain_and_put_in_whole(hostile: FakeEvents) -> None:
    (choice,) = typed(hostile, "user_name:", cursor=10)["choices"]
    assert "\u202e" not in choice["shown"]
    assert typed(hostile, "user_name:" + choice["text"])["error"] is None


@pytest.mark.parametrize(
    "data",
    [
        *(None, 5, [], {"text": 7, "cursor": "x"}, {"text": "a", "cursor": 10**9}, {"text": "a", "cursor": -5}),
        {"text": "a", "narrow": {"field": 5, "value": None}},
        {"text": "a", "narrow": {"field": "nothing", "value": "x"}},
        {"text": "x" * 100_000, "cursor": 3},
        {"text": "\x00\ud800", "cursor": 1, "view": 5},
    ],
)
def test_whatever_arrives_is_answered(night: FakeEvents, data: Any) -> None:
    assert set(asked(night, "events-typed", "events-told", data)) >= {"error", "canonical", "choices"}
