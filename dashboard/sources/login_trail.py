# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""What the login analysis reads: failures by slot, then only the logins that they make worth reading.

How much is read has a limit (`max_failures` of the rule), so that an attack on the login does not become one on the
console. `vigie.login_attacks` does the thinking.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from statistics import median

from sqlalchemy import Connection, text

from dashboard.sources.interface import TimeRange
from dashboard.sources.login_counts import HOUR, LOGIN, LOGIN_FAILURE, LOGIN_SUCCESS, floor, hourly
from vigie.login_attacks import AttackKind, LoginAttack, SuccessAfterFailures
from vigie.login_attacks.campaigns import Campaign, Failures, Least, find_campaigns, least_tries, network_of
from vigie.login_attacks.habits import Habit, Habits
from vigie.login_attacks.rules import LoginAttackRules
from vigie.login_attacks.runs import Suspect, Try, find_runs, find_suspects, judge_run, worst_runs_first
from vigie.login_attacks.verdicts import Arrival, at_home, describe, opened_by, worst_first

# Only failures with enough company within one window, before or after, are worth a thought: the rest stays in the
# database. The company is that of the address (or its /64), of the account, or of all.
_FAILURES = text(f"""
    SELECT date_bin(:slot, occurred_at, '2001-01-01 00:00+00'), host(source_ip), user_name, count(*),
           coalesce(bool_or(reason = 'unknown_account'), false), min(occurred_at), max(occurred_at)
    FROM (
        SELECT occurred_at, source_ip, user_name, reason,
               count(*) OVER (PARTITION BY network ORDER BY occurred_at RANGE
                              BETWEEN :length PRECEDING AND :length FOLLOWING) AS from_address,
               count(*) OVER (PARTITION BY user_name ORDER BY occurred_at RANGE
                              BETWEEN :length PRECEDING AND :length FOLLOWING) AS on_account,
               count(*) OVER (ORDER BY occurred_at RANGE
                              BETWEEN :length PRECEDING AND :length FOLLOWING) AS over_all
        FROM (
            SELECT occurred_at, source_ip, user_name, reason, CASE family(source_ip)
                   WHEN 6 THEN CAST(network(set_masklen(source_ip, 64)) AS inet) ELSE source_ip END AS network
            FROM events WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN_FAILURE}
            ORDER BY occurred_at DESC LIMIT :most
        ) AS newest
    ) AS counted
    WHERE from_address >= :from_address OR on_account >= :on_account OR over_all >= :over_all
    GROUP BY 1, source_ip, user_name
""")
_OLDEST = text(f"""
    SELECT occurred_at FROM events WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN_FAILURE}
    ORDER BY occurred_at DESC OFFSET :most - 1 LIMIT 1
""")
_USUAL = text(f"""
    SELECT hour, sum(n) FROM events_hourly WHERE hour >= :since AND hour < :until AND {LOGIN_FAILURE} GROUP BY 1
""")
_ARRIVALS = text(f"""
    SELECT user_name, host(source_ip), min(occurred_at) FROM events
    WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN_SUCCESS} AND user_name IS NOT NULL
      AND source_ip = ANY(CAST(:addresses AS inet[]))
    GROUP BY 1, source_ip
""")
# One index range per network; OFFSET 0 keeps the planner from joining the other way round.
_ARRIVALS_6 = text(f"""
    SELECT e.user_name, host(e.source_ip), min(e.occurred_at)
    FROM unnest(CAST(:lows AS inet[]), CAST(:highs AS inet[])) AS n (low, high) CROSS JOIN LATERAL (
        SELECT user_name, source_ip, occurred_at FROM events
        WHERE source_ip BETWEEN n.low AND n.high AND occurred_at >= :since AND occurred_at < :until
          AND {LOGIN_SUCCESS} AND user_name IS NOT NULL OFFSET 0
    ) AS e GROUP BY 1, e.source_ip
""")
_TRIES = text(f"""
    SELECT e.user_name, e.occurred_at, e.outcome = 'success', host(e.source_ip), e.user_agent
    FROM unnest(CAST(:users AS text[]), CAST(:begins AS timestamptz[]), CAST(:ends AS timestamptz[]))
         AS s (user_name, begins, ends)
    JOIN events e ON e.user_name = s.user_name AND e.occurred_at BETWEEN s.begins AND s.ends
    WHERE e.occurred_at >= :since AND e.occurred_at < :until AND {LOGIN}
    ORDER BY e.occurred_at DESC LIMIT :most
""")
_HABITS = text(f"""
    SELECT user_name, host(source_ip), user_agent, min(occurred_at) FROM events
    WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN_SUCCESS} AND user_name = ANY(:users)
    GROUP BY 1, source_ip, 3
""")


@dataclass(frozen=True, slots=True)
class Looked:
    """The failures of a window and what came before it as far as it matters; the campaigns in them, and what they mean.

    `back_to` is set when there were more failures than the limit: the oldest that was looked at (UTC).
    """

    failures: tuple[Failures, ...]
    campaigns: tuple[Campaign, ...]
    attacks: tuple[LoginAttack, ...]
    back_to: datetime | None


