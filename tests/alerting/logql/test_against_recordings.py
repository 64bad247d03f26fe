"""Our reading of LogQL against what a real Loki answered."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alerting.logql.lines import ERROR, Line, kept
from tests.alerting.logql.meaning import PipelineError, answer
from tests.alerting.logql.parser import NotInPart, parse_log, parse_metric

RECORDINGS = Path(__file__).parents[2] / "recordings/loki"
SHOWN_ONLY = {"detected_level", "service_name", "__error_details__"}


def exchanges(file: str) -> list[dict[str, Any]]:
    return json.loads((RECORDINGS / f"{file}.json").read_text(encoding="utf-8"))["exchanges"]


def recorded(file: str, name: str) -> dict[str, Any]:
    (found,) = (each for each in exchanges(file) if each["name"] == name)
    return found


def own(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if value and name not in SHOWN_ONLY}


def lines_of(exchange: Mapping[str, Any]) -> list[Line]:
    result = exchange["response"]["body_json"]["data"]["result"]
    found = [
        Line(int(at) / 1e9, own(each["stream"] | more.get("structuredMetadata", {})), text)
        for each in result
        for at, text, more in (value if len(value) == 3 else [*value, {}] for value in each["values"])
    ]
    return sorted(found, key=lambda line: line.at)


def ruler_rules() -> list[tuple[str, str]]:
    """Of each rule of the recorded ruler: what was written, and how Loki prints what it understood."""
    written = yaml.safe_load(recorded("ruler", "rules_yaml")["response"]["body_text"])["rules.yaml"][0]["rules"]
    read = recorded("ruler", "prom_rules_firing")["response"]["body_json"]["data"]["groups"][0]["rules"]
    return [(one["expr"], other["query"]) for one, other in zip(written, read, strict=True)]


@pytest.mark.parametrize(("written", "understood"), ruler_rules())
def test_a_rule_is_read_as_loki_read_it(written: str, understood: str) -> None:
    assert parse_metric(written) == parse_metric(understood)


@pytest.mark.parametrize("name", ["json_edge", "json_numeric_filter_error"])
def test_the_same_lines_are_kept_with_the_same_labels(name: str) -> None:
    wanted = recorded("query_range_streams", name)
    start = int(wanted["request"]["params"]["start"]) / 1e9
    given = [line for line in lines_of(recorded("query_range_streams", "edge_lines")) if line.at >= start]
    found = kept(parse_log(wanted["request"]["params"]["query"]), given)
    assert [(line.text, own(line.labels)) for line in found] == [(line.text, line.labels) for line in lines_of(wanted)]


def log_queries() -> list[tuple[str, str]]:
    """The recorded log queries of our part that found lines."""
    found = []
    for each in exchanges("query_range_streams"):
        try:
            parse_log(each["request"]["params"]["query"])
        except NotInPart:
            continue
        if each["response"]["status"] == 200 and each["response"]["body_json"]["data"]["result"]:
            found.append((each["name"], each["request"]["params"]["query"]))
    return found


@pytest.mark.parametrize(("name", "query"), log_queries())
def test_what_loki_kept_is_kept(name: str, query: str) -> None:
    given = lines_of(recorded("query_range_streams", name))
    assert [line.text for line in kept(parse_log(query), given)] == [line.text for line in given]


def test_most_of_the_recorded_log_queries_are_of_our_part() -> None:
    assert len(log_queries()) >= 20


def test_lines_that_are_no_json_are_told_apart_as_loki_does() -> None:
    broken = lines_of(recorded("query_range_streams", "json_error_label"))
    bare = [Line(line.at, {"container": "ecommerce-dashboard"}, line.text) for line in broken]
    query = recorded("query_range_streams", "json_error_dropped")["request"]["params"]["query"]
    assert [line.labels[ERROR] for line in broken] == ["JSONParserErr"] * len(broken)
    assert list(kept(parse_log(query), bare)) == []


def test_one_such_line_fails_a_metric_query_unless_it_is_dropped() -> None:
    line = Line(0, {"container": "ecommerce-dashboard"}, "GET / 200")
    failing = recorded("query_range_matrix", "metric_json_error")
    with pytest.raises(PipelineError, match="JSONParserErr"):
        answer(parse_metric(failing["request"]["params"]["query"]), [line], 60)
    guarded = recorded("query_range_matrix", "metric_json_error_guarded")["request"]["params"]["query"]
    assert answer(parse_metric(guarded), [line], 60) == {}
    assert "pipeline error: 'JSONParserErr'" in failing["response"]["body_text"]


@pytest.mark.parametrize("name", ["scalar", "vector_fn", "empty_vector"])
def test_what_rests_on_no_line_is_answered_alike(name: str) -> None:
    exchange = recorded("query_instant", name)
    data = exchange["response"]["body_json"]["data"]
    found = answer(parse_metric(exchange["request"]["params"]["query"]), [], 0)
    if data["resultType"] == "scalar":
        assert found == float(data["result"][1])
    else:
        assert found == {frozenset(each["metric"].items()): float(each["value"][1]) for each in data["result"]}


def test_a_division_by_zero_is_no_number() -> None:
    exchange = recorded("query_range_matrix", "div_by_zero")
    line = Line(0, {"container": "ecommerce-api"}, "x")
    (value,) = answer(parse_metric(exchange["request"]["params"]["query"]), [line], 60).values()
    said = {point[1] for point in exchange["response"]["body_json"]["data"]["result"][0]["values"]}
    assert (str(value), said) == ("nan", {"NaN"})


def test_calm_is_zero_where_it_says_so() -> None:
    exchange = recorded("query_range_matrix", "or_vector0")
    said = {point[1] for point in exchange["response"]["body_json"]["data"]["result"][0]["values"]}
    assert "0" in said
    assert answer(parse_metric(exchange["request"]["params"]["query"]), [], 0) == {frozenset(): 0}


@pytest.mark.parametrize("query", ['{a="b"} | logfmt', 'rate({a="b"}[5m])', 'sum({a="b"}', "topk(3, vector(1))", ""])
def test_it_refuses_what_it_does_not_know(query: str) -> None:
    with pytest.raises(NotInPart):
        parse_metric(query)
