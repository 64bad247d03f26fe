"""The small Loki that reads its queries answers as the recorded one did."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.vigie.clients.labelled_loki import Held, LabelledLoki
from tests.vigie.clients.recorded_loki import at, loki_at, metric
from tests.vigie.clients.replay import exchange, serving
from vigie.clients.log_lines import Direction
from vigie.clients.loki import Loki

# Selectors and line filters; the recorded queries with other stages are not ours to ask.
OURS = (
    "falco_backward_default", "falco_forward", "empty_result", "start_inclusive_end_exclusive", "edge_lines",
    "same_timestamp_dedup", "policy_postgres", "policy_falco", "policy_dashboard",
)  # fmt: skip
OF_A_STREAM = ("container", "env", "host", "job", "service_name", "stream")


def held(name: str) -> list[Held]:
    """The lines of a recorded answer."""
    found = []
    for stream in exchange("loki", "query_range_streams", name)["response"]["body_json"]["data"]["result"]:
        labels = {label: value for label, value in stream["stream"].items() if label in OF_A_STREAM}
        level = stream["stream"].get("detected_level", "unknown")
        found += [Held(int(value[0]), labels, value[1], level) for value in stream["values"]]
    return found


def asked(loki: Loki, request: dict[str, Any]) -> list[tuple[int, str]]:
    params = request["params"]
    page = loki.lines(
        params["query"],
        at(params["start"]),
        at(params["end"]),
        limit=int(params.get("limit", 100)),
        direction=Direction(params.get("direction", "backward")),
    )
    return [(line.at, line.line) for line in page.lines]


@pytest.fixture
def small() -> Iterator[tuple[LabelledLoki, Loki]]:
    server = LabelledLoki([])
    with serving(server), loki_at(server.url) as http:
        yield server, Loki(http)


@pytest.mark.parametrize("name", OURS)
def test_recorded_lines_are_found_by_the_recorded_query(
    loki: Loki, small: tuple[LabelledLoki, Loki], name: str
) -> None:
    server, ours = small
    server.held = held(name)
    request = exchange("loki", "query_range_streams", name)["request"]
    assert asked(ours, request) == asked(loki, request)


def test_counts_stand_at_the_recorded_points(loki: Loki, small: tuple[LabelledLoki, Loki]) -> None:
    server, ours = small
    server.held = held("falco_forward")
    params = exchange("loki", "query_range_matrix", "gaps_not_zero")["request"]["params"]
    query = 'sum(count_over_time({container="ecommerce-falco"} [60s]))'
    (only,) = ours.series(query, at(params["start"]), at(params["end"]), timedelta(seconds=60))
    (recorded,) = metric(loki, "gaps_not_zero")
    assert [(point.at, point.value) for point in only.points] == [(point.at, point.value) for point in recorded.points]
