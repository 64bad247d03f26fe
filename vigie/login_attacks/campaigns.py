"""Failed logins in, campaigns out. Pure: no clock, no database, and the order of the input plays no part."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from ipaddress import IPv6Address, IPv6Network

from vigie.login_attacks import AttackKind
from vigie.login_attacks.rules import LoginAttackRules


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed logins of one account from one address within one slot. Times are UTC.

    `network` is the address as attacks are grouped by it (see `network_of`). `unknown`: the account does not exist.
    """

    slot: datetime
    network: str | None
    user_name: str | None
    tries: int
    unknown: bool
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Campaign:
    """Failed logins that belong together, and what they are."""

    kind: AttackKind
    failures: tuple[Failures, ...]

    @cached_property
    def first_seen(self) -> datetime:
        return min(row.first for row in self.failures)

    @cached_property
    def last_seen(self) -> datetime:
        return max(row.last for row in self.failures)

    @cached_property
    def networks(self) -> frozenset[str]:
        return frozenset(row.network for row in self.failures if row.network is not None)

    @cached_property
    def accounts(self) -> frozenset[str]:
        return frozenset(row.user_name for row in self.failures if row.user_name is not None)


@dataclass(frozen=True, slots=True)
class Least:
    """Tries within one window below which a group of failures can be no attack."""

    from_address: int
    on_account: int
    over_all: float


def least_tries(rules: LoginAttackRules, usual_per_hour: float) -> Least:
    """What the thresholds of the rule come to, given the failed logins of a usual hour."""
    spread = rules.over_many_addresses
    usual = usual_per_hour * rules.window_minutes / 60 * spread.times_usual
    from_address = min(rules.guessing.min_tries, rules.spraying.min_accounts)
    return Least(from_address, spread.min_tries_on_account, max(spread.min_accounts, usual))


_Judge = Callable[[Sequence[Failures], LoginAttackRules], AttackKind | None]


@dataclass(frozen=True, slots=True)
class _Pass:
    """How failures are put together and judged. A group with fewer tries than `least` can be no attack."""

    key: Callable[[Failures], Hashable]
    judge: _Judge
    least: float


def network_of(address: str | None) -> str | None:
    """An IPv4 address as it is; of an IPv6 address its /64, since one subscriber owns all of that."""
    if address is None or ":" not in address:
        return address
    parsed = IPv6Address(address)
    return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else str(IPv6Network((int(parsed), 64), strict=False))


def find_campaigns(
    failures: Iterable[Failures], rules: LoginAttackRules, usual_per_hour: float = 0.0
) -> tuple[Campaign, ...]:
    """Attacks of single addresses first; in what is left, on single accounts; in what is then left, over all.

    `usual_per_hour`: failed logins of a usual hour here. What is spread over many addresses must stand out from it,
    or the typing errors of a busy service would be an attack.
    """
    rest = sorted(failures, key=_order)
    found: list[Campaign] = []
    least = least_tries(rules, usual_per_hour)
    passes = (
        _Pass(lambda row: row.network, _from_one_address, least.from_address),
        _Pass(lambda row: row.user_name, _on_one_account, least.on_account),
        _Pass(lambda row: row.network is not None, partial(_over_all, at_least=least.over_all), least.over_all),
    )
    for each in passes:
        episodes = list(_episodes(rest, each, rules))
        taken = {row for episode in episodes for row in episode.failures}
        rest = [row for row in rest if row not in taken]
        found += episodes
    return tuple(_merged(found, timedelta(minutes=rules.gap_minutes)))


def _order(row: Failures) -> tuple[datetime, datetime, str, str, int, datetime, bool]:
    return row.slot, row.first, row.network or "", row.user_name or "", row.tries, row.last, row.unknown


def _from_one_address(rows: Sequence[Failures], rules: LoginAttackRules) -> AttackKind | None:
    if rows[0].network is None:
        return None
    tries, accounts = sum(row.tries for row in rows), len({row.user_name for row in rows})
    if accounts >= rules.spraying.min_accounts and tries <= accounts * rules.spraying.max_tries_per_account:
        return _many_accounts(rows, rules)
    guessing = rules.guessing
    focused = tries >= guessing.min_tries and tries >= accounts * guessing.min_tries_per_account
    return AttackKind.GUESSING if focused else None


