"""PostgreSQL's log in its three forms."""

import csv
import io
import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.parsers.interface import Found, Ignored, Origin, Rejected
from tests.detection.parsers.reading import ORIGIN, ignored, one, parse, read, sketches
from vigie.severity import Severity

HEAD = "2026-11-20 09:00:00.105 UTC [101] "


def test_a_log_on_standard_error_is_these_events() -> None:
    found = [(s.action, s.user_name, s.reason) for s in sketches(read("postgres", "postgres_stderr.log"))]
    assert found == [
        ("authn_login_fail", "postgres", "wrong_password"),
        ("authn_login_fail", "app", None),
        ("authn_login_fail", "mallory", "unknown_account"),
        ("authz_fail", "app", None),
        ("database_error", "app", None),
        ("database_failure", None, None),
        ("database_failure", None, None),
        ("authn_login_success", "app", None),
    ]


def test_a_query_that_contains_the_words_of_a_failure_is_none() -> None:
    parsed = read("postgres", "postgres_stderr.log")
    assert len(ignored(parsed)) == 5
    line = HEAD + "LOG:  statement: SELECT 'FATAL:  password authentication failed for user \"x\"'"
    assert isinstance(parse("postgres", line), Ignored)


def test_logins_to_the_database_are_counted_apart_from_the_applications() -> None:
    assert {s.category for s in sketches(read("postgres", "postgres_stderr.log"))} == {"database"}


def test_the_address_is_found_in_the_message_and_in_the_prefix() -> None:
    addresses = [str(s.source_ip) for s in sketches(read("postgres", "postgres_stderr.log"))[:4]]
    assert addresses == ["None", "203.0.113.9", "203.0.113.9", "203.0.113.9"]


def test_a_panic_is_critical() -> None:
    assert one("postgres", HEAD + "PANIC:  could not write").severity is Severity.CRITICAL


def test_the_abbreviation_tells_the_two_hours_of_the_clock_set_back_apart() -> None:
    paris = Origin("db", ORIGIN.first_seen, ZoneInfo("Europe/Paris"))
    summer, winter = (
        one("postgres", f"2026-10-25 02:30:00.000 {zone} [1] FATAL:  no", paris).occurred_at for zone in ("CEST", "CET")
    )
    assert (winter - summer).total_seconds() == 3600


@pytest.mark.parametrize("prefix", ["", "app@shop ", "[101] "])
def test_a_line_without_a_time_has_that_of_its_first_reading(prefix: str) -> None:
    assert one("postgres", prefix + "FATAL:  sorry, too many clients already").occurred_at == ORIGIN.first_seen


def test_csvlog_is_read_also_where_a_record_goes_on_below() -> None:
    first, second = sketches(read("postgres", "postgres_csv.log"))
    assert (first.action, first.reason, str(first.source_ip)) == ("authn_login_fail", "wrong_password", "203.0.113.9")
    assert (second.action, second.user_name, str(second.source_ip)) == ("authz_fail", "amalek", "2001:db8::9")


def test_jsonlog_is_read() -> None:
    (found,) = sketches(read("postgres", "postgres_json.log"))
    assert (found.action, found.user_name, str(found.source_ip)) == ("authn_login_fail", "app-user", "::1")


@pytest.mark.parametrize("text", ["hello", "2026-13-20 09:00:00.105 UTC [101] FATAL:  no", '{"message":"x"}', "{", "["])
def test_other_text_is_rejected(text: str) -> None:
    assert isinstance(parse("postgres", text), Rejected)


def test_the_rest_of_a_statement_is_passed_over() -> None:
    assert isinstance(parse("postgres", "\tFROM people -- FATAL:  x"), Ignored)


names = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, categories=("L", "N")), min_size=1, max_size=40)


@given(names, st.ip_addresses(), st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=50))
def test_what_csvlog_writes_is_read_back(user: str, address: object, detail: str) -> None:
    row = ["2026-11-20 09:00:00.101 UTC", user, "shop", 1, f"{address}:50840", "6", 3, "authentication", "t", "22/2",
           0, "FATAL", "28P01", f'password authentication failed for user "{user}"', detail]  # fmt: skip
    out = io.StringIO()
    csv.writer(out).writerow(row)
    found = parse("postgres", out.getvalue())
    assert isinstance(found, Found)
    assert (found.sketches[0].user_name, found.sketches[0].reason) == (user, "wrong_password")


@given(names, st.sampled_from(["ERROR", "FATAL", "PANIC"]), st.text(max_size=50))
def test_what_jsonlog_writes_is_read_back(user: str, level: str, message: str) -> None:
    record = {"timestamp": "2026-11-20 09:00:00.201 GMT", "user": user, "error_severity": level, "message": message}
    assert one("postgres", json.dumps(record)).outcome == "failure"
