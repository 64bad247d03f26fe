# ruff: noqa: S608 - statements are joined from constants of this package only; every value is bound
"""What the login analysis reads: failures by slot, then only the logins that they make worth reading.

How much is read has a limit (`max_failures` of the rule), so that an attack on the login does not become one on the
console. `vigie.login_attacks` does the thinking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from sqlalchemy import Connection, text

from dashboard.sources.interface import TimeRange
from dashboard.sources.login_counts import LOGIN, LOGIN_FAILURE, LOGIN_SUCCESS
from vigie.login_attacks import LoginAttack, SuccessAfterFailures
from vigie.login_attacks.campaigns import Campaign, Failures, find_campaigns, network_of
from vigie.login_attacks.habits import Habit, Habits
from vigie.login_attacks.rules import LoginAttackRules
from vigie.login_attacks.runs import Suspect, Try, find_runs, find_suspects, judge_run, worst_runs_first
from vigie.login_attacks.verdicts import Arrival, describe, opened_by, worst_first

_FAILURES = text(f"""
    SELECT date_bin(:slot, occurred_at, '2001-01-01 00:00+00'), host(source_ip), user_name, count(*),
           coalesce(bool_or(reason = 'unknown_account'), false), min(occurred_at), max(occurred_at)
    FROM (
        SELECT occurred_at, source_ip, user_name, reason FROM events
        WHERE occurred_at >= :since AND occurred_at < :until AND {LOGIN_FAILURE}
        ORDER BY occurred_at DESC LIMIT :most
    ) AS newest GROUP BY 1, source_ip, user_name
""")
_ARRIVALS = text(f"""
    SELECT DISTINCT a.campaign, e.user_name, host(e.source_ip)
    FROM unnest(CAST(:campaigns AS int[]), CAST(:lows AS inet[]), CAST(:highs AS inet[]),
                CAST(:begins AS timestamptz[]), CAST(:ends AS timestamptz[])) AS a (campaign, low, high, begins, ends)
    JOIN events e ON e.source_ip BETWEEN a.low AND a.high AND e.occurred_at BETWEEN a.begins AND a.ends
    WHERE e.occurred_at >= :since AND e.occurred_at < :until AND {LOGIN_SUCCESS} AND e.user_name IS NOT NULL
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
    """The failures of a window and what came before it as far as it matters; the campaigns in them.

    `back_to` is set when there were more failures than the limit: the oldest that was looked at (UTC).
    """

    failures: tuple[Failures, ...]
    campaigns: tuple[Campaign, ...]
    begin: datetime
    back_to: datetime | None


def look(connection: Connection, window: TimeRange, rules: LoginAttackRules) -> Looked:
    """Reads the newest failures. It begins before the window, so that what was going on at its edge is judged whole."""
    before = timedelta(minutes=max(rules.window_minutes, rules.success_after_failures.within_minutes))
    begin = window.since - before
    rows = connection.execute(
        _FAILURES,
        {
            "slot": timedelta(minutes=rules.slot_minutes),
            "since": begin,
            "until": window.until,
            "most": rules.max_failures,
        },
    )
    failures = tuple(
        Failures(slot, network_of(address), user_name, tries, unknown, first, last)
        for slot, address, user_name, tries, unknown, first, last in rows
    )
    full = sum(row.tries for row in failures) >= rules.max_failures
    back_to = min(row.first for row in failures) if full else None
    campaigns = tuple(c for c in find_campaigns(failures, rules) if c.last_seen >= window.since)
    return Looked(failures, campaigns, begin, back_to)


def attacks(
    connection: Connection, looked: Looked, window: TimeRange, rules: LoginAttackRules
) -> tuple[LoginAttack, ...]:
    """The campaigns that reach into the window, worst first."""
    arrivals = _arrivals(connection, looked, window, rules)
    users = {each.user_name for found in arrivals.values() for each in found}
    habits = _habits(connection, users, looked.begin, window, rules)
    return worst_first(
        [
            describe(campaign, opened_by(campaign, arrivals.get(number, ()), habits), rules)
            for number, campaign in enumerate(looked.campaigns)
        ]
    )


def successes(
    connection: Connection, looked: Looked, window: TimeRange, rules: LoginAttackRules
) -> tuple[SuccessAfterFailures, ...]:
    """The logins of the window that followed failures, worst first."""
    suspects = find_suspects(looked.failures, looked.campaigns, rules)
    tries = _tries(connection, suspects, looked.begin, window, rules)
    runs = [run for run in find_runs(tries, looked.campaigns, rules) if run.login.occurred_at >= window.since]
    habits = _habits(connection, {run.login.user_name for run in runs}, looked.begin, window, rules)
    return worst_runs_first(judge_run(run, habits, rules) for run in runs)


def _arrivals(
    connection: Connection, looked: Looked, window: TimeRange, rules: LoginAttackRules
) -> dict[int, list[Arrival]]:
    after = timedelta(minutes=rules.success_after_failures.within_minutes)
    spans = [
        (number, *_hosts(network), campaign.first_seen, campaign.last_seen + after)
        for number, campaign in enumerate(looked.campaigns)
        for network in sorted(campaign.networks)
    ]
    found: dict[int, list[Arrival]] = {}
    if spans:
        names = ("campaigns", "lows", "highs", "begins", "ends")
        parameters = dict(zip(names, map(list, zip(*spans, strict=True)), strict=True))
        rows = connection.execute(_ARRIVALS, parameters | {"since": looked.begin, "until": window.until})
        for number, user_name, address in rows:
            found.setdefault(number, []).append(Arrival(user_name, address))
    return found


def _hosts(network: str) -> tuple[str, str]:
    """The first and the last address: a range that the index on addresses can serve."""
    parsed = ip_network(network)
    return str(parsed[0]), str(parsed[-1])


def _tries(
    connection: Connection, suspects: Sequence[Suspect], begin: datetime, window: TimeRange, rules: LoginAttackRules
) -> list[Try]:
    if not suspects:
        return []
    parameters = {
        "users": [suspect.user_name for suspect in suspects],
        "begins": [suspect.since for suspect in suspects],
        "ends": [suspect.until for suspect in suspects],
        "since": begin,
        "until": window.until,
        "most": rules.max_failures * 2,
    }
    return [Try(*row) for row in connection.execute(_TRIES, parameters)]


def _habits(
    connection: Connection, users: set[str], begin: datetime, window: TimeRange, rules: LoginAttackRules
) -> Habits:
    if not users:
        return Habits(())
    since = begin - timedelta(days=rules.success_after_failures.known_days)
    parameters = {"users": sorted(users), "since": since, "until": window.until}
    return Habits(Habit(*row) for row in connection.execute(_HABITS, parameters))
