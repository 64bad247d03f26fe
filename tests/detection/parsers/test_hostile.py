"""Whatever stands in a line, every parser answers, always the same, and what it found can be stored."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detection.parsers.interface import EXCERPT_BYTES, Found, Ignored, Origin, Parsed, Rejected
from detection.parsers.registry import PARSERS
from tests.conftest import Store
from tests.detection.parsers.reading import ORIGIN, SAMPLES
from vigie.event import OUTCOMES, clean_json
from vigie.store.engine import transaction
from vigie.store.events import store_events

SAMPLE_LINES = [
    line
    for path in sorted(SAMPLES.rglob("*"))
    if path.is_file()
    for line in path.read_text(encoding="utf-8").split("\n")
    if line
]
HOSTILE = (
    "\x00",
    "\ud800",
    "\u202e",
    "\x1b[31m",
    "\ufffd",
    "\r",
    "\x85",
    "\u2028",
    "\\",
    '"',
    "'",
    "  ",
    "=",
    "\U0001f600",
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def check(parsed: Parsed) -> None:
    if isinstance(parsed, Rejected):
        assert len(parsed.excerpt.encode()) <= EXCERPT_BYTES
        return
    if isinstance(parsed, Ignored):
        return
    if parsed.hit:
        assert parsed.hit.method.isalpha()
        assert parsed.hit.duration_s is None or 0 <= parsed.hit.duration_s <= 86_400
        assert len(parsed.hit.route_path) <= 310
    for event in parsed.events("source"):
        assert event.occurred_at.tzinfo is UTC
        assert event.outcome in OUTCOMES
        assert event.http_status is None or 100 <= event.http_status <= 599
        assert event.source_ip is None or isinstance(event.source_ip, IPv4Address | IPv6Address)
        json.loads(clean_json(event.raw), parse_constant=pytest.fail)
        for text in (event.message, event.user_name, event.rule, event.http_route, event.host_name, event.user_agent):
            assert text is None or (len(text) <= 2010 and text.isprintable())


def every_parser_answers(text: str) -> None:
    for parser in PARSERS.values():
        parsed = parser.parse(text, ORIGIN)
        check(parsed)
        assert parser.parse(text, ORIGIN) == parsed


@given(st.text())
@example("")
@example("{")
@example('{"MESSAGE":[1e999],"__REALTIME_TIMESTAMP":"' + "9" * 30 + '"}')
@example('{"time":"2026-11-20T10:00:00Z","level":"error","message":"' + "\\ud800" * 9 + '"}')
def test_any_text_gives_the_same_answer_twice(text: str) -> None:
    every_parser_answers(text)


@given(
    st.sampled_from(SAMPLE_LINES),
    st.integers(0, 400),
    st.integers(0, 40),
    st.sampled_from(HOSTILE) | st.text(max_size=9),
)
def test_a_real_line_with_something_else_in_it_breaks_nothing(line: str, at: int, cut: int, put: str) -> None:
    every_parser_answers(line[:at] + put + line[at + cut :])


@given(st.sampled_from([line for line in SAMPLE_LINES if line.startswith("{")]), st.data())
def test_a_real_record_with_other_values_breaks_nothing(line: str, data: st.DataObject) -> None:
    record = json.loads(line)
    for key in data.draw(st.lists(st.sampled_from(sorted(record)), min_size=1, max_size=4)):
        record[key] = data.draw(values)
    every_parser_answers(json.dumps(record))


@pytest.mark.parametrize("name", sorted(PARSERS))
@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        '{"a":' * 100_000,
        "[" * 100_000,
        '{"time":' + "9" * 100_000 + "}",
        "{" + ",".join(f'"key{n}":"value {n}"' for n in range(5000)) + "}",
        "Nov 20 10:00:00 h sshd[1]: Failed password for " + " from 192.0.2.1 port 22" * 4000 + "x",
        '192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] "' + '\\"' * 40_000,
        "[20/Nov/2026:10:00:00 +0000] " * 4000,
        "2026-11-20 09:00:00.105 UTC [1] " + "user=a@b(" * 9000 + "FATAL:  no",
        '2026-11-20 09:00:00.105 UTC,"' + '","' * 30_000,
        "t=2026-11-20T09:00:00Z msg=" + '"\\' * 40_000,
    ],
    ids=lambda text: text[:20],
)
def test_an_absurd_size_is_answered(name: str, text: str) -> None:
    check(PARSERS[name].parse(text, ORIGIN))


def test_what_comes_of_hostile_lines_can_be_stored_and_is_not_doubled(store: Store) -> None:
    now = datetime.now(UTC)
    origin = Origin("hostile", now, labels={"job": "x\x00\ud800"})
    lines = [line[:cut] + put + line[cut:] for line in SAMPLE_LINES for put in HOSTILE for cut in (60, 95)]
    found = [parser.parse(line, origin) for line in lines for parser in PARSERS.values()]
    events = [event for each in found if isinstance(each, Found) for event in each.events("hostile")]
    keys = {(event.occurred_at, event.event_key) for event in events}
    with transaction(store.worker) as connection:
        stored = store_events(connection, events, timedelta(days=36_500))
    assert stored.added + stored.unplaced == len(keys) > 1000
