"""The Prometheus client against recorded answers of a real Prometheus 2.42."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.vigie.clients.faults import answer, faulty
from tests.vigie.clients.replay import Replay, exchange, replayed
from vigie.clients.errors import AskedTooMuch, AskedWrongly, BadFilter, Overloaded, TooSlow, WrongAnswer
from vigie.clients.http import HttpClient
from vigie.clients.prometheus import Prometheus
from vigie.clients.samples import Odd
from vigie.clients.source import Source

FILES = ("errors", "meta_rules_alerts_targets", "query_instant", "query_range", "status")
NOW = datetime.fromtimestamp(1795165155, UTC)
START = NOW - timedelta(seconds=120)
STEP = timedelta(seconds=15)


@pytest.fixture
def recorded() -> Iterator[Replay]:
    with replayed("prometheus", *FILES) as server:
        yield server


def prometheus_at(url: str) -> HttpClient:
    return HttpClient(Source("Prometheus", url), sleep=lambda _: None)


@pytest.fixture
def prometheus(recorded: Replay) -> Iterator[Prometheus]:
    with prometheus_at(recorded.url) as http:
        yield Prometheus(http)


def test_an_instant_query_gives_labelled_samples(prometheus: Prometheus) -> None:
    first = prometheus.instant("up", NOW).result[0]
    assert (first.labels["job"], first.point.at, first.point.value) == ("node", NOW, 1.0)


def test_a_scalar_is_one_sample_without_labels(prometheus: Prometheus) -> None:
    (only,) = prometheus.instant("1+1", NOW).result
    assert (dict(only.labels), only.point.at, only.point.value) == ({}, NOW, 2.0)


@pytest.mark.parametrize("query", ['up{job="nope"}', "no_such_metric", "rate(http_requests_total[1s])"])
def test_what_is_absent_gives_no_sample_and_no_zero(prometheus: Prometheus, query: str) -> None:
    assert prometheus.instant(query, NOW).result == ()


def test_values_that_are_no_numbers_are_told_apart_from_numbers(prometheus: Prometheus) -> None:
    found = {each.labels["kind"]: each.point for each in prometheus.instant("lab_odd", NOW).result}
    odd = {kind: (point.value, point.odd) for kind, point in found.items() if point.odd}
    assert odd == {"nan": (None, Odd.NAN), "ninf": (None, Odd.NEGATIVE), "pinf": (None, Odd.POSITIVE)}
    assert (found["tiny"].value, found["huge"].value, found["neg0"].value) == (5e-324, 1.7e308, 0.0)


def test_every_value_can_be_written_as_json(prometheus: Prometheus) -> None:
    points = [point for each in prometheus.series("lab_odd", START, NOW, STEP).result for point in each.points]
    assert "null" in json.dumps([point.value for point in points], allow_nan=False)


def test_series_have_a_point_at_each_step(prometheus: Prometheus) -> None:
    first = prometheus.series("up", START, NOW, STEP).result[0]
    assert [point.at for point in first.points] == [START + STEP * number for number in range(9)]


def test_a_range_is_aligned_to_its_step(prometheus: Prometheus) -> None:
    later = timedelta(seconds=7.25)
    assert prometheus.series("up", START + later, NOW + later, STEP) == prometheus.series("up", START, NOW, STEP)


def test_a_range_without_data_gives_no_series(prometheus: Prometheus) -> None:
    assert prometheus.series('up{job="nope"}', START, NOW, STEP).result == ()


def test_too_many_points_are_refused_before_asking(prometheus: Prometheus) -> None:
    with pytest.raises(AskedTooMuch, match="at least 55 s"):
        prometheus.series("up", NOW - timedelta(days=7), NOW, timedelta(seconds=1))


def test_a_step_below_a_second_is_a_mistake_of_the_caller(prometheus: Prometheus) -> None:
    with pytest.raises(ValueError, match="at least one second"):
        prometheus.series("up", START, NOW, timedelta(milliseconds=500))


@pytest.mark.parametrize(
    "name",
    ["parse_unclosed", "parse_empty", "parse_unknown_fn", "parse_bad_regex", "empty_matcher", "duplicate_labelset"],
)
def test_a_wrong_query_is_answered_in_its_own_words(prometheus: Prometheus, name: str) -> None:
    pair = exchange("prometheus", "errors", name)
    with pytest.raises(AskedWrongly) as raised:
        prometheus.instant(pair["request"]["params"]["query"], datetime.fromtimestamp(1795165145, UTC))
    assert raised.value.words == pair["response"]["body_json"]["error"]


ERRORS = {
    "timeout_1ms": TooSlow,  # 503
    "timeout_2ms": TooSlow,  # 422
    "too_many_samples_422": AskedTooMuch,
    "range_too_many_points": AskedTooMuch,
}


@pytest.mark.parametrize("name", ERRORS)
def test_time_outs_and_limits_are_known_by_their_words(name: str) -> None:
    response = exchange("prometheus", "errors", name)["response"]
    fault = answer(json.dumps(response["body_json"]).encode(), f"{response['status']} As recorded")
    with faulty(fault) as server, prometheus_at(server.url) as http, pytest.raises(ERRORS[name], match="Choose"):
        Prometheus(http).instant("up", NOW)


def test_while_it_starts_it_is_overloaded_not_calm() -> None:
    with (
        faulty(answer(b"Service Unavailable", "503 Service Unavailable")) as server,
        prometheus_at(server.url) as http,
        pytest.raises(Overloaded),
    ):
        Prometheus(http).alerts()


def test_it_tells_whether_prometheus_is_ready(prometheus: Prometheus) -> None:
    assert prometheus.not_ready() is None
    with faulty(answer(b"Service Unavailable", "503 Service Unavailable")) as server, prometheus_at(server.url) as http:
        assert Prometheus(http).not_ready() == "Service Unavailable"


def test_targets_say_what_is_wrong_with_them(prometheus: Prometheus) -> None:
    down = next(target for target in prometheus.targets() if target.health == "down")
    assert (down.labels["job"], down.last_error.endswith("connection refused")) == ("down-target", True)


def test_alerts_have_a_state_a_time_and_a_number(prometheus: Prometheus) -> None:
    first = prometheus.alerts()[0]
    assert (first.labels["alertname"], first.state) == ("suspicious_connections", "firing")
    assert (first.active_at is not None, round(first.number("Prometheus") or 0)) == (True, 60)


def test_rules_tell_recording_from_alerting(prometheus: Prometheus) -> None:
    (group,) = prometheus.rules()
    assert [(rule.kind, rule.state) for rule in group.rules[:2]] == [("recording", None), ("alerting", "firing")]


def test_labels_values_and_label_sets_are_listed(prometheus: Prometheus) -> None:
    assert "job" in prometheus.labels()
    assert prometheus.label_values("job")[0] == "down-target"
    assert {each["__name__"] for each in prometheus.label_sets("up")} == {"up"}


def test_an_unknown_label_has_no_values(prometheus: Prometheus) -> None:
    assert prometheus.label_values("nope") == ()


def test_it_asks_for_no_label_that_is_no_name(prometheus: Prometheus) -> None:
    with pytest.raises(BadFilter):
        prometheus.label_values("../../../-/quit")


def test_a_metric_nobody_serves_has_no_description(prometheus: Prometheus) -> None:
    assert prometheus.descriptions("nope") == ()


def test_it_says_since_when_it_runs_and_which_version_it_is(prometheus: Prometheus) -> None:
    assert prometheus.started_at() == datetime(2026, 11, 20, 8, 58, 10, 153240, UTC)
    assert prometheus.version() == "2.42.0+ds"


def test_a_target_that_was_never_scraped_has_no_time() -> None:
    target = b'{"labels":{},"health":"unknown","scrapePool":"a","lastError":"","lastScrape":"0001-01-01T00:00:00Z"}'
    body = b'{"status":"success","data":{"activeTargets":[%s],"droppedTargets":[]}}' % target
    with faulty(answer(body)) as server, prometheus_at(server.url) as http:
        assert Prometheus(http).targets()[0].last_scrape is None


def test_warnings_and_infos_are_kept_and_cleaned() -> None:
    body = rb'{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["a\u001bb"],"infos":["c"]}'
    with faulty(answer(body)) as server, prometheus_at(server.url) as http:
        answered = Prometheus(http).instant("up", NOW)
    assert (answered.warnings, answered.infos) == (("a b",), ("c",))


@pytest.mark.parametrize("data", [b"null", b"[]", b'{"resultType":"vector","result":null}', b'{"resultType":"string"}'])
def test_an_answer_of_another_form_is_a_wrong_answer(data: bytes) -> None:
    with (
        faulty(answer(b'{"status":"success","data":%s}' % data)) as server,
        prometheus_at(server.url) as http,
        pytest.raises(WrongAnswer, match="in a form we do not know"),
    ):
        Prometheus(http).instant("up", NOW)
