"""What every adapter of LoginQuestions must do, whatever it reads from.

A test class inherits `LoginQuestionsContract` and gives the fixtures `questions` (the adapter) and `window` (a range in
which it knows logins of both outcomes).
"""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from dashboard.sources.interface import (
    Answer,
    Completeness,
    FailedBy,
    FailedRanking,
    Login,
    LoginFilter,
    LoginQuestions,
    LoginSummary,
    TimeRange,
)

R = TypeVar("R")
ANY = LoginFilter()
HOSTILE = ["", "x' OR 1=1 --", "\x00", "\ud800", "999.1.1.1", "<b>", "%", "a" * 9000]


def rows_of(answer: Answer[R]) -> R:
    assert answer.rows is not None, answer.sentence
    return answer.rows


def every_login(questions: LoginQuestions, window: TimeRange, chosen: LoginFilter = ANY) -> list[Login]:
    """All pages of the grid, one after the other."""
    found: list[Login] = []
    while page := rows_of(questions.newest(window, chosen, len(found), 700)).rows:
        found += page
    return found


class LoginQuestionsContract:
    def total(self, questions: LoginQuestions, window: TimeRange) -> LoginSummary:
        total = rows_of(questions.summary(window))
        assert min(total.success, total.failure) > 0, "the contract needs logins of both outcomes in its window"
        return total

    def test_the_answer_says_its_source_and_how_old_it_is(self, questions: LoginQuestions, window: TimeRange) -> None:
        answer = questions.summary(window)
        assert answer.source
        assert answer.as_of.utcoffset() == timedelta(0)

    def test_days_add_up_to_the_summary(self, questions: LoginQuestions, window: TimeRange) -> None:
        days, total = rows_of(questions.per_day(window)), self.total(questions, window)
        assert (sum(d.success for d in days), sum(d.failure for d in days)) == (total.success, total.failure)
        assert [d.day for d in days] == sorted({d.day for d in days})

    @pytest.mark.parametrize("minutes", [5, 60, 360])
    def test_steps_add_up_to_the_summary(self, questions: LoginQuestions, window: TimeRange, minutes: int) -> None:
        step = timedelta(minutes=minutes)
        buckets, total = rows_of(questions.series(window, step)), self.total(questions, window)
        assert (sum(b.success for b in buckets), sum(b.failure for b in buckets)) == (total.success, total.failure)
        assert all(window.since - step < b.start < window.until for b in buckets)

    def test_hours_of_the_week_add_up_to_the_summary(self, questions: LoginQuestions, window: TimeRange) -> None:
        cells, total = rows_of(questions.by_hour(window)), self.total(questions, window)
        assert (sum(c.success for c in cells), sum(c.failure for c in cells)) == (total.success, total.failure)
        assert len({(c.weekday, c.hour) for c in cells}) == len(cells) <= 168

    @pytest.mark.parametrize("chosen", [ANY, LoginFilter("failure"), LoginFilter(None, "person")])
    def test_what_follows_row_by_row_is_what_the_grid_shows(
        self, questions: LoginQuestions, window: TimeRange, chosen: LoginFilter
    ) -> None:
        found: list[Login] = []
        while page := rows_of(questions.following(window, chosen, found[-1] if found else None, 300)):
            found += page
        assert found == every_login(questions, window, chosen)

    def test_the_pages_of_the_grid_hold_every_login_once_newest_first(
        self, questions: LoginQuestions, window: TimeRange
    ) -> None:
        found, total = every_login(questions, window), self.total(questions, window)
        assert len({login.key for login in found}) == len(found) == total.success + total.failure
        times = [login.occurred_at for login in found]
        assert times == sorted(times, reverse=True)

    def test_a_window_holds_its_first_instant_and_not_its_last(
        self, questions: LoginQuestions, window: TimeRange
    ) -> None:
        at = every_login(questions, window)[0].occurred_at
        instant = timedelta(microseconds=1)
        inside, before = replace(window, since=at, until=at + instant), replace(window, since=at - instant, until=at)
        assert rows_of(questions.newest(inside, ANY, 0, 10)).total > 0
        assert at not in {login.occurred_at for login in rows_of(questions.newest(before, ANY, 0, 10)).rows}

    def test_filters_narrow_the_grid(self, questions: LoginQuestions, window: TimeRange) -> None:
        found = every_login(questions, window)
        some = next(login for login in found if login.user_name and login.source_ip)
        chosen = LoginFilter(some.outcome, f'"{some.user_name}"', some.source_ip)
        expected = [one for one in found if (one.outcome, one.user_name, one.source_ip) == (
            some.outcome, some.user_name, some.source_ip)]  # fmt: skip
        assert {one.key for one in every_login(questions, window, chosen)} == {one.key for one in expected}

    def test_a_user_is_found_by_a_part_of_the_name_in_any_case(
        self, questions: LoginQuestions, window: TimeRange
    ) -> None:
        name = next(login.user_name for login in every_login(questions, window) if login.user_name)
        part = name[1:].upper()
        found = every_login(questions, window, LoginFilter(user_name=part))
        expected = [one for one in every_login(questions, window) if part in (one.user_name or "").upper()]
        assert {one.key for one in found} == {one.key for one in expected}

    def test_addresses_are_found_by_their_beginning(self, questions: LoginQuestions, window: TimeRange) -> None:
        found = every_login(questions, window, LoginFilter(source_ip="192.0.2."))
        expected = [one for one in every_login(questions, window) if (one.source_ip or "").startswith("192.0.2.")]
        assert {one.key for one in found} == {one.key for one in expected} != set()

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_a_filter_that_makes_no_sense_finds_nothing(
        self, questions: LoginQuestions, window: TimeRange, text: str
    ) -> None:
        for chosen in (LoginFilter(user_name=text), LoginFilter(source_ip=text), LoginFilter(outcome=text)):
            assert questions.newest(window, chosen, 0, 10).rows == replace(
                rows_of(questions.newest(window, chosen, 0, 10)), rows=(), total=0
            )

    def test_a_page_past_the_end_is_empty_and_still_knows_the_total(
        self, questions: LoginQuestions, window: TimeRange
    ) -> None:
        total = self.total(questions, window)
        page = rows_of(questions.newest(window, ANY, 10**15, 100))
        assert (page.rows, page.total) == ((), total.success + total.failure)

    def test_failures_by_user_are_those_of_the_grid(self, questions: LoginQuestions, window: TimeRange) -> None:
        self.check_failed_by(every_login(questions, window), "user_name", rows_of(questions.failed_by_user(window, 5)))

    def test_failures_by_address_are_those_of_the_grid(self, questions: LoginQuestions, window: TimeRange) -> None:
        found = rows_of(questions.failed_by_address(window, 5))
        self.check_failed_by(every_login(questions, window), "source_ip", found)

    def check_failed_by(self, logins: list[Login], column: str, found: FailedRanking) -> None:
        failed: dict[str, list[Login]] = {}
        for login in logins:
            if login.outcome == "failure" and getattr(login, column):
                failed.setdefault(getattr(login, column), []).append(login)
        assert [row.failures for row in found.worst] == sorted(map(len, failed.values()), reverse=True)[:5]
        assert (found.values, found.failures) == (len(failed), sum(map(len, failed.values())))
        for row in found.worst:
            mine = failed[row.value]
            unknown = sum(login.reason == "unknown_account" for login in mine)
            assert row == FailedBy(row.value, len(mine), unknown, max(login.occurred_at for login in mine))

    def test_the_last_failure_is_the_newest_before_the_instant(
        self, questions: LoginQuestions, window: TimeRange
    ) -> None:
        failed = [login.occurred_at for login in every_login(questions, window, LoginFilter("failure"))]
        assert rows_of(questions.last_failure_before(window.until)) == failed[0]
        assert rows_of(questions.last_failure_before(failed[0])) == next(at for at in failed if at < failed[0])

    def test_attacks_reach_into_the_window(self, questions: LoginQuestions, window: TimeRange) -> None:
        for attack in rows_of(questions.attacks(window)):
            assert window.since <= attack.last_seen
            assert attack.first_seen <= min(attack.last_seen, window.until)
            assert attack.tries >= attack.accounts >= 1

    def test_successes_after_failures_lie_in_the_window(self, questions: LoginQuestions, window: TimeRange) -> None:
        found = rows_of(questions.successes_after_failures(window))
        assert all(window.since <= each.occurred_at < window.until and each.failures for each in found)

    def test_a_window_before_everything_holds_zeros(self, questions: LoginQuestions, window: TimeRange) -> None:
        before = TimeRange(window.since - timedelta(days=3650), window.until - timedelta(days=3650), window.zone)
        assert questions.summary(before).completeness is Completeness.COMPLETE
        assert rows_of(questions.summary(before)) == LoginSummary(0, 0, 0)
        assert rows_of(questions.attacks(before)) in ((), [])

    def test_zeros_of_a_time_before_everything_are_told_from_a_quiet_time(
        self, questions: LoginQuestions, window: TimeRange
    ) -> None:
        before = TimeRange(window.since - timedelta(days=3650), window.until - timedelta(days=3650), window.zone)
        assert questions.attacks(before).knows_nothing_of(before)
        assert not questions.attacks(window).knows_nothing_of(window)
