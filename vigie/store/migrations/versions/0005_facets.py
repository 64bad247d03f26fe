"""Counts by the hour of three more dimensions: rule, container and HTTP status, for the facets of the events page.

`dimension` is the column of `events`. An event without a value has no row. An hour keeps 200 values of a dimension;
what comes later, or is longer than 255 characters, is counted under the empty text (`vigie.store.event_counts`).
"""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """CREATE TABLE facet_hourly (
        hour timestamptz NOT NULL,
        dimension text NOT NULL CHECK (dimension IN ('rule', 'container_name', 'http_status')),
        value text NOT NULL CHECK (char_length(value) <= 255), n bigint NOT NULL,
        PRIMARY KEY (hour, dimension, value)
    )""",
    "SET LOCAL statement_timeout = 0",  # one pass over all events: about ten seconds for ten million
    """INSERT INTO facet_hourly (hour, dimension, value, n)
    SELECT hour, dimension, CASE WHEN place <= 200 AND char_length(value) <= 255 THEN value ELSE '' END, sum(n)
    FROM (
        SELECT hour, dimension, value, sum(n) AS n,
            row_number() OVER (PARTITION BY hour, dimension ORDER BY sum(n) DESC, value) AS place
        FROM (
            SELECT date_bin('1 hour', occurred_at, '2001-01-01 00:00+00') AS hour, rule, container_name, http_status,
                count(*) AS n
            FROM events GROUP BY 1, 2, 3, 4
        ) combined CROSS JOIN LATERAL (
            VALUES ('rule', rule), ('container_name', container_name), ('http_status', CAST(http_status AS text))
        ) AS each (dimension, value)
        WHERE value <> '' GROUP BY 1, 2, 3
    ) placed GROUP BY 1, 2, 3""",
    # As before, and the counts of facets beside the others.
    """CREATE OR REPLACE FUNCTION drop_event_partitions(before_events timestamptz, before_raw timestamptz)
    RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '2s' AS $$
    DECLARE
        kept_from timestamptz := date_bin('7 days', before_events, '2001-01-01 00:00+00');
        raw_from timestamptz := date_bin('7 days', greatest(before_events, before_raw), '2001-01-01 00:00+00');
        child record;
        dropped integer := 0;
    BEGIN
        IF greatest(before_events, before_raw) > now() - interval '1 day' THEN
            RAISE EXCEPTION 'asked to drop what is younger than a day (before %, raw before %)',
                before_events, before_raw;
        END IF;
        FOR child IN
            SELECT c.relname, p.relname AS parent FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
            WHERE p.oid IN ('public.events'::regclass, 'public.events_raw'::regclass) AND c.relkind = 'r'
                AND c.relname ~ '^events(_raw)?_[0-9]{8}$'
            ORDER BY 1
        LOOP
            IF (to_date(right(child.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC') <
                (CASE child.parent WHEN 'events' THEN kept_from ELSE raw_from END)
            THEN
                EXECUTE format('DROP TABLE public.%I', child.relname);
                dropped := dropped + 1;
            END IF;
        END LOOP;
        DELETE FROM public.events_hourly WHERE hour < kept_from;
        DELETE FROM public.activity_hourly WHERE hour < kept_from;
        DELETE FROM public.ip_failures_hourly WHERE hour < kept_from;
        DELETE FROM public.facet_hourly WHERE hour < kept_from;
        DELETE FROM public.http_minute WHERE minute < kept_from;
        DELETE FROM public.http_routes r
            WHERE NOT EXISTS (SELECT FROM public.http_minute m WHERE (m.source, m.route) = (r.source, r.route));
        DELETE FROM public.events_unplaced WHERE received_at < kept_from;
        DELETE FROM public.gaps WHERE at < kept_from;
        DELETE FROM public.rejected WHERE at < kept_from;
        RETURN dropped;
    END $$""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
