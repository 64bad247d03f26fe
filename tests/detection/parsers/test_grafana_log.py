"""Grafana's log, logfmt and JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.parsers.interface import Ignored, Rejected
from detection.parsers.logfmt import pairs_of
from tests.detection.parsers.reading import one, parse, read, sketches

LOGIN = (
    'logger=context userId=0 orgId=0 uname= t=2026-11-20T09:00:00.68Z level=info msg="Request Completed" method=POST '
    "path=/login status=401 remote_addr=203.0.113.9 time_ms=8"
)


def test_a_grafana_log_is_these_events() -> None:
    assert [(s.action, s.reason, s.user_name) for s in sketches(read("grafana", "grafana.log"))] == [
        ("authn_login_fail", "wrong_password", None),
        ("authn_login_fail", "unknown_account", None),
        ("authn_login_success", None, "admin@localhost"),
        ("http_refused", None, None),
        ("authn_login_fail", None, None),
    ]


def test_one_failed_login_is_one_event_though_two_lines_tell_it() -> None:
    first, second = read("grafana", "grafana.log")[:2]
    assert isinstance(first, Ignored)
    assert len(sketches([second])) == 1


def test_a_login_below_a_path_and_by_a_blocked_user_is_told() -> None:
    found = one(
        "grafana", LOGIN.replace("/login", "/grafana/login") + ' error="too many consecutive incorrect login attempts"'
    )
    assert (found.action, str(found.source_ip)) == ("excess_rate_limit_exceeded", "203.0.113.9")


def test_a_client_cannot_add_a_field_of_its_own() -> None:
    line = LOGIN + r' referer="https://a/\" status=200 remote_addr=192.0.2.1 x=\"" status=200'
    assert (one("grafana", line).http_status, str(one("grafana", line).source_ip)) == (401, "203.0.113.9")


@pytest.mark.parametrize("text", ["hello", "a=b", 'msg="x"', "msg=x t=never", "{}", '{"msg":"x"}', '{"t":"2026"}'])
def test_other_text_is_rejected(text: str) -> None:
    assert isinstance(parse("grafana", text), Rejected)


@given(st.dictionaries(st.from_regex(r"[a-zA-Z_]{1,20}", fullmatch=True), st.text(st.characters(codec="utf-8"))))
def test_what_a_go_program_writes_is_read_back(fields: dict[str, str]) -> None:
    line = " ".join(f"{key}={json.dumps(value)}" for key, value in fields.items())
    assert pairs_of(line) == fields
