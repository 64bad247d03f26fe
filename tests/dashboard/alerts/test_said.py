"""How the Alerts page says things."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.alerts import said
from dashboard.alerts.detail import events_link
from dashboard.sources.alert_questions import Looking, Status
from tests.dashboard.alerts.fakes import an_alert
from vigie.store.triage import LastAct, Left, Why

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 20, 1, 31, 4, tzinfo=UTC)


def test_the_second_reads_who_did_what_when() -> None:
    last = LastAct("Bob", "closed", "benign", NOW - timedelta(seconds=4))
    words = said.left_words(Left(42, Why.CHANGED, "Password guessing", "closed", last), PARIS, NOW)
    assert words == "Bob closed it as benign at 02:31, 4 s ago. It was left as it is."


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (Left(1, Why.GONE), "There is no such alert any more."),
        (Left(1, Why.NOT_POSSIBLE, "x", "closed"), "It is closed already."),
        (Left(1, Why.CHANGED, "x", "open"), "It changed meanwhile."),
    ],
)
def test_why_an_alert_was_left_is_one_sentence(left: Left, words: str) -> None:
    assert said.left_words(left, PARIS, NOW) == words


@pytest.mark.parametrize("title", ["Guessing: alice, 192.0.2.7", "Guessing: 192.0.2.7, alice", "Guessing"])
def test_a_title_stands_without_its_entity(title: str) -> None:
    entity = {"source_ip": "192.0.2.7", "user_name": "alice"}
    assert said.title(an_alert(NOW, title=title, entity=entity)) == "Guessing"


def test_what_it_is_about_is_said_once() -> None:
    assert said.about(an_alert(NOW, title="Guessing: m.keller")) == "Guessing: m.keller"
    assert said.about(an_alert(NOW, title="Guessing")) == "Guessing, m.keller"


def test_a_close_says_until_when_it_holds_and_what_came_since() -> None:
    row = an_alert(
        NOW, status=Status.CLOSED, verdict="benign", holds_until=NOW + timedelta(days=30), count=9, count_at_close=6
    )
    assert said.status_words(row, PARIS, NOW) == "Closed as benign, holds until 20 Dec 2026 02:31"
    assert said.marks(row, PARIS, NOW) == ["3 more since it was closed"]


@pytest.mark.parametrize(
    ("looking", "words"),
    [
        (Looking(24, 1), "24 rules look, 1 does not."),
        (Looking(1), "1 rule looks."),
        (Looking(0, 3), "None of 3 rules is evaluated."),
        (Looking(0), "No rule is evaluated."),
    ],
)
def test_it_is_said_who_looks(looking: Looking, words: str) -> None:
    assert said.looking_words(looking) == words


def test_its_events_are_those_of_its_entity_and_its_time() -> None:
    link = events_link(an_alert(NOW, entity={"user_name": "m.keller", "unheard_of": "x"}))
    assert link.startswith("/events?from=2026-11-20T01%3A26%3A04.000Z&to=2026-11-20T01%3A31%3A05.000Z&q=user_name")
    assert "unheard_of" not in link
