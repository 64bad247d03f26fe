"""Each rollup gives back exactly what the removed events, in the temporary table `gone`, had added to it."""

# A value that is not counted by its name was counted with the further ones: it is given back there.
_FACETS = """
    CREATE TEMPORARY TABLE gone_facets ON COMMIT DROP AS
    SELECT g.hour, g.dimension, CASE WHEN t.value IS NULL THEN '' ELSE g.value END AS value, sum(g.n) AS n
    FROM (
        SELECT hour, dimension, value, count(*) AS n FROM gone CROSS JOIN LATERAL (
            VALUES ('rule', rule), ('container_name', container_name), ('http_status', http_status::text)
        ) AS each (dimension, value) WHERE value <> '' GROUP BY 1, 2, 3
    ) g LEFT JOIN facet_hourly t USING (hour, dimension, value) GROUP BY 1, 2, 3
"""

TAKE_BACK = (
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
    _FACETS,
    """UPDATE facet_hourly t SET n = t.n - g.n FROM gone_facets g
        WHERE (t.hour, t.dimension, t.value) = (g.hour, g.dimension, g.value)""",
    "DELETE FROM events_hourly WHERE n <= 0",
    "DELETE FROM activity_hourly WHERE n <= 0",
    "DELETE FROM ip_failures_hourly WHERE n <= 0",
    "DELETE FROM facet_hourly WHERE n <= 0",
    """UPDATE sources t SET stored = greatest(t.stored - g.n, 0) FROM (
        SELECT source, count(*) AS n FROM gone GROUP BY 1
    ) g WHERE t.name = g.source""",
)
"""Statements in their order."""
