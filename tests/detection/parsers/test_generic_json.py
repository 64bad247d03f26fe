"""JSON logs of other programs, as far as their names are known."""

import json

import pytest

from detection.parsers.interface import Found, Ignored, Rejected
from tests.detection.parsers.reading import ORIGIN, hits, one, parse, read, sketches


def test_ecs_opentelemetry_and_plain_names_are_read() -> None:
    parsed = read("json", "generic.jsonl")
    assert [(s.action, s.user_name, str(s.source_ip)) for s in sketches(parsed)] == [
        ("authn_login_fail", "alice", "203.0.113.9"),
        ("authn_login_success", "alice", "192.0.2.9"),
        ("application_error", None, "192.0.2.9"),
        ("authz_fail", "charlie", "192.0.2.66"),
        ("http_refused", None, "192.0.2.66"),
    ]
    assert [(hit.route_path, hit.status) for hit in hits(parsed)] == [("/orders", 500), ("/admin", 403)]


def test_a_record_without_a_time_has_that_of_its_first_reading() -> None:
    assert one("json", '{"level":"error","msg":"x"}').occurred_at == ORIGIN.first_seen


@pytest.mark.parametrize("time", ["soon", -1e300, True, {"a": 1}, "99999-01-01T00:00:00Z", 10**30])
def test_a_time_that_is_none_is_rejected(time: object) -> None:
    assert isinstance(parse("json", json.dumps({"time": time, "level": "error"})), Rejected)


@pytest.mark.parametrize("text", ["[1]", '"x"', "1", "nul", "{", '{"a":' * 40 + "1" + "}" * 40, "[" * 5000])
def test_what_is_no_flat_object_is_rejected(text: str) -> None:
    assert isinstance(parse("json", text), Rejected)


def test_thirty_two_levels_are_read() -> None:
    assert isinstance(parse("json", '{"a":' * 32 + "1" + "}" * 32), Ignored)


def test_of_a_key_written_twice_the_last_counts_as_in_the_store() -> None:
    found = one("json", '{"event":"authz_fail","user":"alice","user":"charlie"}')
    assert (found.user_name, found.raw["user"]) == ("charlie", "charlie")


def test_numbers_that_jsonb_does_not_know_become_text() -> None:
    found = one("json", '{"event":"authz_fail","a":NaN,"b":-Infinity,"c":1e999}')
    assert (found.raw["a"], found.raw["b"], found.raw["c"]) == ("NaN", "-Infinity", "1e999")


def test_names_of_ours_cannot_be_set_from_outside() -> None:
    found = parse(
        "json", '{"event":"authz_fail","category":"x","severity":5,"occurred_at":1,"event_key":"x","source":"y"}'
    )
    assert isinstance(found, Found)
    (event,) = found.events("mine")
    assert (event.source, event.category, len(event.event_key)) == ("mine", "iam", 32)
