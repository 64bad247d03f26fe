"""The Loki client against recorded answers of a real Loki."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.vigie.clients.faults import answer, faulty
from tests.vigie.clients.recorded_loki import EPOCH, at, loki_at, metric, range_of
from tests.vigie.clients.replay import exchange
from vigie.clients.errors import (
    BadFilter,
)
from vigie.clients.log_lines import Direction, nanoseconds
from vigie.clients.loki import Loki
from vigie.clients.samples import Odd

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
NEWEST = Direction.NEWEST_FIRST


def test_lines_of_all_streams_come_sorted(loki: Loki) -> None:
    query, start, end = range_of("query_range_streams", "edge_lines")
    page = loki.lines(query, start, end, limit=50, direction=Direction.OLDEST_FIRST)
    assert [line.at - nanoseconds(start) for line in page.lines] == [second * 10**9 for second in range(9)]


def test_the_start_is_inside_and_the_end_is_outside(loki: Loki) -> None:
    query, start, end = range_of("query_range_streams", "start_inclusive_end_exclusive")
    page = loki.lines(query, start, end, limit=50, direction=Direction.OLDEST_FIRST)
    assert (page.lines[0].moment, page.lines[-1].moment) == (start, end - timedelta(seconds=1))


def test_hostile_lines_arrive_as_they_were_written(loki: Loki) -> None:
    query, start, end = range_of("query_range_streams", "edge_lines")
    texts = [line.line for line in loki.lines(query, start, end, limit=50, direction=Direction.OLDEST_FIRST).lines]
    assert texts[:4] == [
        "",
        "\x1b[31mERROR\x1b[0m ansi",
        "café 🔥 \u202eRTL",
        "<script>alert(1)</script><img src=x onerror=alert(2)>",
    ]


def test_lines_of_one_instant_keep_their_order(loki: Loki) -> None:
    query, start, end = range_of("query_range_streams", "same_timestamp_dedup")
    page = loki.lines(query, start, end, limit=50, direction=Direction.OLDEST_FIRST)
    assert [line.line for line in page.lines] == ["same ts A", "same ts B"]


def test_structured_metadata_stays_apart_from_the_stream(loki: Loki) -> None:
    query, start, end = range_of("query_range_streams", "structured_metadata_categorized")
    first = loki.lines(query, start, end, limit=3, direction=NEWEST).lines[0]
    assert first.metadata == {"detected_level": "info", "trace_id": "4bde949d465bd9fc3f3475dbd126bae4"}
    assert "trace_id" not in first.labels


def test_it_says_that_the_limit_was_reached(loki: Loki) -> None:
    query, start, end = range_of("paging", "page_0")
    page = loki.lines(query, start, end, limit=3, direction=NEWEST)
    assert (len(page.lines), page.limit_reached) == (3, True)


def test_nothing_found_is_a_page_without_lines(loki: Loki) -> None:
    query, start, end = range_of("query_range_streams", "empty_result")
    page = loki.lines(query, start, end, limit=100, direction=NEWEST)
    assert (page.lines, page.limit_reached) == ((), False)


def test_points_have_times_and_absent_ones_stay_absent(loki: Loki) -> None:
    (only,) = metric(loki, "gaps_not_zero")
    assert [(point.at.isoformat(), point.value) for point in only.points] == [
        ("2026-11-02T10:23:00+00:00", 1.0),
        ("2026-11-02T10:46:00+00:00", 1.0),
    ]


def test_points_outside_of_the_range_are_left_out(loki: Loki) -> None:
    start = datetime(2026, 11, 2, 0, 0, 37, tzinfo=UTC)
    (only,) = metric(loki, "unaligned_start")
    assert (only.points[0].at - start, len(only.points)) == (timedelta(seconds=263), 6)


def test_nothing_counted_is_no_series(loki: Loki) -> None:
    assert metric(loki, "empty_matrix") == ()


def test_a_division_by_zero_is_not_a_number(loki: Loki) -> None:
    (only,) = metric(loki, "div_by_zero")
    assert {(point.value, point.odd) for point in only.points} == {(None, Odd.NAN)}


def test_an_instant_query_gives_labelled_samples(loki: Loki) -> None:
    query = exchange("loki", "query_instant", "vector")["request"]["params"]["query"]
    first = loki.instant(query, datetime(2026, 11, 4, tzinfo=UTC))[0]
    assert (first.labels, first.point.value) == ({"container": "ecommerce-api"}, 444.0)


def test_the_milliseconds_of_a_scalar_are_understood(loki: Loki) -> None:
    (only,) = loki.instant("1+1", datetime(2026, 11, 4, tzinfo=UTC))
    assert (only.point.at, only.point.value) == (datetime(2026, 11, 4, tzinfo=UTC), 2.0)


def test_labels_and_values_are_listed(loki: Loki) -> None:
    assert "container" in loki.labels(EPOCH, EPOCH + WEEK)
    assert "ecommerce-api" in loki.label_values("container", EPOCH, EPOCH + WEEK)


def test_missing_data_means_no_labels(loki: Loki) -> None:
    start, end = (
        at(exchange("loki", "labels_series_volume", "labels_empty")["request"]["params"][k]) for k in ("start", "end")
    )
    assert loki.labels(start, end) == ()
    assert loki.label_values("nope", EPOCH, EPOCH + WEEK) == ()


def test_streams_are_listed_by_their_labels(loki: Loki) -> None:
    assert loki.streams('{container="nope"}', EPOCH, EPOCH + WEEK) == ()
    assert loki.streams('{container=~"ecommerce-.*"}', EPOCH, EPOCH + WEEK)[0]["job"] == "docker"


def test_it_asks_for_no_label_that_is_no_name(loki: Loki) -> None:
    with pytest.raises(BadFilter):
        loki.label_values("../../ready?", EPOCH, EPOCH + WEEK)


def test_it_tells_when_loki_is_ready(loki: Loki) -> None:
    assert loki.not_ready() is None


def test_it_tells_why_loki_is_not_ready_and_goes_on_asking() -> None:
    waiting = answer(b"Ingester not ready: waiting for 15s after being ready\n", "503 Service Unavailable")
    with faulty(waiting) as server, loki_at(server.url) as http:
        said = [Loki(http).not_ready() for _ in range(5)]
    assert said == ["Ingester not ready: waiting for 15s after being ready"] * 5
