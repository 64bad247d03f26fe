"""The log of the watched service: what its own formatter writes is read back."""

import json
import logging
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.activity import Activity
from detection.actions import ACTIONS
from detection.parsers.interface import Found, Ignored, Rejected
from tests.detection.parsers.reading import hits, one, parse, read, sketches
from vigie.log import JsonFormatter


def written(message: str, **fields: object) -> str:
    record = logging.makeLogRecord({"name": "api", "levelname": "INFO", "msg": message, "created": 1_795_165_200.5})
    vars(record).update(fields)
    return JsonFormatter().format(record)


def test_a_log_of_the_service_is_these_events_and_counts() -> None:
    parsed = read("api", "api.jsonl")
    assert Counter(s.action for s in sketches(parsed)) == {
        "authn_login_fail": 1, "http_refused": 1, "http_probe": 1, "application_error": 1,
    }  # fmt: skip
    assert [(hit.route_path, hit.duration_s) for hit in hits(parsed)] == [
        ("/auth/login", 0.0613), ("unmatched", 0.0004), ("/health", 0.0015),
    ]  # fmt: skip


@pytest.mark.parametrize("activity", list(Activity))
def test_every_activity_of_the_service_is_an_event(activity: Activity) -> None:
    found = one("api", written(activity.owasp, event=activity.owasp, user="alice@example.com", source_ip="192.0.2.9"))
    assert (found.action, found.category) == (activity.owasp, ACTIONS[activity.owasp].category)
    assert (found.user_name, str(found.source_ip)) == ("alice@example.com", "192.0.2.9")


def test_a_line_of_ordinary_news_is_passed_over() -> None:
    assert isinstance(parse("api", written("Listening on http://127.0.0.1:8000", port=8000)), Ignored)


@pytest.mark.parametrize("status", [None, 99, 1000, "x", True, 2.5, [200]])
def test_a_request_without_a_status_is_rejected(status: object) -> None:
    assert isinstance(parse("api", written("x", event="http_request", http_status=status)), Rejected)


@pytest.mark.parametrize("took", [-1, 1e300, "soon", None, True])
def test_a_duration_that_is_none_is_not_counted(took: object) -> None:
    found = parse("api", written("x", event="http_request", http_method="GET", http_status=200, duration_ms=took))
    assert isinstance(found, Found)
    assert found.hit
    assert found.hit.duration_s is None


@pytest.mark.parametrize("fields", [{"time": None}, {"time": 17}, {"time": "2026-11-20"}, {}])
def test_a_line_without_a_time_is_rejected(fields: dict[str, object]) -> None:
    assert isinstance(parse("api", json.dumps(fields)), Rejected)


@given(st.text(), st.sampled_from(["GET", "POST", "PATCH"]), st.integers(100, 599), st.floats(0, 1e6))
def test_what_the_service_writes_is_read_back(agent: str, method: str, status: int, took: float) -> None:
    line = written(
        "x", event="http_request", user_agent=agent, http_method=method, http_route="/users/me", http_status=status,
        duration_ms=round(took, 1),
    )  # fmt: skip
    found = parse("api", line)
    assert isinstance(found, Found)
    assert found.hit
    assert (found.hit.method, found.hit.status, found.hit.route_path) == (method, status, "/users/me")
    assert found.hit.duration_s == pytest.approx(took / 1000, abs=1e-3)
