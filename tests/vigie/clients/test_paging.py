"""Reading a long range page by page: every line once, whatever the ties."""

from collections import Counter
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vigie.clients.faults import answer, faulty
from tests.vigie.clients.replay import serving
from tests.vigie.clients.small_loki import Entry, SmallLoki, select
from vigie.clients.errors import TooLarge, TooManyAtOnce, WrongAnswer
from vigie.clients.http import HttpClient
from vigie.clients.log_lines import Direction, LogLine, LogPage, Nanoseconds, merged, nanoseconds, pages
from vigie.clients.loki import Loki
from vigie.clients.source import Source

START = nanoseconds(datetime(2026, 11, 1, tzinfo=UTC))
END = Nanoseconds(START + 100)
both = pytest.mark.parametrize("direction", Direction)

# At most four entries share an instant, so that a page of five always gets on.
entries = st.lists(
    st.tuples(st.integers(START, END - 1), st.sampled_from("ab"), st.sampled_from(["x", "y"])), max_size=40
).filter(lambda made: all(count <= 4 for count in Counter(at for at, _, _ in made).values()))


def fetch(held: list[Entry], direction: Direction, start: Nanoseconds, end: Nanoseconds, limit: int) -> LogPage:
    found = select(held, start, end, limit, direction.value)
    lines = [LogLine(Nanoseconds(at), line, {"app": stream}, {}, {}) for at, stream, line in found]
    return LogPage(merged(lines, direction), len(found) >= limit)


@both
@given(held=entries)
def test_pages_hold_every_line_exactly_once_and_in_order(direction: Direction, held: list[Entry]) -> None:
    read = [
        line for page in pages(partial(fetch, held, direction), START, END, 5, direction, "Loki") for line in page.lines
    ]
    assert Counter((line.at, line.labels["app"], line.line) for line in read) == Counter(held)
    assert [line.at for line in read] == sorted((line.at for line in read), reverse=direction is Direction.NEWEST_FIRST)


@both
def test_more_lines_at_one_instant_than_a_page_holds_are_never_passed_over_in_silence(direction: Direction) -> None:
    held = [(START + 5, "a", str(number)) for number in range(9)]
    reading = pages(partial(fetch, held, direction), START, END, 5, direction, "Loki")
    assert len(next(reading).lines) == 5
    with pytest.raises(TooManyAtOnce, match="more lines of 2026-11-01") as raised:
        next(reading)
    assert raised.value.at_ns == START + 5


@both
def test_lines_that_arrive_between_two_pages_are_not_taken_for_old_ones(direction: Direction) -> None:
    held = [(START + 5, "a", "first"), (START + 5, "a", "second")]
    reading = pages(partial(fetch, held, direction), START, END, 2, direction, "Loki")
    next(reading)
    held.append((START + 5, "b", "late"))
    with pytest.raises(TooManyAtOnce):
        list(reading)


@both
def test_pages_of_a_server_over_http_hold_every_line(direction: Direction) -> None:
    held = [(START + number // 3, "ab"[number % 2], str(number)) for number in range(100)]
    server = SmallLoki(held)
    with serving(server), HttpClient(Source("Loki", server.url)) as http:
        found = [
            line for page in Loki(http).pages("{}", START, END, limit=7, direction=direction) for line in page.lines
        ]
    assert sorted(int(line.line) for line in found) == list(range(100))


def test_a_page_too_large_to_take_is_read_in_smaller_ones() -> None:
    held = [(START + number, "a", f"{number}:{'x' * 10_000}") for number in range(30)]
    server = SmallLoki(held)
    with serving(server), HttpClient(Source("Loki", server.url, max_bytes=60_000)) as http:
        read = Loki(http).pages("{}", START, END, limit=30, direction=Direction.OLDEST_FIRST)
        found = [int(line.line.partition(":")[0]) for page in read for line in page.lines]
    assert found == list(range(30))


def test_a_single_line_too_large_to_take_is_said_to_be_so() -> None:
    server = SmallLoki([(START, "a", "x" * 10_000)])
    with serving(server), HttpClient(Source("Loki", server.url, max_bytes=5_000)) as http:
        read = Loki(http).pages("{}", START, END, direction=Direction.OLDEST_FIRST)
        with pytest.raises(TooLarge):
            next(read)


def test_lines_from_outside_of_the_range_are_a_wrong_answer() -> None:
    stream = b'{"stream":{},"values":[["%d","x"]]}' % END
    body = b'{"status":"success","data":{"resultType":"streams","result":[%s]}}' % stream
    with (
        faulty(answer(body)) as server,
        HttpClient(Source("Loki", server.url)) as http,
        pytest.raises(WrongAnswer, match="for another time"),
    ):
        list(Loki(http).pages("{}", START, END, direction=Direction.OLDEST_FIRST))
