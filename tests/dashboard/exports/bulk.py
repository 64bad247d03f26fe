"""Many logins at once, written by PostgreSQL itself."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from vigie.clock import utc_now
from vigie.store.engine import transaction

_SOURCE = text("""
    INSERT INTO sources (name, kind, title, expected_period_s, grace_s, registered_at, last_look_at)
    VALUES ('app', 'application', 'Login table', 86400, 86400, :start - interval '1 year', now())
""")
_EVENTS = text("""
    INSERT INTO events (occurred_at, event_key, source_ip, severity, source, category, action, outcome, reason,
                        user_name, user_agent)
    SELECT :start + make_interval(secs => n * 0.05), sha256(n::text::bytea), '192.0.2.7', 1, 'app', 'authentication',
           'authn_login_fail', 'failure', 'wrong_password', 'user' || n, 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'
    FROM generate_series(1, :count) AS n
""")
_HOURLY = text("""
    INSERT INTO events_hourly (hour, source, category, action, outcome, severity, n)
    SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00'), source, category, action, outcome, severity, count(*)
    FROM events GROUP BY 1, 2, 3, 4, 5, 6
""")


def many_logins(owner: Engine, count: int) -> datetime:
    """`count` failures twenty a second, the newest of them some time ago; when the first was (UTC)."""
    start = utc_now() - timedelta(hours=6)
    with transaction(owner) as connection:
        connection.execute(text("SET LOCAL statement_timeout = '5min'"))
        connection.execute(_SOURCE, {"start": start})
        connection.execute(text("SELECT ensure_event_partitions(:since, now())"), {"since": start})
        connection.execute(_EVENTS, {"start": start, "count": count})
        connection.execute(_HOURLY)
    return start
