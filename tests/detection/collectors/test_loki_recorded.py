"""Reading forward, against recorded answers of a real Loki. Fewer lines than asked for are the same for any limit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from detection.collectors.known_lines import digest_of
from detection.collectors.loki_reading import LINES, Reader
from detection.parsers.interface import Found, Origin
from detection.parsers.registry import parser_named
from tests.vigie.clients.recorded_loki import loki_at
from tests.vigie.clients.replay import Replay, exchange, serving
from vigie.clients.errors import AskedWrongly, Refused, SourceError
from vigie.clients.loki import Loki


@contextmanager
def recorded(file: str, name: str) -> Iterator[tuple[Reader, int, int]]:
    """A reader of Loki as it was recorded, and the stretch that was asked for."""
    pair: dict[str, Any] = exchange("loki", file, name)
    asked = pair["request"]["params"] | {"limit": str(LINES), "direction": "forward"}
    server = Replay([{**pair, "request": pair["request"] | {"params": asked}}])
    tenant = (pair["request"].get("headers") or {}).get("X-Scope-OrgID")
    with serving(server), loki_at(server.url, tenant) as http:
        yield Reader(Loki(http), asked["query"]), int(asked["start"]), int(asked["end"])
    assert server.unknown == []


@pytest.mark.parametrize(
    ("name", "lines"),
    [("edge_lines", 9), ("start_inclusive_end_exclusive", 3), ("same_timestamp_dedup", 2), ("falco_forward", 2)],
)
def test_a_stretch_is_read_to_its_end(name: str, lines: int) -> None:
    with recorded("query_range_streams", name) as (reader, start, end):
        batch = reader.batch(start, end)
    assert (len(batch.lines), batch.next, batch.is_through, batch.gap) == (lines, end, True, None)


@pytest.mark.parametrize("name", ["edge_lines", "same_timestamp_dedup"])
def test_no_two_lines_are_taken_for_one(name: str) -> None:
    with recorded("query_range_streams", name) as (reader, start, end):
        lines = reader.batch(start, end).lines
    assert len({digest_of(line.identity, 0) for line in lines}) == len(lines)


def test_lines_of_falco_become_events() -> None:
    with recorded("query_range_streams", "falco_forward") as (reader, start, end):
        lines = reader.batch(start, end).lines
    parsed = [
        parser_named("falco").parse(line.line, Origin("falco", line.moment, labels=line.labels)) for line in lines
    ]
    assert [len(each.sketches) for each in parsed if isinstance(each, Found)] == [1, 1]


@pytest.mark.parametrize(
    ("file", "name", "kind"),
    [
        ("errors", "parse_unclosed", AskedWrongly),
        ("errors", "parse_no_matcher", AskedWrongly),
        ("limits", "no_org_id_query", Refused),
        ("limits", "blocked_query", AskedWrongly),
    ],
)
def test_a_refusal_is_raised_with_lokis_reason(file: str, name: str, kind: type[SourceError]) -> None:
    with recorded(file, name) as (reader, start, end), pytest.raises(kind) as raised:
        reader.batch(start, end)
    assert raised.value.words
