"""Lines of auth.log as Debian, Ubuntu and journald write them."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.parsers.interface import Found, Ignored, Origin, Rejected
from tests.detection.parsers.reading import ORIGIN, one, parse, read, sketches

HEAD = "Nov 20 06:42:31 web-1 sshd[4222]: "


def test_a_morning_of_an_auth_log_is_these_events() -> None:
    assert Counter(s.action for s in sketches(read("sshd", "auth_syslog.log"))) == {
        "authn_login_success": 2, "authn_login_fail": 6, "authn_attempt": 2, "excess_rate_limit_exceeded": 2,
        "session_created": 1, "session_logout": 1, "network_probe": 3, "authz_fail": 2, "privilege_use": 1,
        "user_created": 1, "privilege_permissions_changed": 1, "authn_password_change": 1,
    }  # fmt: skip


def test_a_failed_password_tells_who_from_where_and_why() -> None:
    found = one("sshd", HEAD + "Failed password for invalid user admin from 2001:db8::9 port 52110 ssh2")
    assert (found.user_name, str(found.source_ip), found.reason) == ("admin", "2001:db8::9", "unknown_account")
    assert (found.host_name, found.process_name, found.category) == ("web-1", "sshd", "authentication")


def test_an_offered_key_that_does_not_fit_is_an_attempt_and_no_failure() -> None:
    found = one("sshd", HEAD + "Failed publickey for alice from 192.0.2.4 port 2 ssh2: RSA SHA256:abc")
    assert (found.action, found.outcome) == ("authn_attempt", "unknown")


def test_an_address_inside_a_user_name_is_not_believed() -> None:
    name = "root from 192.0.2.1 port 22 ssh2"
    found = one("sshd", HEAD + f"Failed password for invalid user {name} from 203.0.113.9 port 5 ssh2")
    assert (str(found.source_ip), found.user_name) == ("203.0.113.9", name)


def test_a_folded_line_is_as_many_events_as_it_folds() -> None:
    line = HEAD + "message repeated 3 times: [ Failed password for root from 203.0.113.9 port 5 ssh2]"
    found = parse("sshd", line)
    assert isinstance(found, Found)
    assert len({event.event_key for event in found.events("ssh")}) == 3


def test_an_absurd_number_of_repeats_is_cut() -> None:
    line = HEAD + "message repeated 999999999 times: [ Failed password for root from 203.0.113.9 port 5 ssh2]"
    found = parse("sshd", line)
    assert isinstance(found, Found)
    assert len(found.sketches) == 1000


def test_a_penalty_of_newer_versions_counts_as_throttled() -> None:
    line = HEAD + "drop connection #0 from [203.0.113.9]:57590 on [192.0.2.1]:22 penalty: failed authentication"
    assert (one("sshd", line).action, one("sshd", line).reason) == ("excess_rate_limit_exceeded", "throttled")


def test_the_journal_gives_the_same_with_the_time_of_the_journal() -> None:
    first, second = sketches(read("sshd", "auth_journal.jsonl"))
    assert first.occurred_at == datetime(2026, 11, 20, 7, 11, 40, 123001, tzinfo=UTC)
    assert (first.user_name, second.user_name) == ("alice", "\ufffd\ufffd")


def test_iso_times_and_rfc_5424_are_read() -> None:
    found = sketches(read("sshd", "auth_iso.log"))
    assert [s.action for s in found] == ["authn_login_fail", "authn_login_fail", "authn_login_success"]
    assert {s.occurred_at.replace(microsecond=0) for s in found} == {datetime(2026, 11, 20, 5, 42, 31, tzinfo=UTC)}


def test_a_line_of_new_years_eve_seen_in_the_new_year_is_of_the_old_one() -> None:
    origin = Origin("ssh", datetime(2027, 1, 1, 0, 5, tzinfo=UTC), ZoneInfo("Europe/Paris"))
    line = "Dec 31 23:59:58 web-1 sshd[1]: Accepted password for bob from 192.0.2.3 port 2 ssh2"
    assert one("sshd", line, origin).occurred_at == datetime(2026, 12, 31, 22, 59, 58, tzinfo=UTC)


def test_sudo_says_where_a_command_ran_and_hides_its_password() -> None:
    line = "Nov 20 06:52:00 web-1 sudo: bob : TTY=pts/2 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/x --password=hunter2"
    message = one("sshd", line).message or ""
    assert "PWD=/home/bob" in message
    assert "hunter2" not in message


def test_lines_of_other_programs_are_passed_over_and_other_text_is_rejected() -> None:
    assert isinstance(parse("sshd", "Nov 20 06:25:01 web-1 CRON[1]: (root) CMD (true)"), Ignored)
    assert isinstance(parse("sshd", "hello"), Rejected)
    assert isinstance(parse("sshd", "Nov 31 06:25:01 web-1 sshd[1]: Accepted"), Rejected)


names = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, categories=("L", "N", "P")), min_size=1, max_size=40
)


@given(names, st.ip_addresses(), st.integers(1, 65535), st.booleans())
def test_what_sshd_writes_is_read_back(name: str, address: object, port: int, is_known: bool) -> None:
    kind = "" if is_known else "invalid user "
    found = one("sshd", HEAD + f"Failed password for {kind}{name} from {address} port {port} ssh2")
    mapped = getattr(address, "ipv4_mapped", None)
    assert found.source_ip == (mapped or address)
    assert found.user_name in (name, None)
    assert found.reason == ("wrong_password" if is_known else "unknown_account")


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("Nov 20 10:00:00 web-1 CRON[9]: (root) CMD (run-parts)", "CRON"),
        ("Nov 20 10:00:00 web-1 sshd[9]: Server listening on 0.0.0.0 port 22.", "sshd"),
        ("Nov 20 10:00:00 web-1 sshd[9]: Disconnecting authenticating user root 192.0.2.7 port 22", "sshd"),
    ],
)
def test_where_all_is_kept_every_other_line_is_an_event(line: str, program: str) -> None:
    event = one("sshd", line, replace(ORIGIN, keeps_all=True))
    assert (event.category, event.action, event.process_name) == ("system", "log_line", program)
