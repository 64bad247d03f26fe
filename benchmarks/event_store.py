"""A store full of made-up events for the questions about events, five sources over thirty days."""

from datetime import timedelta

from sqlalchemy import Engine, text

from vigie.clock import utc_now
from vigie.store.engine import transaction

DAYS = 30

# By source: (share, category, actions, HTTP statuses, containers). 13 % of all events fail, half of those from 20
# attackers; 20,000 users and as many addresses; 50 rules; messages of about 110 characters.
_PROFILES = """
    VALUES ('nginx', 0.45, 'web', ARRAY['http_request','http_refused','http_probe','http_error'],
            ARRAY[200,200,200,304,301,404,403,500,502]::smallint[], ARRAY['vigie-nginx']),
           ('app', 0.30, 'authentication', ARRAY['authn_login_success','authn_login_fail','session_created',
                'session_renewed','user_updated'], ARRAY[200,201,401,429]::smallint[], ARRAY['vigie-api']),
           ('ssh', 0.10, 'authentication', ARRAY['authn_login_success','authn_login_fail','session_created'],
            NULL::smallint[], NULL::text[]),
           ('postgres', 0.10, 'database', ARRAY['database_error','authn_login_fail','database_slow'],
            NULL::smallint[], ARRAY['vigie-postgres']),
           ('falco', 0.05, 'process', ARRAY['process_started','file_read','file_write','connection'],
            NULL::smallint[], ARRAY['vigie-api','vigie-nginx','vigie-redis','vigie-worker','vigie-console'])
"""
_GENERATE = f"""
INSERT INTO events (occurred_at, received_at, event_key, severity, source, category, action, outcome, reason, rule,
                    user_name, source_ip, user_agent, host_name, container_name, http_method, http_route, http_status,
                    message)
SELECT at, at + interval '300 ms', sha256(convert_to(n::text, 'UTF8')),
       CASE WHEN source = 'falco' THEN 1 + (kind * 100)::int % 5 WHEN fails THEN 2 + (person % 20 = 0)::int ELSE 1 END,
       source, category, actions[1 + (kind * 1000)::int % cardinality(actions)],
       CASE WHEN fails THEN 'failure' WHEN kind < 0.9 THEN 'success' ELSE 'unknown' END,
       CASE WHEN fails AND category = 'authentication' THEN 'wrong_password' END,
       CASE WHEN source = 'falco' THEN 'Rule ' || (50 * power(kind, 3))::int END,
       CASE WHEN source <> 'falco' AND kind < 0.5 THEN 'person' || person END,
       CASE WHEN source IN ('postgres', 'falco') THEN NULL
            WHEN fails AND n % 2 = 0 THEN '203.0.113.0'::inet + person % 20 ELSE '10.0.0.0'::inet + person END,
       CASE WHEN source = 'nginx' THEN 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0' END,
       'srv-' || n % 2, containers[1 + person % cardinality(containers)],
       CASE WHEN statuses IS NOT NULL THEN 'GET' END, CASE WHEN statuses IS NOT NULL THEN '/users/' || person % 200 END,
       statuses[1 + (kind * 10000)::int % cardinality(statuses)],
       'request ' || n || ' of person' || person || ' took ' || person % 300 || ' ms '
            || repeat(md5(n::text), 1 + person % 4)
FROM (
    SELECT n, kind, person, random() < 0.13 AS fails, p.*,
           CAST(:since AS timestamptz) + n * (CAST(:until AS timestamptz) - CAST(:since AS timestamptz)) / :events AS at
    FROM (SELECT n, random() AS share, random() AS kind, (random() * 20000)::int AS person
          FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n OFFSET 0) AS drawn
    JOIN (SELECT *, sum(portion) OVER w - portion AS low, sum(portion) OVER w AS high
          FROM ({_PROFILES}) AS p (source, portion, category, actions, statuses, containers)
          WINDOW w AS (ORDER BY source)) AS p ON share >= p.low AND share < p.high OFFSET 0
) AS made
"""
_RAW = """
INSERT INTO events_raw SELECT occurred_at, event_key, jsonb_build_object(
    'message', message, 'action', action, 'user', user_name, 'ip', host(source_ip), 'more', repeat(md5(message), 8))
FROM events WHERE occurred_at >= :since AND occurred_at < :until
"""
_ROLLUPS = (
    """INSERT INTO events_hourly SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00'), source, category,
       action, outcome, severity, count(*) FROM events GROUP BY 1, 2, 3, 4, 5, 6""",
    """INSERT INTO facet_hourly SELECT hour, dimension, value, sum(n) FROM (
           SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00') AS hour, rule, container_name,
                  http_status::text, count(*) AS n FROM events GROUP BY 1, 2, 3, 4) AS counted
       CROSS JOIN LATERAL (VALUES ('rule', rule), ('container_name', container_name), ('http_status', http_status))
           AS each (dimension, value) WHERE value <> '' GROUP BY 1, 2, 3""",
)
_CHUNK = 500_000


def fill(owner: Engine, events: int) -> None:
    """Generates events over the last 30 days with the rollups that are asked; raw records of the last day."""
    until = utc_now()
    bounds = {"since": until - timedelta(days=DAYS), "until": until, "events": events}
    with transaction(owner) as connection:
        connection.execute(text("SELECT setseed(0.7), ensure_event_partitions(:since, :until)"), bounds)
        for first in range(0, events, _CHUNK):
            span = {"first": first, "last": min(events, first + _CHUNK) - 1}
            connection.execute(text(_GENERATE), bounds | span)
        connection.execute(text(_RAW), bounds | {"since": until - timedelta(days=1)})
        for statement in _ROLLUPS:
            connection.execute(text(statement))
        connection.execute(
            text(
                "INSERT INTO sources (name, kind, title, expected_period_s, grace_s, last_look_at) "
                "SELECT DISTINCT source, 'file', source, 1000000, 0, now() FROM events_hourly"
            )
        )
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
