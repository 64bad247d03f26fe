"""The login analysis on made-up nights. Alice works here; Charlie must never get in."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.errors import ConfigurationError
from vigie.login_attacks import AttackKind
from vigie.login_attacks.campaigns import Campaign, Failures, find_campaigns, network_of, unknown_share
from vigie.login_attacks.habits import Habit, Habits, device_of
from vigie.login_attacks.rules import (
    FILE_NAME,
    Guessing,
    LoginAttackRules,
    OverManyAddresses,
    Sample,
    Spraying,
    Stuffing,
    SuccessRule,
    load_rules,
)
from vigie.login_attacks.runs import Try, find_runs, find_suspects, judge_run
from vigie.login_attacks.verdicts import Arrival, at_home, describe, opened_by
from vigie.severity import Severity

FOLDER = Path(__file__).parents[2] / "config" / "rules"
RULES = load_rules(FOLDER)
NIGHT = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)
CHARLIE = "203.0.113.24"
HEAD = ("title", "id", "status", "description", "tags", "falsepositives")


def minute(number: float) -> datetime:
    return NIGHT + timedelta(minutes=number)


def failure(
    at: float, user: str | None, address: str | None = CHARLIE, tries: int = 1, unknown: bool = False
) -> Failures:
    when = minute(at)
    slot = when - (when - datetime(2001, 1, 1, tzinfo=UTC)) % timedelta(minutes=RULES.slot_minutes)
    return Failures(slot, network_of(address), user, tries, unknown, when, when)


def burst(sample: Sample) -> list[Failures]:
    """The sample's tries, spread evenly over its minutes and addresses."""
    total = sample.accounts * sample.tries
    return [
        failure(
            number * sample.minutes / total,
            f"user{number % sample.accounts}",
            f"203.0.{number % sample.addresses}.1",
            unknown=number % sample.accounts < sample.unknown,
        )
        for number in range(total)
    ]


def kinds(failures: list[Failures], rules: LoginAttackRules = RULES) -> list[str]:
    return [campaign.kind.value for campaign in find_campaigns(failures, rules)]


@pytest.mark.parametrize("sample", RULES.samples, ids=lambda sample: sample.name)
def test_the_rule_says_of_each_of_its_samples_what_it_promises(sample: Sample) -> None:
    assert kinds(burst(sample)) == ([] if sample.expect == "nothing" else [sample.expect])


def test_the_rule_has_a_sample_and_a_near_miss_of_every_kind() -> None:
    assert {sample.expect for sample in RULES.samples} == {"guessing", "spraying", "stuffing", "nothing"}
    assert sum(sample.expect == "nothing" for sample in RULES.samples) * 2 == len(RULES.samples)


def test_a_few_everyday_mistakes_are_nothing() -> None:
    assert kinds([failure(n * 7, f"user{n % 9}", f"192.0.2.{n % 9}") for n in range(40)]) == []


def test_nine_addresses_that_try_the_same_accounts_are_one_campaign() -> None:
    tries = [failure(n / 80, f"user{n % 214}", f"203.0.113.{n % 9}") for n in range(1284)]
    (campaign,) = find_campaigns(tries, RULES)
    attack = describe(campaign, (), RULES)
    assert (attack.kind, attack.tries, attack.accounts, len(attack.addresses)) == (AttackKind.SPRAYING, 1284, 214, 9)
    assert attack.reasons == ("6 tries on each account.", "0 % of the accounts do not exist here.")


def test_many_typing_errors_are_usual_on_a_busy_service_and_spraying_on_a_small_one() -> None:
    errors = [failure(n / 5, f"user{n}", f"198.51.{n % 200}.1") for n in range(300)]
    usual = 300 / RULES.over_many_addresses.times_usual
    assert find_campaigns(errors, RULES, usual_per_hour=usual * 2) == ()
    assert [c.kind for c in find_campaigns(errors, RULES, usual_per_hour=usual / 2)] == [AttackKind.SPRAYING]


