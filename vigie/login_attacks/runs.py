"""Logins that worked after a run of failures on the same account. Pure: no clock, no database, any order of input."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.login_attacks import AttackKind, SuccessAfterFailures
from vigie.login_attacks.campaigns import Campaign, Failures, network_of
from vigie.login_attacks.habits import Habits
from vigie.login_attacks.rules import LoginAttackRules, SuccessRule


@dataclass(frozen=True, slots=True, order=True)
class Try:
    """One login of an account, failed or not. At the same instant failures come before the success."""

    user_name: str
    occurred_at: datetime
    success: bool
    source_ip: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """Failures, then in. `during` is the campaign around it, if any."""

    login: Try
    failures: int
    first_failure: datetime
    during: AttackKind | None


@dataclass(frozen=True, slots=True)
class Suspect:
    """An account whose logins in [since, until] are worth reading one by one."""

    user_name: str
    since: datetime
    until: datetime


def find_suspects(
    failures: Iterable[Failures], opened: Collection[str], rules: LoginAttackRules
) -> tuple[Suspect, ...]:
    """Accounts with enough failures close together, and those that a campaign opened, each with its spans."""
    within = timedelta(minutes=rules.success_after_failures.within_minutes)
    by_account: dict[str, list[Failures]] = defaultdict(list)
    for row in failures:
        if row.user_name is not None:
            by_account[row.user_name].append(row)
    suspects = []
    for user_name, rows in sorted(by_account.items()):
        for chain in _chains(sorted(rows, key=lambda row: (row.first, row.last)), within):
            tries = sum(row.tries for row in chain)
            if tries >= rules.success_after_failures.min_failures or user_name in opened:
                until = max(row.last for row in chain) + within
                suspects.append(Suspect(user_name, chain[0].first, until))
    return tuple(suspects)


def _chains(rows: Sequence[Failures], within: timedelta) -> Iterator[list[Failures]]:
    chain: list[Failures] = []
    end = rows[0].last
    for row in rows:
        if row.first - end > within:
            yield chain
            chain = []
        end = max(end, row.last)
        chain.append(row)
    if chain:
        yield chain


def find_runs(tries: Iterable[Try], campaigns: Sequence[Campaign], rules: LoginAttackRules) -> tuple[Run, ...]:
    """Each success with the failures of its account before it, back to the success before."""
    rule = rules.success_after_failures
    around = _Around(campaigns, timedelta(minutes=rule.within_minutes))
    failed: dict[str, list[datetime]] = defaultdict(list)
    runs = []
    for each in sorted(tries, key=_order):
        if not each.success:
            failed[each.user_name].append(each.occurred_at)
            continue
        oldest = each.occurred_at - timedelta(minutes=rule.within_minutes)
        recent = [at for at in failed.pop(each.user_name, []) if at >= oldest]
        attack, from_attacker = around.of(each)
        needed = min(rule.min_failures, rule.min_failures_from_attacker) if from_attacker else rule.min_failures
        if len(recent) >= needed:
            runs.append(Run(each, len(recent), recent[0], attack.kind if attack else None))
    return tuple(runs)


def _order(each: Try) -> tuple[datetime, bool, str, str, str]:
    return each.occurred_at, each.success, each.user_name, each.source_ip or "", each.user_agent or ""


class _Around:
    """Which campaign a login falls into: by its address first, else by its account."""

    def __init__(self, campaigns: Sequence[Campaign], after: timedelta) -> None:
        self._after = after
        self._by_network = _index((network, each) for each in campaigns for network in each.networks)
        self._by_account = _index((account, each) for each in campaigns for account in each.accounts)

    def of(self, login: Try) -> tuple[Campaign | None, bool]:
        """The campaign, and whether the login comes from one of its addresses."""
        for campaign in self._by_network.get(network_of(login.source_ip) or "", ()):
            if self._covers(campaign, login.occurred_at):
                return campaign, True
        covering = (c for c in self._by_account.get(login.user_name, ()) if self._covers(c, login.occurred_at))
        return next(covering, None), False

    def _covers(self, campaign: Campaign, at: datetime) -> bool:
        return campaign.first_seen <= at <= campaign.last_seen + self._after


def _index(pairs: Iterable[tuple[str, Campaign]]) -> Mapping[str, list[Campaign]]:
    index: dict[str, list[Campaign]] = defaultdict(list)
    for key, campaign in pairs:
        index[key].append(campaign)
    return index


def judge_run(run: Run, habits: Habits, rules: LoginAttackRules) -> SuccessAfterFailures:
    """How bad, by what is new for the account and whether an attack was going on."""
    login = run.login
    address = habits.knows_address(login.user_name, login.source_ip, run.first_failure)
    device = habits.knows_device(login.user_name, login.user_agent, run.first_failure)
    rule: SuccessRule = rules.success_after_failures
    scale = rule.severity_during_attack if run.during else rule.severity
    severity = (scale.both_new, scale.one_new, scale.nothing_new)[address + device]
    return SuccessAfterFailures(
        login.user_name, login.source_ip, login.occurred_at, run.failures, address, device, run.during, severity,
        (_newness(address, device, run.during),),
    )  # fmt: skip


def _newness(address: bool, device: bool, during: AttackKind | None) -> str:
    words = {
        (True, True): "Known address and device",
        (False, True): "New address, known device",
        (True, False): "Known address, new device",
        (False, False): "New address, new device",
    }[address, device]
    return f"{words}, inside the {during.value}." if during else f"{words}."


def worst_runs_first(found: Iterable[SuccessAfterFailures]) -> tuple[SuccessAfterFailures, ...]:
    """By severity, then the newest, then the most failures."""
    return tuple(sorted(found, key=lambda s: (-s.severity, -s.occurred_at.timestamp(), -s.failures, s.user_name)))
