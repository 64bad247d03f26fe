"""The Loki client against recorded answers of a real Loki."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.vigie.clients.faults import answer, faulty
from tests.vigie.clients.replay import Replay, exchange, replayed
from vigie.clients.errors import (
    AskedTooMuch,
    AskedWrongly,
    BadFilter,
    Overloaded,
    Refused,
    SourceError,
    TooSlow,
    WrongAnswer,
)
from vigie.clients.http import HttpClient
from vigie.clients.log_lines import Direction, Nanoseconds, moment_of, nanoseconds
from vigie.clients.loki import Loki
from vigie.clients.samples import Odd
from vigie.clients.source import Source, credentials

FILES = ("errors", "labels_series_volume", "limits", "paging", "query_instant", "query_range_matrix",
         "query_range_streams", "status")  # fmt: skip
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
NEWEST = Direction.NEWEST_FIRST


@pytest.fixture
def recorded() -> Iterator[Replay]:
    with replayed("loki", *FILES) as server:
        yield server


def loki_at(url: str, tenant: str | None = None) -> HttpClient:
    return HttpClient(Source("Loki", url, credentials(tenant=tenant)), sleep=lambda _: None)


@pytest.fixture
def loki(recorded: Replay) -> Iterator[Loki]:
    with loki_at(recorded.url) as http:
        yield Loki(http)


def at(text: str) -> datetime:
    return moment_of(Nanoseconds(int(text)))


def range_of(file: str, name: str) -> tuple[str, datetime, datetime]:
    """Query, start and end of one recorded request."""
    params = exchange("loki", file, name)["request"]["params"]
    return params["query"], at(params["start"]), at(params["end"])


def metric(loki: Loki, name: str) -> Any:
    params = exchange("loki", "query_range_matrix", name)["request"]["params"]
    step = timedelta(seconds=int(params["step"]))
    return loki.series(params["query"], at(params["start"]), at(params["end"]), step)


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


LINES_REFUSED = ["parse_empty_query", "parse_no_matcher", "parse_unclosed", "parse_bad_regex", "parse_re2_lookahead",
                 "parse_unknown_stage", "parse_newline_in_string", "end_before_start"]  # fmt: skip


@pytest.mark.parametrize("name", LINES_REFUSED)
def test_a_wrong_query_is_answered_in_lokis_own_words(loki: Loki, name: str) -> None:
    query, start, end = range_of("errors", name)
    with pytest.raises(AskedWrongly) as raised:
        loki.lines(query, start, end, limit=100, direction=NEWEST)
    assert raised.value.words == " ".join(exchange("loki", "errors", name)["response"]["body_text"].split())


@pytest.mark.parametrize(
    ("name", "limit", "advice"),
    [("limit_5001", 5001, "fewer lines"), ("too_long_range_721h", 100, "shorter time range")],
)
def test_a_limit_is_answered_with_the_way_out(recorded: Replay, loki: Loki, name: str, limit: int, advice: str) -> None:
    params = exchange("loki", "errors", name)["request"]["params"]
    with pytest.raises(AskedTooMuch) as raised:
        loki.lines('{container="a"}', at(params["start"]), at(params["end"]), limit=limit, direction=NEWEST)
    assert advice in raised.value.advice


@pytest.mark.parametrize(("name", "advice"), [("max_series_500", "fewer values"), ("unwrap_error", "")])
def test_a_refused_metric_query_says_why(loki: Loki, name: str, advice: str) -> None:
    with pytest.raises(AskedWrongly) as raised:
        metric(loki, name)
    assert advice in raised.value.advice


def test_too_many_points_are_refused_before_asking(loki: Loki) -> None:
    with pytest.raises(AskedTooMuch, match="at least 55 s") as raised:
        metric(loki, "too_many_points")
    assert raised.value.status is None


TENANTS = {
    "no_org_id_query": (None, Refused, "no org id"),
    "query_timeout_logs": ("t-timeout", TooSlow, "request timed out"),
    "blocked_query": ("t-blocked", AskedWrongly, "query blocked by policy"),
}


@pytest.mark.parametrize("name", TENANTS)
def test_limits_of_a_tenant_have_their_own_errors(recorded: Replay, name: str) -> None:
    tenant, kind, words = TENANTS[name]
    query, start, end = range_of("limits", name)
    with loki_at(recorded.url, tenant) as http, pytest.raises(kind) as raised:
        Loki(http).lines(query, start, end, limit=100, direction=NEWEST)
    assert words in raised.value.words


@pytest.mark.parametrize("name", ["max_query_bytes_read", "max_querier_bytes_read", "max_query_range"])
def test_limits_on_metric_queries_have_a_way_out(recorded: Replay, name: str) -> None:
    pair = exchange("loki", "limits", name)["request"]
    with loki_at(recorded.url, pair["headers"]["X-Scope-OrgID"]) as http, pytest.raises(AskedTooMuch, match="shorter"):
        Loki(http).series(pair["params"]["query"], EPOCH, EPOCH + HOUR, timedelta(seconds=60))


def test_an_unknown_tenant_looks_empty(recorded: Replay) -> None:
    with loki_at(recorded.url, "never-seen") as http:
        page = Loki(http).lines('{container="big"}', EPOCH, EPOCH + HOUR, limit=100, direction=NEWEST)
    assert page.lines == ()


def test_a_full_queue_is_overload() -> None:
    full = exchange("loki", "limits", "too_many_outstanding_429")["response"]
    with (
        faulty(answer(full["body_text"].encode(), "429 Too Many Requests")) as server,
        loki_at(server.url) as http,
        pytest.raises(Overloaded, match="too many outstanding requests"),
    ):
        Loki(http).labels(EPOCH, EPOCH + HOUR)


def test_milliseconds_never_reach_loki(loki: Loki) -> None:
    with pytest.raises(ValueError, match="not before the year 2000"):
        loki.lines("{}", EPOCH, datetime(1970, 1, 1, tzinfo=UTC), direction=NEWEST)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="names no instant"):
        nanoseconds(datetime(2026, 11, 1))  # noqa: DTZ001


def test_nanoseconds_are_exact() -> None:
    assert nanoseconds(datetime(2026, 11, 2, 10, 45, 39, 506591, tzinfo=UTC)) == 1793616339506591000


STREAM = b'{"status":"success","data":{"resultType":"streams","result":[%s]}}'
MISSHAPEN = [
    b"{}",
    b"[]",
    b"null",
    b'"x"',
    b"3",
    b'{"status":"success"}',
    b'{"status":"error"}',
    b'{"status":"success","data":null}',
    b'{"status":"success","data":{"resultType":"matrix","result":[]}}',
    STREAM % b"3",
    STREAM % b'{"stream":{}}',
    STREAM % b'{"stream":{"a":1},"values":[]}',
    STREAM % b'{"stream":{},"values":[["soon","x"]]}',
    STREAM % b'{"stream":{},"values":[[1793491200000000000,"x"]]}',
    STREAM % b'{"stream":{},"values":[["1", null]]}',
    STREAM % b'{"stream":{},"values":[["99999999999999999999","x"]]}',
    STREAM % b'{"stream":{},"values":[["1","x"]]}',
    STREAM % b'{"stream":{},"values":[["1793491200000000000","x",{"structuredMetadata":[]}]]}',
]


@pytest.mark.parametrize("body", MISSHAPEN)
def test_an_answer_of_another_form_is_a_wrong_answer(body: bytes) -> None:
    with faulty(answer(body)) as server, loki_at(server.url) as http, pytest.raises(WrongAnswer, match="Loki"):
        Loki(http).lines('{a="b"}', EPOCH, EPOCH + HOUR, direction=NEWEST)


POINT = b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[%s]]}]}}'


@pytest.mark.parametrize("pair", [b'1,"x"', b'1,""', b"1,2", b"1,null", b'"1","2"', b'1e999,"2"', b'null,"2"', b"1"])
def test_a_point_of_another_form_is_a_wrong_answer(pair: bytes) -> None:
    with faulty(answer(POINT % pair)) as server, loki_at(server.url) as http, pytest.raises(SourceError) as raised:
        Loki(http).series("x", EPOCH, EPOCH + HOUR, timedelta(seconds=60))
    assert isinstance(raised.value, WrongAnswer)