def test_two_attacks_far_apart_in_time_stay_two() -> None:
    first = [failure(n, "alice") for n in range(20)]
    later = [failure(300 + n, "alice") for n in range(20)]
    assert kinds(first + later) == ["guessing", "guessing"]


def test_guessing_and_spraying_at_the_same_time_are_told_apart() -> None:
    guessing = [failure(n, "alice") for n in range(20)]
    spraying = [failure(n / 2, f"user{n}", "198.51.100.7") for n in range(40)]
    assert sorted(kinds(guessing + spraying)) == ["guessing", "spraying"]


def test_addresses_of_one_ipv6_network_are_one_attacker() -> None:
    tries = [failure(n, f"user{n}", f"2001:db8:0:7::{n:x}") for n in range(1, 20)]
    (campaign,) = find_campaigns(tries, RULES)
    assert campaign.networks == {"2001:db8:0:7::/64"}


def test_an_ipv4_address_written_as_ipv6_is_that_address() -> None:
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"


def test_a_login_table_without_addresses_is_judged_by_its_accounts() -> None:
    assert kinds([failure(n, f"user{n}", None, unknown=True) for n in range(40)]) == ["stuffing"]


def test_an_attack_across_the_edge_of_an_hour_is_found() -> None:
    assert kinds([failure(41 + n, "alice") for n in range(10)]) == ["guessing"]


def test_unknown_share_counts_accounts_and_not_tries() -> None:
    assert unknown_share([failure(0, "alice", tries=99), failure(1, "nobody", unknown=True)]) == 0.5


rows = st.builds(
    failure,
    st.integers(0, 300),
    st.sampled_from(["alice", "bob", None, *(f"user{n}" for n in range(30))]),
    st.sampled_from([CHARLIE, None, "2001:db8::1", *(f"192.0.2.{n}" for n in range(14))]),
    st.integers(1, 9),
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(rows, max_size=120, unique=True), st.randoms(use_true_random=False))
def test_the_order_in_which_failures_arrive_plays_no_part(failures: list[Failures], dice: random.Random) -> None:
    shuffled = list(failures)
    dice.shuffle(shuffled)

    def found(rows: list[Failures]) -> set[tuple[AttackKind, frozenset[Failures]]]:
        return {(campaign.kind, frozenset(campaign.failures)) for campaign in find_campaigns(rows, RULES)}

    assert found(shuffled) == found(failures)


@settings(deadline=None)
@given(st.lists(rows, max_size=120, unique=True))
def test_no_failure_belongs_to_two_campaigns(failures: list[Failures]) -> None:
    taken = [row for campaign in find_campaigns(failures, RULES) for row in campaign.failures]
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(failures)


def spraying() -> Campaign:
    (campaign,) = find_campaigns([failure(n / 2, f"user{n}") for n in range(30)], RULES)
    return campaign


def test_an_account_that_logs_in_from_an_attacking_address_for_the_first_time_was_opened() -> None:
    arrivals = [Arrival("alice", CHARLIE, minute(20)), Arrival("bob", CHARLIE, minute(-9999))]
    (opened,) = opened_by([spraying()], arrivals, RULES)
    attack = describe(spraying(), opened, RULES)
    assert (attack.opened, attack.severity) == (("alice",), Severity.CRITICAL)
    assert attack.reasons[-1] == "Account alice was opened."


@pytest.mark.parametrize(("home", "severity"), [(CHARLIE, Severity.LOW), ("192.0.2.1", Severity.MEDIUM)])
def test_guessing_from_where_the_account_lives_is_an_old_password_most_likely(home: str, severity: Severity) -> None:
    (campaign,) = find_campaigns([failure(n, "alice") for n in range(18)], RULES)
    is_at_home = at_home(campaign, Habits([Habit("alice", home, None, minute(-99))]))
    assert describe(campaign, (), RULES, is_at_home=is_at_home).severity is severity


def tries(failures: int, address: str = CHARLIE, user: str = "alice") -> list[Try]:
    failed = [Try(user, minute(n), False, CHARLIE, None) for n in range(failures)]
    return [*failed, Try(user, minute(failures), True, address, "Chrome 131")]


