"""What the Loki client makes of refusals, limits and answers of another form."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.vigie.clients.faults import answer, faulty
from tests.vigie.clients.recorded_loki import EPOCH, at, loki_at, metric, range_of
from tests.vigie.clients.replay import Replay, exchange
from vigie.clients.errors import (
    AskedTooMuch,
    AskedWrongly,
    Overloaded,
    Refused,
    SourceError,
    TooSlow,
    WrongAnswer,
)
from vigie.clients.log_lines import Direction, nanoseconds
from vigie.clients.loki import Loki

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
NEWEST = Direction.NEWEST_FIRST


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
def test_a_limit_is_answered_with_the_way_out(loki: Loki, name: str, limit: int, advice: str) -> None:
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
def test_limits_of_a_tenant_have_their_own_errors(loki_recordings: Replay, name: str) -> None:
    tenant, kind, words = TENANTS[name]
    query, start, end = range_of("limits", name)
    with loki_at(loki_recordings.url, tenant) as http, pytest.raises(kind) as raised:
        Loki(http).lines(query, start, end, limit=100, direction=NEWEST)
    assert words in raised.value.words


@pytest.mark.parametrize("name", ["max_query_bytes_read", "max_querier_bytes_read", "max_query_range"])
def test_limits_on_metric_queries_have_a_way_out(loki_recordings: Replay, name: str) -> None:
    pair = exchange("loki", "limits", name)["request"]
    with (
        loki_at(loki_recordings.url, pair["headers"]["X-Scope-OrgID"]) as http,
        pytest.raises(AskedTooMuch, match="shorter"),
    ):
        Loki(http).series(pair["params"]["query"], EPOCH, EPOCH + HOUR, timedelta(seconds=60))


def test_an_unknown_tenant_looks_empty(loki_recordings: Replay) -> None:
    with loki_at(loki_recordings.url, "never-seen") as http:
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
