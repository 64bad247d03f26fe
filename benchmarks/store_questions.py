"""What the console's questions cost: milliseconds per question on a generated store, and rollups against raw events.

    python -m benchmarks.store_questions                      # 300,000 events over 30 days, about a minute
    python -m benchmarks.store_questions --events 10000000    # the size of the goals; some minutes and 5 GB of disk

Figures are medians of warm rounds, everything interleaved in one run; they include the work done in Python. Compare
ratios between machines, not milliseconds.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from cli.embedded.server import Account, Server
from dashboard.sources.database import DatabaseQuestions
from dashboard.sources.interface import LoginFilter, TimeRange
from dashboard.sources.login_counts import LOGIN, LOGIN_FAILURE
from vigie.clock import utc_now
from vigie.login_attacks.rules import load_rules
from vigie.store.engine import make_engine, parse_url, transaction
from vigie.store.migrate import migrate
from vigie.store.roles import Role

DAYS = 30
RULES = Path(__file__).parents[1] / "config" / "rules"

# 2,000 people with their own addresses; of the failures (13 %) half are mistakes, half come from 20 attackers.
GENERATE = """
INSERT INTO events (occurred_at, received_at, event_key, severity, source, category, action, outcome, reason, user_name,
                    source_ip, user_agent, message)
SELECT at, at, sha256(convert_to(n::text, 'UTF8')), 1, 'app',
       CASE WHEN kind < 0.73 THEN 'authentication' ELSE 'web' END,
       CASE WHEN kind < 0.13 THEN 'authn_login_fail' WHEN kind < 0.73 THEN 'authn_login_success'
            ELSE 'http_request' END,
       CASE WHEN kind < 0.13 THEN 'failure' ELSE 'success' END,
       CASE WHEN kind < 0.05 THEN 'unknown_account' WHEN kind < 0.13 THEN 'wrong_password' END,
       CASE WHEN kind < 0.065 THEN 'name' || (random() * 20000)::int ELSE 'person' || person END,
       CASE WHEN kind < 0.065 THEN '203.0.113.0'::inet + (random() * 20)::int ELSE '192.0.2.0'::inet + person END,
       'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0', repeat('m', 110)
FROM (
    SELECT n, random() AS kind, (random() * 2000)::int AS person,
           CAST(:since AS timestamptz) + n * (CAST(:until AS timestamptz) - CAST(:since AS timestamptz)) / :events AS at
    FROM generate_series(0, :events - 1) AS n OFFSET 0
) AS made
"""
ROLLUPS = (
    """INSERT INTO events_hourly SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00'), source, category,
       action, outcome, severity, count(*) FROM events GROUP BY 1, 2, 3, 4, 5, 6""",
    """INSERT INTO activity_hourly SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00'), source, user_name,
       action, outcome, count(*) FROM events GROUP BY 1, 2, 3, 4, 5""",
    """INSERT INTO ip_failures_hourly SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00'), source_ip,
       category, count(*) FROM events WHERE outcome = 'failure' GROUP BY 1, 2, 3""",
)
_IN = "FROM events WHERE occurred_at >= :since AND occurred_at < :until AND"
RAW = {  # the same questions as somebody without rollups would ask them
    "summary": f"SELECT outcome, count(*), count(DISTINCT user_name) {_IN} {LOGIN} GROUP BY 1",
    "per_day": f"SELECT date_trunc('day', occurred_at), outcome, count(*) {_IN} {LOGIN} GROUP BY 1, 2",
    "by_hour": f"SELECT date_part('isodow', occurred_at), date_part('hour', occurred_at), outcome, count(*) "
    f"{_IN} {LOGIN} GROUP BY 1, 2, 3",
    "failed_by_user": f"SELECT user_name, count(*) {_IN} {LOGIN_FAILURE} GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
    "failed_by_address": f"SELECT source_ip, count(*) {_IN} {LOGIN_FAILURE} GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
}
ACTIVITY_PAGE = (
    "per_day", "by_hour", "failed_by_address", "newest", "attacks", "successes_after_failures",
)  # fmt: skip


@contextmanager
def generated(fill: Callable[[Engine], None]) -> Iterator[Engine]:
    """A server of our own with what `fill` makes as owner; yields the console's engine. All is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    server = Server(folder / "pg", account=Account.named("nobody") if os.geteuid() == 0 else None)
    server.start()
    try:
        connection = server.connect()
        connection.autocommit = True
        connection.cursor().execute("CREATE ROLE vigie_owner LOGIN CREATEROLE PASSWORD 'owner'")
        connection.cursor().execute("CREATE DATABASE vigie OWNER vigie_owner")
        connection.close()
        owner = engine(server, "vigie_owner", "owner")
        migrate(owner, {role: role.name.lower() for role in Role})
        fill(owner)
        owner.dispose()
        yield engine(server, Role.CONSOLE.value, "console")
    finally:
        server.stop()
        shutil.rmtree(folder)


