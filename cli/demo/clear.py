"""Removes every trace of the demonstration and leaves what belongs to real people."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, text

from cli.demo.cast import DOMAIN, RANGES
from cli.demo.mark import unmark
from vigie.store.engine import make_engine, parse_url, transaction

_COLLECTOR_PAUSE_S = 1.0
_VALUES = {"accounts": f"%@{DOMAIN}", "ranges": [str(network) for network in RANGES]}


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many rows were removed: accounts and activity of the service, events of Vigie."""

    accounts: int
    activity: int
    events: int


def clear(api_owner_url: str, vigie_owner_url: str) -> Cleared:
    """Clears the service's database first, so that nothing is collected again. Stop the traffic before.

    Both URLs name owners. Running it twice does no harm. Raises StoreUnavailable.
    """
    with _owner(api_owner_url, "API_DATABASE_URL") as connection:
        accounts, activity = _clear_service(connection)
    with _owner(vigie_owner_url, "VIGIE_DATABASE_URL") as connection:
        events = _clear_events(connection)
    time.sleep(_COLLECTOR_PAUSE_S)  # a batch that the collector had read before may have been stored after
    with _owner(vigie_owner_url, "VIGIE_DATABASE_URL") as connection:
        events += _clear_events(connection)
    return Cleared(accounts, activity, events)


@contextmanager
def _owner(url: str, variable: str) -> Iterator[Connection]:
    engine = make_engine(parse_url(url, variable), application="vigie demo", statement_timeout_s=120, pool_size=1)
    try:
        with transaction(engine) as connection:
            yield connection
    finally:
        engine.dispose()


_SERVICE_ACTIVITY = text(
    "DELETE FROM account_activity WHERE email LIKE :accounts OR ip <<= ANY (CAST(:ranges AS inet[]))"
)
_SERVICE_ACCOUNTS = text("DELETE FROM users WHERE email LIKE :accounts")


def _clear_service(connection: Connection) -> tuple[int, int]:
    if connection.scalar(text("SELECT to_regclass('account_activity')")) is None:
        return 0, 0  # the service never ran here
    activity = connection.execute(_SERVICE_ACTIVITY, _VALUES).rowcount
    accounts = connection.execute(_SERVICE_ACCOUNTS, _VALUES).rowcount
    return accounts, activity


_COLLECT_GONE = text("""
    CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
    SELECT e.occurred_at, e.event_key, date_bin('1 hour', e.occurred_at, '2001-01-01 00:00+00') AS hour,
           e.source, e.category, e.action, e.outcome, e.severity, e.user_name, e.source_ip
    FROM events e JOIN sources s ON s.name = e.source
    WHERE s.kind = 'application' AND (e.user_name LIKE :accounts OR e.source_ip <<= ANY (CAST(:ranges AS inet[])))
""")
_DELETE = (
    "DELETE FROM events t USING gone g WHERE (t.occurred_at, t.event_key) = (g.occurred_at, g.event_key)",
    "DELETE FROM events_raw t USING gone g WHERE (t.occurred_at, t.event_key) = (g.occurred_at, g.event_key)",
)

# Each rollup gives back exactly what the removed events had added to it.
_TAKE_BACK = (
    """UPDATE events_hourly t SET n = t.n - g.n FROM (
        SELECT hour, source, category, action, outcome, severity, count(*) AS n FROM gone GROUP BY 1, 2, 3, 4, 5, 6
    ) g WHERE (t.hour, t.source, t.category, t.action, t.outcome, t.severity)
            = (g.hour, g.source, g.category, g.action, g.outcome, g.severity)""",
    """UPDATE activity_hourly t SET n = t.n - g.n FROM (
        SELECT hour, source, user_name, action, outcome, count(*) AS n FROM gone GROUP BY 1, 2, 3, 4, 5
    ) g WHERE (t.hour, t.source, t.user_name, t.action, t.outcome)
            = (g.hour, g.source, g.user_name, g.action, g.outcome)""",
    """UPDATE ip_failures_hourly t SET n = t.n - g.n FROM (
        SELECT hour, source_ip, category, count(*) AS n FROM gone WHERE outcome = 'failure' GROUP BY 1, 2, 3
    ) g WHERE (t.hour, t.source_ip, t.category) = (g.hour, g.source_ip, g.category)""",
    "DELETE FROM events_hourly WHERE n <= 0",
    "DELETE FROM activity_hourly WHERE n <= 0",
    "DELETE FROM ip_failures_hourly WHERE n <= 0",
    """UPDATE sources t SET stored = greatest(t.stored - g.n, 0) FROM (
        SELECT source, count(*) AS n FROM gone GROUP BY 1
    ) g WHERE t.name = g.source""",
)


def _clear_events(connection: Connection) -> int:
    # The store path takes its rollup rows in its own order: holding the tables keeps the two from blocking each other.
    connection.execute(
        text("LOCK TABLE events_hourly, activity_hourly, ip_failures_hourly IN SHARE ROW EXCLUSIVE MODE")
    )
    connection.execute(_COLLECT_GONE, _VALUES)
    for statement in _DELETE + _TAKE_BACK:
        connection.execute(text(statement))
    connection.execute(
        text("DELETE FROM events_unplaced WHERE event ->> 'user_name' LIKE :accounts"), {"accounts": f"%@{DOMAIN}"}
    )
    unmark(connection)
    return int(connection.scalar(text("SELECT count(*) FROM gone")) or 0)
