"""What a campaign means to the reader: how bad, and why in words. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.login_attacks import AttackKind, LoginAttack
from vigie.login_attacks.campaigns import Campaign, network_of, unknown_share
from vigie.login_attacks.habits import Habits
from vigie.login_attacks.rules import LoginAttackRules

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Arrival:
    """When (UTC) an account first logged in from an address, as far back as was looked."""

    user_name: str
    source_ip: str | None
    first: datetime


def opened_by(
    campaigns: Sequence[Campaign], arrivals: Iterable[Arrival], rules: LoginAttackRules
) -> tuple[frozenset[str], ...]:
    """For each campaign the accounts it got into: those that came from one of its addresses for the first time then."""
    firsts: dict[tuple[str, str], datetime] = {}
    for each in arrivals:
        key = network_of(each.source_ip) or "", each.user_name
        firsts[key] = min(each.first, firsts.get(key, each.first))
    came: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for (network, user_name), first in firsts.items():
        came[network].append((user_name, first))
    after = timedelta(minutes=rules.success_after_failures.within_minutes)
    return tuple(
        frozenset(
            user_name
            for network in campaign.networks
            for user_name, first in came.get(network, ())
            if campaign.first_seen <= first <= campaign.last_seen + after
        )
        for campaign in campaigns
    )


def at_home(campaign: Campaign, habits: Habits) -> bool:
    """Whether guessing comes only from where its accounts had logged in before: an old password, most likely."""
    return (
        campaign.kind is AttackKind.GUESSING
        and bool(campaign.networks)
        and all(
            any(habits.knows_network(account, network, campaign.first_seen) for account in campaign.accounts)
            for network in campaign.networks
        )
    )


def describe(
    campaign: Campaign, opened: Collection[str], rules: LoginAttackRules, *, is_at_home: bool = False
) -> LoginAttack:
    """The campaign for people; `opened` are the accounts it got into, `is_at_home` as `at_home` says."""
    part = rules.of(campaign.kind)
    severity = rules.guessing.severity_from_known_address if is_at_home else part.severity
    tries_from: Counter[str] = Counter()
    for row in campaign.failures:
        tries_from[row.network or ""] += row.tries
    addresses = sorted((name for name in tries_from if name), key=lambda name: (-tries_from[name], name))
    return LoginAttack(
        kind=campaign.kind,
        severity=part.severity_when_opened if opened else severity,
        first_seen=campaign.first_seen,
        last_seen=campaign.last_seen,
        tries=tries_from.total(),
        accounts=len({row.user_name for row in campaign.failures}),
        addresses=tuple(addresses),
        unknown_share=unknown_share(campaign.failures),
        opened=tuple(sorted(opened)),
        reasons=(*_reasons(campaign, tries_from.total()), *_known(is_at_home), *_opened(sorted(opened))),
    )


def worst_first(attacks: Collection[LoginAttack]) -> tuple[LoginAttack, ...]:
    """By severity, then the newest, then the largest."""
    return tuple(sorted(attacks, key=lambda a: (-a.severity, -a.last_seen.timestamp(), -a.tries, a.addresses)))


def _reasons(campaign: Campaign, tries: int) -> tuple[str, ...]:
    """What the numbers of tries, addresses and accounts, shown beside this, do not say by themselves."""
    accounts = len({row.user_name for row in campaign.failures})
    share = unknown_share(campaign.failures)
    sentences = [f"{_per_account(tries / accounts)} on {'each' if accounts > 1 else 'one'} account."]
    if campaign.kind is not AttackKind.GUESSING:
        sentences.append(f"{100 * share:.0f} % of the accounts do not exist here.")
    elif share == 1:
        sentences.append("The account does not exist here." if accounts == 1 else "None of the accounts exist here.")
    return tuple(sentences)


def _per_account(average: float) -> str:
    if average < 1.05:
        return "One try"
    return f"{average:,.0f} tries" if average >= 10 else f"{average:.1f} tries".replace(".0 ", " ")


def _known(is_at_home: bool) -> tuple[str, ...]:
    return ("Known address: perhaps an old saved password.",) if is_at_home else ()


def _opened(accounts: list[str]) -> tuple[str, ...]:
    if not accounts:
        return ()
    if len(accounts) == 1:
        return (f"Account {accounts[0]} was opened.",)
    named = ", ".join(accounts[:_MOST_NAMED])
    more = len(accounts) - _MOST_NAMED
    return (f"{len(accounts)} accounts were opened: {named}{f' and {more} more' if more > 0 else ''}.",)