def _on_one_account(rows: Sequence[Failures], rules: LoginAttackRules) -> AttackKind | None:
    if rows[0].user_name is None:
        return None
    enough = sum(row.tries for row in rows) >= rules.over_many_addresses.min_tries_on_account
    return AttackKind.GUESSING if enough else None


def _over_all(rows: Sequence[Failures], rules: LoginAttackRules, at_least: float) -> AttackKind | None:
    """Rows are all with an address or all without: a login table that has no addresses is judged by accounts alone."""
    limits = rules.over_many_addresses
    addresses = {row.network for row in rows}
    if len({row.user_name for row in rows}) < limits.min_accounts or sum(row.tries for row in rows) < at_least:
        return None
    return _many_accounts(rows, rules) if len(addresses) >= limits.min_addresses or None in addresses else None


def _many_accounts(rows: Sequence[Failures], rules: LoginAttackRules) -> AttackKind:
    missing = unknown_share(rows) >= rules.stuffing.min_unknown_share
    return AttackKind.STUFFING if missing else AttackKind.SPRAYING


def unknown_share(rows: Iterable[Failures]) -> float:
    """Share of the accounts that do not exist, 0 to 1. No account name counts as one unknown account."""
    unknown: dict[str | None, bool] = defaultdict(bool)
    for row in rows:
        unknown[row.user_name] |= row.unknown or row.user_name is None
    return sum(unknown.values()) / len(unknown) if unknown else 0.0


def _episodes(rows: Sequence[Failures], how: _Pass, rules: LoginAttackRules) -> Iterator[Campaign]:
    groups: dict[Hashable, list[Failures]] = defaultdict(list)
    for row in rows:
        groups[how.key(row)].append(row)
    for group in groups.values():
        if sum(row.tries for row in group) < how.least:
            continue
        for begin, end, kind in _firing(group, how.judge, rules):
            episode = group[begin:end]
            yield Campaign(how.judge(episode, rules) or kind, tuple(episode))


def _firing(rows: Sequence[Failures], judge: _Judge, rules: LoginAttackRules) -> Iterator[tuple[int, int, AttackKind]]:
    """Stretches [begin, end) of `rows` covered by windows that the judge calls an attack, each with its first kind."""
    length = timedelta(minutes=rules.window_minutes)
    stretch: tuple[int, int, AttackKind] | None = None
    end = 0
    for begin, row in enumerate(rows):
        if begin and rows[begin - 1].slot == row.slot:
            continue
        while end < len(rows) and rows[end].slot < row.slot + length:
            end += 1
        kind = judge(rows[begin:end], rules)
        if kind is None:
            continue
        if stretch and begin < stretch[1]:
            stretch = (stretch[0], end, stretch[2])
        else:
            if stretch:
                yield stretch
            stretch = (begin, end, kind)
    if stretch:
        yield stretch


def _merged(episodes: Sequence[Campaign], gap: timedelta) -> Iterator[Campaign]:
    """Joins episodes of one kind that share an address or an account and lie no further apart than `gap`."""
    ordered = sorted(
        episodes, key=lambda each: (each.first_seen, each.last_seen, each.kind.value, _order(each.failures[0]))
    )
    root = list(range(len(ordered)))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    latest: dict[Hashable, tuple[datetime, int]] = {}
    for index, episode in enumerate(ordered):
        shared = [("network", n) for n in episode.networks] + [("account", a) for a in episode.accounts]
        for key in ((episode.kind, *each) for each in shared):
            seen = latest.get(key)
            if seen and episode.first_seen <= seen[0] + gap:
                root[find(index)] = find(seen[1])
            latest[key] = max(seen or (episode.last_seen, index), (episode.last_seen, index))
    joined: dict[int, list[Failures]] = defaultdict(list)
    for index, episode in enumerate(ordered):
        joined[find(index)] += episode.failures
    for index, rows in joined.items():
        yield Campaign(ordered[index].kind, tuple(sorted(rows, key=_order)))
