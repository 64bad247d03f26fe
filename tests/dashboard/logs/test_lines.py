"""Lines as the browser gets them: everything in them can be seen, and nothing in them acts."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.logs.lines import LONGEST, line, surroundings, visible
from dashboard.sources.log_questions import LineContext
from dashboard.ui.view import read_view
from tests.dashboard.logs.fakes import NASTY, FakeLogs

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
VIEW = read_view({"range": "1h", "zone": "Europe/Paris"}, NOW)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "\\x1B[31mred"),
        ("a\x00b", "a\\x00b"),
        ("\u202egnp", "\\u{202E}gnp"),
        ("two\nlines", "two⏎\nlines"),
        ("tab\tstays", "tab\tstays"),
        ("\x7f", "\\x7F"),
        ("\ud800", "\\u{D800}"),
        ("zero\u200bwidth", "zero\\u{200B}width"),
        ("café 🔥", "café 🔥"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(written: str, seen: str) -> None:
    assert visible(written) == seen


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    left = visible(text).replace("\n", "").replace("\t", "").replace("\u00a0", "")
    assert all(letter.isprintable() or letter.isspace() for letter in left)


def test_a_list_carries_the_beginning_of_a_long_line_and_says_how_long_it_is() -> None:
    shown = line(FakeLogs().add(NOW, "x" * 5000), VIEW)
    assert (len(shown["text"]), shown["length"]) == (LONGEST, 5000)


def test_times_are_the_readers_to_the_millisecond() -> None:
    shown = line(FakeLogs().add(NOW, "x"), VIEW)
    assert (shown["time"], shown["milli"], shown["day"]) == ("13:00:00", "123", "")


def test_a_line_of_another_day_says_which() -> None:
    assert line(FakeLogs().add(NOW.replace(day=18), "x"), VIEW)["day"] == "18 Nov"


def opened(text: str) -> dict[str, object]:
    own = FakeLogs().add(NOW, text)
    shown: dict[str, object] = surroundings(LineContext((), own, (), more_before=False, more_after=False), VIEW)["line"]
    return shown


def test_json_is_set_out() -> None:
    assert opened('{"a": {"b": "\\u202e"}}')["json"] == '{\n  "a": {\n    "b": "\\u{202E}"\n  }\n}'


@pytest.mark.parametrize("text", ["plain", "{broken", '"text"', "[1]", "{" * 5000, '{"a":' * 3000 + "1" + "}" * 3000])
def test_what_is_no_json_object_is_shown_as_it_is(text: str) -> None:
    assert opened(text)["json"] == ""


def test_an_opened_line_is_whole() -> None:
    assert opened("x" * 5000)["text"] == "x" * 5000


def test_a_line_that_became_an_event_leads_to_it() -> None:
    shown = line(FakeLogs().add(NOW, "x", event="ab" * 32), VIEW)
    assert shown["event"] == f"2026-11-20T12:00:00.123456Z_{'ab' * 32}"


def test_hostile_text_has_no_sign_left_that_acts_by_itself() -> None:
    shown = json.dumps(line(FakeLogs().add(NOW, NASTY, stream=NASTY, level=NASTY), VIEW))
    assert not {"\x1b", "\x00", "\u202e"} & set(json.loads(json.dumps(shown)))