def look(connection: Connection, window: TimeRange, rules: LoginAttackRules) -> Looked:
    """Reads the newest failures. It begins before the window, so that what was going on at its edge is judged whole."""
    since, is_full = _enough(connection, replace(window, since=_begin(window, rules)), rules.max_failures)
    bounds: dict[str, object] = {"since": since, "until": window.until, "most": rules.max_failures}
    usual = _usual(connection, window.until, rules)
    failures = _failures(connection, bounds, least_tries(rules, usual), rules)
    found = find_campaigns(failures, rules, usual)
    campaigns = tuple(campaign for campaign in found if campaign.last_seen >= window.since)
    back_to = connection.scalar(_OLDEST, bounds) if is_full else None
    return Looked(failures, campaigns, _described(connection, campaigns, window, rules), back_to)


def _failures(
    connection: Connection, bounds: dict[str, object], least: Least, rules: LoginAttackRules
) -> tuple[Failures, ...]:
    success = rules.success_after_failures
    asked = bounds | {
        "slot": timedelta(minutes=rules.slot_minutes),
        "length": timedelta(minutes=max(rules.window_minutes, success.within_minutes)),
        "from_address": least.from_address,
        "on_account": min(least.on_account, success.min_failures),
        "over_all": least.over_all,
    }
    return tuple(
        Failures(slot, network_of(address), user_name, tries, unknown, first, last)
        for slot, address, user_name, tries, unknown, first, last in connection.execute(_FAILURES, asked)
    )


def successes(
    connection: Connection, looked: Looked, window: TimeRange, rules: LoginAttackRules
) -> tuple[SuccessAfterFailures, ...]:
    """The logins of the window that followed failures, worst first."""
    opened = {account for attack in looked.attacks for account in attack.opened}
    suspects = find_suspects(looked.failures, opened, rules)
    tries = _tries(connection, suspects, window, rules)
    runs = [run for run in find_runs(tries, looked.campaigns, rules) if run.login.occurred_at >= window.since]
    habits = Habits(_habits(connection, {run.login.user_name for run in runs}, window, rules))
    return worst_runs_first(judge_run(run, habits, rules) for run in runs)


def _begin(window: TimeRange, rules: LoginAttackRules) -> datetime:
    return window.since - timedelta(minutes=max(rules.window_minutes, rules.success_after_failures.within_minutes))


def _enough(connection: Connection, window: TimeRange, most: int) -> tuple[datetime, bool]:
    """From when on the window holds `most` failures, by the hour, and whether it does: older ones need not be read."""
    total = 0
    for count in reversed(hourly(connection, window)):
        total += count.failure
        if total >= most:
            return max(count.start, window.since), True
    return window.since, False


def _usual(connection: Connection, until: datetime, rules: LoginAttackRules) -> float:
    """Failed logins in the median hour of the days before; an hour without a row had none."""
    days = rules.over_many_addresses.usual_days
    end = floor(until, HOUR)
    counts = [int(n) for _, n in connection.execute(_USUAL, {"since": end - timedelta(days=days), "until": end})]
    return median(counts + [0] * (24 * days - len(counts)))


def _described(
    connection: Connection, campaigns: Sequence[Campaign], window: TimeRange, rules: LoginAttackRules
) -> tuple[LoginAttack, ...]:
    """The campaigns, worst first. Only accounts that may be opened or were guessed at are asked for their past."""
    if not campaigns:
        return ()
    arrivals = _arrivals(connection, campaigns, window)
    maybe = frozenset[str]().union(*opened_by(campaigns, arrivals, rules))
    guessed = {account for c in campaigns if c.kind is AttackKind.GUESSING for account in c.accounts}
    past = _habits(connection, maybe | guessed, window, rules)
    before = [Arrival(habit.user_name, habit.source_ip, habit.first) for habit in past]
    opened, habits = opened_by(campaigns, [*arrivals, *before], rules), Habits(past)
    return worst_first(
        [
            describe(campaign, accounts, rules, is_at_home=at_home(campaign, habits))
            for campaign, accounts in zip(campaigns, opened, strict=True)
        ]
    )


def _arrivals(connection: Connection, campaigns: Sequence[Campaign], window: TimeRange) -> list[Arrival]:
    """First successes from the addresses of the campaigns, since the first of them began."""
    networks = sorted({network for campaign in campaigns for network in campaign.networks})
    addresses, wide = [n for n in networks if "/" not in n], [ip_network(n) for n in networks if "/" in n]
    bounds: dict[str, object] = {"since": min(c.first_seen for c in campaigns), "until": window.until}
    found: list[Arrival] = []
    if addresses:
        rows = connection.execute(_ARRIVALS, bounds | {"addresses": addresses})
        found += [Arrival(*row) for row in rows]
    if wide:
        ranges = {"lows": [str(n[0]) for n in wide], "highs": [str(n[-1]) for n in wide]}
        found += [Arrival(*row) for row in connection.execute(_ARRIVALS_6, bounds | ranges)]
    return found


def _tries(
    connection: Connection, suspects: Sequence[Suspect], window: TimeRange, rules: LoginAttackRules
) -> list[Try]:
    if not suspects:
        return []
    parameters = {
        "users": [suspect.user_name for suspect in suspects],
        "begins": [suspect.since for suspect in suspects],
        "ends": [suspect.until for suspect in suspects],
        "since": _begin(window, rules),
        "until": window.until,
        "most": rules.max_failures * 2,
    }
    return [Try(*row) for row in connection.execute(_TRIES, parameters)]


def _habits(connection: Connection, users: Collection[str], window: TimeRange, rules: LoginAttackRules) -> list[Habit]:
    if not users:
        return []
    since = _begin(window, rules) - timedelta(days=rules.success_after_failures.known_days)
    rows = connection.execute(_HABITS, {"users": sorted(users), "since": since, "until": window.until})
    return [Habit(*row) for row in rows]
