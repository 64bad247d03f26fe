"""The cards: never a share without its counts, never a comparison with nothing."""

import json
from datetime import UTC, datetime

from dashboard.situation.cards import Counts, active_users, failed_ratio, logins
from dashboard.sources.interface import LoginBucket, LoginSummary

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
BUCKETS = [LoginBucket(NOW, 5, 1)] * 144


def said(parts: list) -> str:
    return json.dumps([each.to_plotly_json() for each in parts], default=lambda each: each.to_plotly_json())


def test_a_ratio_stands_with_its_counts_and_with_what_it_was() -> None:
    text = said(failed_ratio(Counts(LoginSummary(100, 300, 9), LoginSummary(94, 6, 9), BUCKETS)))
    assert "75.0" in text
    assert "was 6.0 % a week before \\u00b7 300 of 400" in text


def test_a_week_without_logins_is_not_compared_with() -> None:
    assert "none a week before" in said(logins(Counts(LoginSummary(10, 0, 3), LoginSummary(0, 0, 0), BUCKETS)))


def test_a_week_that_is_not_known_in_full_is_not_compared_with() -> None:
    for card in (logins, failed_ratio, active_users):
        text = said(card(Counts(LoginSummary(10, 5, 3), None, BUCKETS)))
        assert "no full week before to compare" in text
        assert "\\u2191" not in text


def test_a_comparison_says_with_what() -> None:
    assert "was 310 a week before" in said(logins(Counts(LoginSummary(383, 0, 3), LoginSummary(310, 0, 3), BUCKETS)))


def test_a_ratio_of_no_logins_is_a_dash_without_unit_or_arrow() -> None:
    empty = LoginSummary(0, 0, 0)
    text = said(failed_ratio(Counts(empty, empty, [])))
    assert "\\u2013" in text
    assert not {"%", "\\u2191", "\\u2192"} & set(text.replace("100% 100%", "").split('"'))


def test_a_ratio_after_a_week_without_logins_has_no_arrow() -> None:
    text = said(failed_ratio(Counts(LoginSummary(2, 3, 2), LoginSummary(0, 0, 0), BUCKETS)))
    assert '"no logins a week before \\u00b7 3 of 5"' in text


def test_a_few_typos_are_not_red() -> None:
    assert "is-critical" not in said(failed_ratio(Counts(LoginSummary(2, 3, 2), LoginSummary(90, 2, 9), BUCKETS)))
