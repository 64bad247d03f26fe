"""Removes every trace of the demonstration and leaves what belongs to real people."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, text

from cli.demo.cast import DOMAIN, RANGES
from cli.demo.log_history import MARKED_BY
from cli.demo.logs import LOGS
from cli.demo.mark import owner, unmark
from cli.demo.take_back import TAKE_BACK

_COLLECTOR_PAUSE_S = 1.0
_VALUES = {"accounts": f"%@{DOMAIN}", "ranges": [str(network) for network in RANGES]}
_LOGS = {"logs": [log.name for log in LOGS]}


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many rows were removed: accounts and activity of the service, events and alerts of Vigie."""

    accounts: int
    activity: int
    events: int
    alerts: int = 0


def clear(api_owner_url: str, vigie_owner_url: str) -> Cleared:
    """Clears the service's database first, so that nothing is collected again. Stop the traffic before.

    Both URLs name owners. Running it twice does no harm. Raises StoreUnavailable.
    """
    with owner(api_owner_url, "API_DATABASE_URL") as connection:
        accounts, activity = _clear_service(connection)
    with owner(vigie_owner_url) as connection:
        events, alerts = _clear_events(connection)
    time.sleep(_COLLECTOR_PAUSE_S)  # a batch that the collector had read before may have been stored after
    with owner(vigie_owner_url) as connection:
        late, more = _clear_events(connection)
        _clear_rest(connection)
    return Cleared(accounts, activity, events + late, alerts + more)


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
           e.source, e.category, e.action, e.outcome, e.severity, e.user_name, e.source_ip, e.rule, e.container_name,
           e.http_status
    FROM events e LEFT JOIN sources s ON s.name = e.source
    WHERE e.source = ANY (:logs) OR (e.source = 'vigie' AND e.process_name = ANY (:logs))
        OR (s.kind = 'application' AND (e.user_name LIKE :accounts OR e.source_ip <<= ANY (CAST(:ranges AS inet[]))))
""")
_DELETE = (
    "DELETE FROM events t USING gone g WHERE (t.occurred_at, t.event_key) = (g.occurred_at, g.event_key)",
    "DELETE FROM events_raw t USING gone g WHERE (t.occurred_at, t.event_key) = (g.occurred_at, g.event_key)",
)
# An alert goes where nothing real is among what it was made of; its minutes, samples and acts go with it.
_ALERTS = text("""
    DELETE FROM alerts a WHERE EXISTS (SELECT FROM alert_samples s WHERE s.alert_id = a.id) AND NOT EXISTS (
        SELECT FROM alert_samples s LEFT JOIN gone g USING (occurred_at, event_key)
        WHERE s.alert_id = a.id AND g.event_key IS NULL
    )
""")
_OF_LOGS = (
    "http_minute", "http_routes", "import_marks", "known_lines", "collector_cursors", "rejected", "gaps",
    "events_unplaced",
)  # fmt: skip


def _clear_events(connection: Connection) -> tuple[int, int]:
    # The store path takes its rollup rows in its own order: holding the tables keeps the two from blocking each other.
    connection.execute(
        text("LOCK TABLE events_hourly, activity_hourly, ip_failures_hourly, facet_hourly IN SHARE ROW EXCLUSIVE MODE")
    )
    connection.execute(_COLLECT_GONE, _VALUES | _LOGS)
    alerts = connection.execute(_ALERTS).rowcount
    for statement in _DELETE + TAKE_BACK:
        connection.execute(text(statement))
    connection.execute(
        text("DELETE FROM events_unplaced WHERE event ->> 'user_name' LIKE :accounts"), {"accounts": f"%@{DOMAIN}"}
    )
    unmark(connection)
    return int(connection.scalar(text("SELECT count(*) FROM gone")) or 0), alerts


def _clear_rest(connection: Connection) -> None:
    """What is kept of the demonstration's own sources beside events, and its deploys."""
    for table in _OF_LOGS:
        connection.execute(text(f"DELETE FROM {table} WHERE source = ANY (:logs)"), _LOGS)  # noqa: S608 - a constant
    connection.execute(text("DELETE FROM sources WHERE name = ANY (:logs)"), _LOGS)
    connection.execute(text("DELETE FROM deploys WHERE marked_by = :by"), {"by": MARKED_BY})