def test_failures_then_in_are_found_once_and_with_their_number() -> None:
    again = Try("alice", minute(7), True, CHARLIE, None)
    assert [run.failures for run in find_runs([*tries(6), again], (), RULES)] == [6]


def test_fewer_failures_than_the_rule_asks_for_are_everyday_mistakes() -> None:
    assert find_runs(tries(RULES.success_after_failures.min_failures - 1), (), RULES) == ()


def test_failures_long_before_the_login_do_not_count() -> None:
    late = Try("alice", minute(120), True, CHARLIE, None)
    assert find_runs([*tries(9)[:-1], late], (), RULES) == ()


def test_one_failure_is_enough_when_the_login_comes_from_an_attacking_address() -> None:
    (run,) = find_runs(tries(1, user="user3"), [spraying()], RULES)
    assert (run.failures, run.during) == (1, AttackKind.SPRAYING)


@pytest.mark.parametrize(
    ("habits", "during", "severity", "reason"),
    [
        ([], None, Severity.HIGH, "New address, new device."),
        ([Habit("alice", CHARLIE, "Chrome 130", minute(-99))], None, Severity.LOW, "Known address and device."),
        ([Habit("alice", "192.0.2.1", "Chrome 9", minute(-99))], None, Severity.MEDIUM, "New address, known device."),
        ([Habit("alice", CHARLIE, "Chrome 130", minute(1))], None, Severity.HIGH, "New address, new device."),
        ([], spraying(), Severity.CRITICAL, "New address, new device, inside the spraying."),
    ],
)
def test_a_success_after_failures_is_as_bad_as_it_is_new(
    habits: list[Habit], during: Campaign | None, severity: Severity, reason: str
) -> None:
    (run,) = find_runs(tries(6), [during] if during else [], RULES)
    found = judge_run(run, Habits(habits), RULES)
    assert (found.severity, found.reasons) == (severity, (reason,))


def test_accounts_worth_reading_are_those_with_many_failures_or_opened_by_an_attack() -> None:
    quiet, busy = failure(0, "bob", "192.0.2.1"), failure(0, "alice", "192.0.2.2", tries=4)
    suspects = find_suspects([quiet, busy, *spraying().failures], {"user7"}, RULES)
    assert {suspect.user_name for suspect in suspects} == {"alice", "user7"}


def test_an_update_of_the_browser_is_not_a_new_device() -> None:
    assert device_of("Mozilla/5.0 (X11; rv:132.0) Firefox/132.0") == device_of(
        "Mozilla/5.0 (X11; rv:133.0) Firefox/133.0"
    )


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("min_tries: 10", "min_tries: many", "guessing.min_tries"),
        ("severity: medium", "severity: awful", "guessing.severity"),
        ("gap_minutes: 30", "gap_hours: 1", "gap_minutes"),
        ("min_unknown_share: 0.5", "min_unknown_share: 50", "stuffing.min_unknown_share"),
        ("guessing:  ", "guessing: [", "line"),
    ],
)
def test_it_refuses_a_wrong_rule_file_and_names_the_key(tmp_path: Path, old: str, new: str, names: str) -> None:
    right = (FOLDER / FILE_NAME).read_text(encoding="utf-8")
    assert old in right
    (tmp_path / FILE_NAME).write_text(right.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"{FILE_NAME}.*{names}"):
        load_rules(tmp_path)


def test_every_threshold_of_the_rule_is_explained_in_its_reference_page(root: Path) -> None:
    page = (root / "docs" / "reference" / "login-attacks.md").read_text(encoding="utf-8")
    parts = (LoginAttackRules, Guessing, Spraying, Stuffing, OverManyAddresses, SuccessRule)
    keys = {key for part in parts for key in part.model_fields} - set(Sample.model_fields) - set(HEAD)
    assert {key for key in keys if key not in page} == set()


def test_it_names_a_rule_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        load_rules(tmp_path)
