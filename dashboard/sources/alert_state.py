"""Whether rules look at what is stored, and the mark that changes when alerts to show may have changed."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from dashboard.sources.alert_questions import Looking

BEHIND = timedelta(minutes=2)
"""What was stored longer ago than this and no rule has looked at means that rules are behind."""

_RULES = text("""
    SELECT count(*) FILTER (WHERE error IS NULL) AS working, count(*) FILTER (WHERE error IS NOT NULL) AS failing
    FROM rules WHERE is_loaded AND kind <> 'grafana'
""")
_OLDEST = text("SELECT noted_at FROM detection_spans ORDER BY id LIMIT 1")
# What was seen moves counts and times, what people do adds to alert_acts, and an acknowledgement ends by itself.
_MARK = text("""
    SELECT concat_ws('.', (SELECT max(id) FROM alert_acts),
        (SELECT concat_ws('.', id, count, extract(epoch FROM last_seen)) FROM alerts
         ORDER BY last_seen DESC, id DESC LIMIT 1),
        (SELECT concat_ws('.', count(*), sum(count), count(*) FILTER (WHERE acknowledged_until <= clock_timestamp()))
         FROM alerts WHERE status <> 'closed'),
        (SELECT concat_ws('.', count(*), count(*) FILTER (WHERE error IS NULL)) FROM rules WHERE is_loaded),
        coalesce((SELECT noted_at FROM detection_spans ORDER BY id LIMIT 1) < clock_timestamp() - :behind, false))
""")


def looking(connection: Connection, now: datetime) -> Looking:
    """Whether rules look. `now`: UTC."""
    rules = connection.execute(_RULES).one()
    oldest: datetime | None = connection.scalar(_OLDEST)
    behind = oldest if oldest is not None and oldest < now - BEHIND else None
    return Looking(int(rules.working), int(rules.failing), behind)


def alert_mark(connection: Connection) -> str:
    """Changes when alerts to show may have changed."""
    return str(connection.scalar(_MARK, {"behind": BEHIND}))
