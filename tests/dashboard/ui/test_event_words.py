"""Events in words."""

from datetime import UTC, datetime

import pytest

from dashboard.ui.event_words import brief, detail, sentence, title
from detection.actions import ACTIONS, LOG_ACTIONS
from tests.dashboard.event_fakes import NASTY, event, failed_login

AT = datetime(2026, 11, 20, 2, 29, tzinfo=UTC)


def test_a_failed_login_says_who_from_where_and_why() -> None:
    row = failed_login(AT, "m.keller", "203.0.113.87", message=None).row
    assert sentence(row) == "Failed login of m.keller from 203.0.113.87: wrong password (POST /auth/login, 401)."


def test_a_reason_that_the_title_says_already_is_left_out() -> None:
    row = event(AT, "app", "excess_rate_limit_exceeded", reason="throttled", user_name="tomas").row
    assert sentence(row) == "Too many tries, tomas."


def test_what_a_rule_found_bears_its_name() -> None:
    row = event(AT, "falco", "falco_rule_match", rule="Terminal shell in container", container_name="vigie-api").row
    assert (title(row), detail(row)) == ("Terminal shell in container", "vigie-api")
    assert brief(row) == "Terminal shell in container in vigie-api"


def test_a_blind_source_is_said_with_its_name() -> None:
    said = "Falco has been blind for 5 min."
    row = event(AT, "vigie", "source_blind", category="monitoring", rule="source_blind", message=said).row
    assert (title(row), detail(row)) == ("Source blind", said)


def test_an_action_that_nobody_named_is_spelled() -> None:
    assert title(event(AT, "vault", "vault_opened").row) == "Vault opened"


@pytest.mark.parametrize("action", sorted({*ACTIONS, *LOG_ACTIONS} - {"falco_rule_match"}))
def test_every_action_of_ours_has_words(action: str) -> None:
    assert title(event(AT, "x", action, rule="a rule").row) != "a rule"


def test_hostile_text_becomes_one_short_line() -> None:
    names = ("user_name", "rule", "reason", "message", "http_method", "http_route", "container_name")
    said = sentence(event(AT, NASTY, NASTY, **dict.fromkeys(names, NASTY * 40)).row)
    assert not {"\u202e", "\x1b", "\n"} & set(said)
    assert len(said) < 1500
