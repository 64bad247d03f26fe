"""The Loki collector on a small Loki over HTTP and a real PostgreSQL: nothing lost, nothing doubled."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from detection.collectors import known_lines
from detection.collectors.interface import CannotLook
from detection.collectors.loki_reading import LINES
from tests.conftest import Store
from tests.detection.collectors.loki_tail import SECOND, Agent, Tail, tail_of
from tests.detection.conftest import ask, differences, until
from tests.vigie.clients.faults import faulty, hang
from tests.vigie.clients.replay import serving
from tests.vigie.clients.small_loki import SmallLoki
from vigie.clients.log_lines import nanoseconds
from vigie.clock import utc_now

HOUR, DAY = 3600, 86_400


@pytest.fixture
def loki() -> Iterator[SmallLoki]:
    server = SmallLoki([])
    with serving(server):
        yield server


@pytest.fixture
def agent(loki: SmallLoki) -> Agent:
    return Agent(loki)


@pytest.fixture
def tail(store: Store, loki: SmallLoki) -> Iterator[Tail]:
    """A collector that has not looked yet."""
    made = tail_of(store, loki.url)
    yield made
    made.collector.close()
    made.keeper.close()


def test_lines_become_events_and_counts_once(agent: Agent, tail: Tail) -> None:
    agent.push(1, 2, ago=60)
    tail.read()
    agent.push(3, ago=1)
    tail.read().read()
    assert (tail.pages, tail.counted) == ([1, 2, 3], "(3,3,0)")
    assert ask(tail.store, "SELECT sum(n) FROM http_minute") == 3


def test_lines_of_one_instant_that_come_one_after_the_other_are_all_read(agent: Agent, tail: Tail) -> None:
    at = nanoseconds(utc_now()) - 5 * SECOND
    for number in range(4):
        agent.push_at(at, number)
        tail.read()
    assert (tail.restarted().read().pages, tail.counted) == ([0, 1, 2, 3], "(4,4,0)")


def test_equal_lines_of_different_streams_and_instants_are_different_events(agent: Agent, tail: Tail) -> None:
    at = nanoseconds(utc_now()) - 5 * SECOND
    for stream, later in (("a", 0), ("b", 0), ("a", 1)):
        agent.push_at(at + later, 7, stream=stream)
    assert tail.read().restarted().read().pages == [7, 7, 7]


def test_a_long_backlog_is_read_in_pages_whose_borders_cut_through_instants(agent: Agent, tail: Tail) -> None:
    at = nanoseconds(utc_now()) - HOUR * SECOND
    for instant in range(LINES):
        agent.push_at(at + instant, *range(3 * instant, 3 * instant + 3))
    assert len(tail.collector.look().events) == LINES
    tail.restarted().read()
    assert (len(set(tail.pages)), tail.counted) == (3 * LINES, f"({3 * LINES},{3 * LINES},0)")
    assert differences(tail.store) == []


def test_a_late_line_is_found_and_its_request_counted_once(agent: Agent, tail: Tail) -> None:
    agent.push(1, ago=5)
    tail.read()
    agent.push(2, ago=12)
    until(lambda: tail.read().pages == [1, 2])
    assert tail.restarted().read().counted == "(2,2,0)"


def test_a_line_that_came_late_while_vigie_was_away_is_found_at_the_start(agent: Agent, tail: Tail) -> None:
    agent.push(1, ago=5)
    tail.read()
    agent.push(2, ago=600)
    assert tail.restarted().read().pages == [1, 2]
    assert tail.restarted().read().counted == "(2,2,0)"


def test_around_a_restart_every_late_line_is_counted_once(agent: Agent, tail: Tail) -> None:
    agent.push(*range(500), ago=600)
    agent.push(*range(500, 1000), ago=5)
    tail.read()
    agent.push(*range(1000, 1500), ago=600)
    assert tail.restarted().read().restarted().read().counted == "(1500,1500,0)"
    assert ask(tail.store, "SELECT duplicate FROM sources") == 0
    assert ask(tail.store, "SELECT sum(n) FROM http_minute") == 1500


def test_a_line_as_late_as_the_lookback_is_found_after_an_outage_of_any_length(agent: Agent, tail: Tail) -> None:
    agent.push(1, ago=1900)
    agent.push(2, ago=1000)
    tail.read()
    agent.push(3, ago=1800)
    swept = nanoseconds(utc_now()) - 1000 * SECOND  # as if late lines had last been looked for then
    found = tail.keeper.register(tail.collector.source)
    assert found is not None
    tail.collector.resume({**found, "swept": swept, "since": swept - 900 * SECOND})
    assert tail.read().pages == [1, 2, 3]


def test_what_was_read_ahead_of_all_late_lines_is_not_read_again(agent: Agent, tail: Tail) -> None:
    agent.push(*range(3), ago=7000)
    tail.read()
    assert tail.restarted().read().counted == "(3,3,0)"
    assert ask(tail.store, "SELECT coalesce(sum(length(digests)), 0) / 8 FROM known_lines") <= 3


def test_lines_that_cannot_come_late_any_more_are_forgotten_in_the_store_too(agent: Agent, tail: Tail) -> None:
    agent.push(1, ago=1200)
    tail.read()
    agent.push(2, ago=5)
    tail.read()
    assert ask(tail.store, "SELECT sum(length(digests)) / 8 FROM known_lines") == 1


def test_where_more_lines_come_than_are_remembered_that_is_one_gap(
    agent: Agent, tail: Tail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_lines, "MOST", 3)
    for number in range(8):
        agent.push(number, ago=60 - number)
    tail.read().read()
    assert (len(tail.pages), tail.counted) == (8, "(8,8,1)")
    assert "comes late from now on is not seen. Lower lookback_minutes" in ask(tail.store, "SELECT reason FROM gaps")


def test_a_look_handed_over_twice_is_stored_once(agent: Agent, tail: Tail) -> None:
    agent.push(1)
    look = tail.collector.look()
    tail.keeper.keep("site", look)
    tail.keeper.keep("site", look)
    assert tail.counted == "(1,1,0)"


def test_after_an_outage_of_days_it_goes_on_where_it_stood(agent: Agent, tail: Tail) -> None:
    tail.mapping = replace(tail.mapping, history=timedelta(days=4))
    tail.restarted()
    agent.push(1, ago=3 * DAY)
    look = tail.collector.look()
    while not look.reread:
        look = tail.collector.look()
    tail.keeper.keep("site", look)
    agent.push(2, ago=2 * DAY)
    agent.push(3, ago=HOUR)
    assert (tail.restarted().read().pages, tail.counted) == ([1, 2, 3], "(3,3,0)")


def test_a_loki_that_answers_for_an_hour_at_most_is_asked_in_parts(agent: Agent, tail: Tail, loki: SmallLoki) -> None:
    tail.mapping = replace(tail.mapping, history=timedelta(days=2))
    loki.longest = HOUR * SECOND
    for number in range(24):
        agent.push(number, ago=2 * HOUR * number + 60)
    assert tail.restarted().read().pages == list(range(24))


def test_a_loki_that_comes_back_after_a_failure_loses_nothing(agent: Agent, tail: Tail, loki: SmallLoki) -> None:
    agent.push(1, ago=60)
    tail.read()
    loki.refusal = 500, "boom"
    with pytest.raises(CannotLook):
        tail.collector.look()
    agent.push(2, ago=2)
    loki.refusal = None
    assert (tail.read().pages, tail.counted) == ([1, 2], "(2,2,0)")


def test_what_loki_dropped_meanwhile_is_a_gap(agent: Agent, tail: Tail, loki: SmallLoki) -> None:
    agent.push(1, ago=600)
    tail.read()
    loki.entries.clear()
    agent.push(3, ago=30)
    assert tail.restarted().read().restarted().read().pages == [1, 3]
    assert tail.counted == "(2,2,1)"
    assert "no longer holds the last line that was read" in ask(tail.store, "SELECT reason FROM gaps")


def test_more_lines_of_one_instant_than_loki_gives_are_one_gap_and_the_rest_is_read(
    agent: Agent, tail: Tail, loki: SmallLoki
) -> None:
    at = nanoseconds(utc_now()) - 60 * SECOND
    agent.push_at(at, *range(loki.most + 10))
    agent.push_at(at + 1, 9_999)
    tail.read().read()
    assert (tail.pages[-1], tail.counted) == (9_999, f"({loki.most + 1},{loki.most + 1},1)")


def test_all_lines_of_a_full_instant_are_read(agent: Agent, tail: Tail) -> None:
    agent.push(*range(LINES + 10))
    assert (len(tail.read().pages), tail.counted) == (LINES + 10, f"({LINES + 10},{LINES + 10},0)")


def test_a_loki_that_starts_is_not_read(agent: Agent, tail: Tail, loki: SmallLoki) -> None:
    agent.push(1)
    loki.not_ready = "Ingester not ready: waiting for 15s after being ready"
    with pytest.raises(CannotLook, match=r"Loki is not ready: Ingester not ready.* It is asked again by itself\."):
        tail.collector.look()
    loki.not_ready = None
    assert tail.read().pages == [1]


@pytest.mark.parametrize(
    ("status", "words", "said"),
    [
        (429, "too many outstanding requests", r"too many questions \(429\).*It is tried again by itself"),
        (500, "boom", r"error \(500\): boom.*The log of Loki says why"),
        (401, "no org id", r"refused us \(401\): no org id.*Set the token, user or tenant"),
        (400, "parse error at line 1", r"cannot answer this \(400\): parse error.*Correct \[\[loki\]\]"),
        (400, "the query would read too many bytes", "Choose a shorter time range, or name the streams more exactly"),
    ],
)
def test_what_loki_refuses_is_one_sentence_and_nothing_is_lost(
    agent: Agent, tail: Tail, loki: SmallLoki, status: int, words: str, said: str
) -> None:
    agent.push(1)
    loki.refusal = status, words
    with pytest.raises(CannotLook, match=said):
        tail.collector.look()
    loki.refusal = None
    assert tail.read().counted == "(1,1,0)"


def test_a_loki_that_hangs_is_given_up_within_its_deadline_and_then_left_alone(store: Store) -> None:
    with faulty(hang) as server:
        tail = tail_of(store, server.url)
        said = []
        for _ in range(4):
            with pytest.raises(CannotLook) as raised:
                tail.collector.look()
            said.append(str(raised.value))
        tail.collector.close()
        tail.keeper.close()
    assert "did not finish its answer within 1 s" in said[0]
    assert "has not answered since" in said[3]


def test_what_retention_took_during_an_outage_of_days_is_a_gap(agent: Agent, tail: Tail, loki: SmallLoki) -> None:
    at = nanoseconds(utc_now()) - 3 * DAY * SECOND
    tail.collector.resume({"position": at, "swept": at, "anchor": at, "lines": 1, "since": at})
    agent.push(1, ago=DAY)
    assert tail.read().counted == "(1,1,1)"
    days = "SELECT round(extract(epoch FROM until - since) / 86400) FROM gaps"
    assert ask(tail.store, days) == 2


def test_lines_of_any_kind_stop_nothing(agent: Agent, tail: Tail, loki: SmallLoki) -> None:
    at = nanoseconds(utc_now()) - 60 * SECOND
    hostile = ["", "\x00\ud800\u202e\x1b[2J", "x" * 300_000, '{"a":' * 5000]
    loki.entries += [(at + number, "site", line) for number, line in enumerate(hostile)]
    agent.push_at(at + 9, 1)
    assert tail.read().pages == [1]
    assert ask(tail.store, "SELECT rejected + ignored FROM sources") == len(hostile)


def test_a_quiet_source_does_not_write_its_cursor_at_every_look(tail: Tail) -> None:
    tail.read()
    assert [tail.collector.look().cursor for _ in range(2)].count(None) >= 1


def test_a_cursor_of_another_form_begins_anew(agent: Agent, tail: Tail) -> None:
    agent.push(1)
    tail.collector.resume({"logs": {}})
    assert tail.read().pages == [1]