def engine(server: Server, role: str, password: str) -> Engine:
    url = parse_url(server.url(role, password, "vigie"), "BENCHMARK")
    return make_engine(url, application="benchmark", statement_timeout_s=3600)


def fill(owner: Engine, events: int) -> None:
    """Generates events and their rollups."""
    bounds = {"since": utc_now() - timedelta(days=DAYS), "until": utc_now(), "events": events}
    with transaction(owner) as connection:
        connection.execute(text("SELECT setseed(0.7), ensure_event_partitions(:since, :until)"), bounds)
        connection.execute(text(GENERATE), bounds)
        for statement in ROLLUPS:
            connection.execute(text(statement))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def asked(questions: DatabaseQuestions, window: TimeRange) -> dict[str, Callable[[], object]]:
    """Every question, by name."""
    return {
        "change_mark": questions.change_mark,
        "summary": lambda: questions.summary(window),
        "series, 200 steps": lambda: questions.series(window, step_of(window)),
        "per_day": lambda: questions.per_day(window),
        "by_hour": lambda: questions.by_hour(window),
        "failed_by_user": lambda: questions.failed_by_user(window, 10),
        "failed_by_address": lambda: questions.failed_by_address(window, 10),
        "newest": lambda: questions.newest(window, LoginFilter(), 0, 100),
        "newest failures": lambda: questions.newest(window, LoginFilter(outcome="failure"), 0, 100),
        "attacks": lambda: questions.attacks(window),
        "successes_after_failures": lambda: questions.successes_after_failures(window),
        "last_failure_before": lambda: questions.last_failure_before(window.until),
    }


def step_of(window: TimeRange) -> timedelta:
    minutes = window.length / timedelta(minutes=200)
    return (
        timedelta(minutes=60 * max(1, round(minutes / 60)))
        if minutes >= 30
        else timedelta(minutes=max(1, round(minutes)))
    )


def timed(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - start)


def raw(console: Engine, statement: str, window: TimeRange) -> Callable[[], object]:
    def ask() -> object:
        with transaction(console) as connection:
            return connection.execute(text(statement), {"since": window.since, "until": window.until}).all()

    return ask


def measure(console: Engine, window: TimeRange, rounds: int) -> None:
    """Prints one table. A change of `questions` per round keeps what was read before from being counted as speed."""
    rules = load_rules(RULES)
    taken: dict[str, list[float]] = {}
    for _ in range(rounds + 1):
        for name, ask in asked(DatabaseQuestions(console, rules), window).items():
            taken.setdefault(name, []).append(timed(ask))
        for name, statement in RAW.items():
            taken.setdefault(f"raw {name}", []).append(timed(raw(console, statement, window)))
    medians = {name: median(values[1:]) for name, values in taken.items()}
    for name, value in medians.items():
        if not name.startswith("raw "):
            against = (
                f"   raw {medians[f'raw {name}']:9.1f} ms = {medians[f'raw {name}'] / value:6.1f} x"
                if name in RAW
                else ""
            )
            print(f"  {name:26} {value:9.1f} ms{against}")
    print(f"  {'User activity, all panels':26} {sum(medians[name] for name in ACTIVITY_PAGE):9.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=300_000, help="how many events to generate (default 300,000)")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds (default 5)")
    given = parser.parse_args()
    with generated(partial(fill, events=given.events)) as console:
        now = utc_now()
        for days in (1, DAYS):
            print(f"{given.events:,} events over {DAYS} days, window of {days} d")
            measure(console, TimeRange(now - timedelta(days=days), now, ZoneInfo("Europe/Paris")), given.rounds)
        console.dispose()


if __name__ == "__main__":
    main()
