"""What the banner of blind sources says, and on which page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.sources.beat import Heard
from dashboard.sources.interface import Answer, SourceStatus
from dashboard.ui.banners import Depends, blind, lost, rail_look
from dashboard.ui.view import read_view
from tests.dashboard.fakes import source
from vigie.blindness import Why

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VIEW = read_view({"zone": "UTC", "at": NOW.isoformat()}, NOW)


def a_source(title: str, minutes: float | None, kind: str = "file", why: Why = Why.SILENT) -> SourceStatus:
    """Blind since so many minutes; None: not blind."""
    since = NOW - timedelta(minutes=minutes) if minutes else None
    return replace(source(NOW, title, title, since), kind=kind, blind_why=why if since else None)


def said(*statuses: SourceStatus, depends: Depends = Depends.ALL) -> str:
    hidden, sentence, _ = blind(Answer(statuses, NOW, "x"), VIEW, depends)
    assert hidden == (sentence == "")
    return sentence


def test_two_are_named_longest_blind_first_and_the_rest_is_counted() -> None:
    some = [a_source(name, minutes) for name, minutes in (("a", 5), ("b", 60), ("c", 9), ("d", 8), ("e", None))]
    assert said(*some) == "b: blind since 11:00. c: blind since 11:51. And 2 more."


@pytest.mark.parametrize(
    ("statuses", "spoiled"),
    [
        ([a_source("a", 5)], "Its events are missing after that."),
        ([a_source("a", 5), a_source("b", 6)], "Their events are missing after that."),
        ([a_source(name, 5, why=Why.UNWATCHED) for name in "ab"], "Events after that are missing."),
        ([a_source("a", None)], ""),
    ],
)
def test_the_banner_says_what_it_spoils(statuses: list[SourceStatus], spoiled: str) -> None:
    assert blind(Answer(statuses, NOW, "x"), VIEW)[2] == spoiled


def test_the_rail_is_marked_whatever_the_page_rests_on() -> None:
    assert rail_look(Answer([a_source("a", None), a_source("b", 5)], NOW, "x")) == "has-blind"
    assert rail_look(Answer([a_source("a", None)], NOW, "x")) == ""
    assert rail_look(Answer(None, NOW, "x")) == ""


def test_nothing_is_said_where_nothing_is_blind() -> None:
    assert said(a_source("a", None)) == ""


@pytest.mark.parametrize(
    ("depends", "expected"),
    [
        (Depends.ALL, "app: blind since 11:54. nginx: blind since 11:55. And 1 more."),
        (Depends.LOGINS, "app: blind since 11:54."),
        (Depends.LINES, "nginx: blind since 11:55."),
        (Depends.RECORDS, "app: blind since 11:54. nginx: blind since 11:55. And 1 more."),
        (Depends.LOKI, ""),
        (Depends.NONE, ""),
    ],
)
def test_a_page_speaks_of_the_sources_that_it_rests_on(depends: Depends, expected: str) -> None:
    app = replace(a_source("app", 6, "application"), supplies_logins=True)
    assert said(app, a_source("nginx", 5), a_source("falco", 4, "intake"), depends=depends) == expected


def test_a_worker_that_does_not_run_is_said_once() -> None:
    stopped = [a_source(name, 5, why=Why.UNWATCHED) for name in "abc"]
    expected = "Nothing is watched since 11:55: the worker does not run."
    assert said(*stopped) == expected
    assert said(*stopped, a_source("falco", 2, "intake")) == f"{expected} falco: blind since 11:58."


def test_a_source_that_cannot_be_read_does_not_hide_that_the_worker_stopped() -> None:
    stopped = [a_source(name, 5, why=Why.UNWATCHED) for name in "ab"]
    expected = "Nothing is watched since 11:55: the worker does not run. c: blind since 11:00."
    assert said(*stopped, a_source("c", 60, why=Why.ERROR)) == expected


def test_one_source_that_is_not_read_is_named() -> None:
    stopped = a_source("a", 5, why=Why.UNWATCHED)
    assert said(stopped, a_source("b", None)) == "a: blind since 11:55."


def test_hostile_names_stay_one_short_line() -> None:
    assert len(said(a_source("\u202e<b>x</b>\n" + "long" * 500, 5))) < 100


def test_a_page_on_prometheus_says_that_it_does_not_answer_and_nothing_of_files() -> None:
    found = lost(Heard(ok=False, sentence="Prometheus is not reached.", advice="Start it."))
    assert found[:2] == (False, "Prometheus is not reached.")
    assert lost(Heard()) == (True, "", "")
    assert not Depends.PROMETHEUS.on(a_source("nginx", 5))
