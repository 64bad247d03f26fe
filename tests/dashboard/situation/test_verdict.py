"""The verdict: an intrusion before all, and never quiet while somebody did not look."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.situation.verdict import Mood, Night, Verdict, judge, unknown
from dashboard.sources.interface import LoginSummary, SourceStatus
from tests.dashboard.fakes import one_night, source
from vigie.severity import Severity

NOW = datetime(2026, 11, 20, 7, 12, tzinfo=UTC)
FAKE = one_night(NOW)
SPRAYING, GUESSING = FAKE.found_attacks
GOT_IN, TYPO, _ = FAKE.found_successes
SUMMARY = LoginSummary(412, 23, 187)
UNREAD = SourceStatus("app", "Login table", "application", None, None, None, 0, 0, 0, None, None)


def verdict(attacks: list = [], successes: list = [], sources: list | None = None) -> Verdict:  # noqa: B006 - never changed
    return judge(
        Night(attacks, successes, [source(NOW)] if sources is None else sources, SUMMARY), ZoneInfo("Europe/Paris"), NOW
    )


def test_a_usual_night_is_quiet_and_says_what_that_rests_on() -> None:
    given = verdict()
    assert given.sentence == "Quiet. Nothing needs you."
    assert given.detail == "The one source is being read. 412 logins, 23 failed, no pattern of attack in them."


def test_a_saved_old_password_does_not_wake_anyone() -> None:
    assert verdict([GUESSING], [TYPO]).mood is Mood.QUIET


def test_somebody_inside_is_said_first_with_the_account_and_the_time() -> None:
    given = verdict([SPRAYING], [GOT_IN, TYPO])
    assert (given.mood, given.severity, given.user) == (Mood.OPENED, Severity.CRITICAL, "m.keller")
    assert "m.keller was opened at 02:27 during password spraying, after 6 failures" in given.detail


def test_an_attack_that_opened_nothing_is_not_quiet_either() -> None:
    closed = type(SPRAYING)(**{name: getattr(SPRAYING, name) for name in SPRAYING.__slots__} | {"opened": ()})
    given = verdict([closed])
    assert given.mood is Mood.ATTACKED
    assert given.detail.endswith("No account was opened.")


@pytest.mark.parametrize("sources", [[], [UNREAD], [source(NOW, blind_since=NOW - timedelta(minutes=5))]])
def test_it_is_never_quiet_when_somebody_did_not_look(sources: list[SourceStatus]) -> None:
    assert verdict(sources=sources).mood is Mood.UNKNOWN


def test_an_intrusion_is_said_even_when_a_source_is_blind() -> None:
    given = verdict([SPRAYING], [GOT_IN], [source(NOW, title="Proxy log", blind_since=NOW - timedelta(minutes=5))])
    assert given.mood is Mood.OPENED
    assert given.detail.endswith("Proxy log is blind since 08:07.")


def test_the_steps_are_in_order_of_time_and_few() -> None:
    given = verdict([SPRAYING] * 3, [GOT_IN] * 4)
    assert len(given.steps) == 4
    assert [step.at for step in given.steps] == sorted(step.at for step in given.steps)


def test_unknown_says_why() -> None:
    assert unknown("PostgreSQL does not answer.", "Start it.").detail == "PostgreSQL does not answer. Start it."
