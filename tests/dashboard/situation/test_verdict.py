"""The verdict: an intrusion before all, and never quiet while somebody did not look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.situation.night import Night
from dashboard.situation.service import Trouble
from dashboard.situation.verdict import Mood, Verdict, judge, unknown
from dashboard.sources.interface import LoginSummary, SourceStatus, TimeRange
from dashboard.sources.situation_questions import Looking
from tests.dashboard.fakes import one_night, source
from tests.dashboard.situation.fakes import NOBODY_WAITS, alert, waiting
from vigie.severity import Severity

NOW = datetime(2026, 11, 20, 7, 12, tzinfo=UTC)
FAKE = one_night(NOW)
SPRAYING, GUESSING = FAKE.found_attacks
GOT_IN, TYPO, _ = FAKE.found_successes
SUMMARY = LoginSummary(412, 23, 187)
CRITICAL = alert(NOW, Severity.CRITICAL, number=3)
DOWN = Trouble(Severity.CRITICAL, "api down", "api is down.", NOW - timedelta(minutes=9))
UNREAD = SourceStatus("app", "Login table", "application", None, None, None, 0, 0, 0, None, None)


WINDOW = TimeRange(NOW - timedelta(hours=24), NOW, ZoneInfo("Europe/Paris"))


def night(attacks: list = [], successes: list = [], sources: list | None = None, **more: Any) -> Night:  # noqa: B006 - never changed
    known = [source(NOW)] if sources is None else sources
    given = {"alerts": NOBODY_WAITS, "as_of": NOW, "pause": timedelta(minutes=30), **more}
    return Night(attacks, successes, known, SUMMARY, **given)


def verdict(attacks: list = [], successes: list = [], sources: list | None = None, **more: Any) -> Verdict:  # noqa: B006 - never changed
    return judge(night(attacks, successes, sources, **more), WINDOW)


def test_a_usual_night_is_quiet_and_says_what_that_rests_on() -> None:
    given = verdict(answered="API answered.")
    assert given.sentence == "Quiet. Nothing needs you."
    assert given.detail.startswith("The one source is being read. 412 logins, 23 failed, no pattern of attack in them.")
    assert given.detail.endswith("21 rules look. API answered.")


def test_a_saved_old_password_does_not_wake_anyone() -> None:
    assert verdict([GUESSING], [TYPO]).mood is Mood.QUIET


def test_somebody_inside_is_said_first_with_the_account_and_the_time() -> None:
    given = verdict([SPRAYING], [GOT_IN, TYPO])
    assert (given.mood, given.severity, given.user) == (Mood.OPENED, Severity.CRITICAL, "m.keller")
    assert "m.keller was opened at 02:27 during password spraying, after 6 failures" in given.detail


def test_an_attack_that_opened_nothing_is_not_quiet_either() -> None:
    given = verdict([replace(SPRAYING, opened=())])
    assert (given.mood, given.sentence) == (Mood.ATTACKED, "Not quiet: somebody tried to get in.")
    assert given.detail.endswith("No account was opened.")


def test_an_attack_that_goes_on_is_said_in_the_sentence_and_leads_to_its_address() -> None:
    given = verdict([replace(SPRAYING, opened=(), last_seen=NOW - timedelta(minutes=29))])
    assert given.sentence == "Not quiet: somebody is trying to get in now."
    assert given.detail.endswith("Spraying goes on: the last try was at 07:43.")
    assert given.running_from == "203.0.113.24"


def test_an_attack_that_goes_on_after_an_intrusion_is_not_hidden_by_it() -> None:
    guessing = replace(GUESSING, severity=Severity.MEDIUM, last_seen=NOW)
    given = verdict([SPRAYING, guessing], [GOT_IN])
    assert given.sentence == "Not quiet: someone got in, and an attack is going on now."
    assert (given.user, given.running_from) == ("m.keller", "198.51.100.14")


def test_an_attack_of_last_week_does_not_go_on_in_a_window_of_last_week() -> None:
    assert verdict([replace(SPRAYING, last_seen=NOW)], as_of=NOW + timedelta(days=7)).running_from is None


def test_of_several_attacks_that_go_on_the_newest_is_named() -> None:
    older, newer = (
        replace(SPRAYING, opened=(), last_seen=NOW - timedelta(minutes=9)),
        replace(SPRAYING, tries=9, opened=()),
    )
    assert "at 08:12" in verdict([older, replace(newer, last_seen=NOW)]).detail


def test_other_accounts_that_were_opened_are_counted() -> None:
    given = verdict([SPRAYING], [GOT_IN, replace(GOT_IN, user_name="t.nowak", failures=2)])
    assert "m.keller was opened" in given.detail
    assert "And 1 more account was opened." in given.detail


def test_a_time_before_anything_was_collected_is_not_quiet() -> None:
    given = verdict(collected_since=NOW + timedelta(hours=2))
    assert given.mood is Mood.UNKNOWN
    assert given.sentence == "Not known: nothing was collected before 20 Nov 2026 10:12."


def test_a_window_known_in_part_is_quiet_only_since_then() -> None:
    given = verdict(collected_since=NOW - timedelta(hours=2))
    assert given.sentence == "Quiet since 06:12. Nothing needs you."
    assert given.detail.endswith("Nothing was collected before 20 Nov 2026 06:12.")


def test_a_window_of_long_ago_is_quiet_since_a_date() -> None:
    given = verdict(collected_since=NOW - timedelta(hours=2), as_of=NOW + timedelta(days=30))
    assert given.sentence == "Quiet since 20 Nov 06:12. Nothing needs you."


def test_a_source_that_went_blind_later_has_seen_the_window() -> None:
    assert verdict(sources=[source(NOW, blind_since=NOW + timedelta(minutes=5))]).mood is Mood.QUIET


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


def test_an_open_critical_alert_is_not_quiet_and_leads_to_it() -> None:
    given = verdict(alerts=waiting(CRITICAL, alert(NOW, Severity.LOW)))
    assert (given.mood, given.alert) == (Mood.ALERTED, 3)
    assert given.sentence == "Not quiet: 1 critical alert is open."
    assert given.detail == "Shell in container vigie-api, 3 times. 2 alerts are open, 1 of them critical."


def test_alerts_of_low_severity_can_wait_but_are_said() -> None:
    given = verdict(alerts=waiting(alert(NOW, Severity.MEDIUM), alert(NOW, Severity.LOW)))
    assert (given.mood, given.sentence) == (Mood.QUIET, "Quiet. 2 alerts of lower severity can wait.")


def test_a_service_that_is_down_is_not_quiet() -> None:
    given = verdict(trouble=DOWN, answered="API was asked nothing.")
    assert (given.mood, given.sentence) == (Mood.FAILING, "Not quiet: api is down.")
    assert given.detail == "Since 08:03. API was asked nothing."


def test_the_worst_is_said_first_and_the_others_after_it() -> None:
    given = verdict([replace(SPRAYING, opened=(), severity=Severity.HIGH)], trouble=DOWN, alerts=waiting(CRITICAL))
    assert given.mood is Mood.FAILING
    assert "One critical alert is open." in given.detail


def test_an_intrusion_is_said_before_a_service_that_is_down() -> None:
    given = verdict([], [replace(GOT_IN, severity=Severity.HIGH)], trouble=DOWN)
    assert given.mood is Mood.OPENED
    assert "api is down." in given.detail


def test_an_alert_about_an_address_that_a_step_names_is_not_told_twice() -> None:
    same = alert(NOW, Severity.CRITICAL, entity={"source_ip": SPRAYING.addresses[0]})
    given = verdict([SPRAYING], alerts=waiting(same, CRITICAL))
    assert [step.title for step in given.steps] == ["Spraying", "Shell in container vigie-api"]


@pytest.mark.parametrize(
    ("looking", "said"),
    [
        (Looking(0), "No rule is evaluated."),
        (Looking(9, failing=("Spraying",)), "A rule fails: Spraying."),
        (Looking(9, behind_since=NOW - timedelta(minutes=7)), "No rule has looked at what came since 08:05."),
    ],
)
def test_it_is_never_quiet_while_rules_do_not_look(looking: Looking, said: str) -> None:
    given = verdict(alerts=waiting(looking=looking))
    assert given.mood is Mood.UNKNOWN
    assert said in given.detail


def test_it_is_never_quiet_while_the_service_cannot_be_asked() -> None:
    given = verdict(not_seen="How API answers is not known: Prometheus does not answer.")
    assert given.mood is Mood.UNKNOWN
    assert "Prometheus does not answer." in given.detail


def test_rules_that_did_not_load_are_said_beside_a_quiet_night() -> None:
    given = verdict(alerts=waiting(looking=Looking(20, not_loaded=2)))
    assert given.mood is Mood.QUIET
    assert "20 rules look, 2 rules did not load." in given.detail


def test_an_alert_that_has_waited_for_days_is_no_step_of_this_night() -> None:
    old = alert(NOW, Severity.CRITICAL, first_seen=NOW - timedelta(days=9))
    given = verdict(alerts=waiting(old))
    assert (given.mood, given.steps) == (Mood.ALERTED, ())
