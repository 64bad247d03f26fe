"""What logs bring beside events: rejected lines, requests by the minute, gaps, marks of imports; and retention.

`http_minute.durations`: counts by the bounds of `vigie.store.http_minutes.BOUNDS_S`, the last one without bound.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """ALTER TABLE sources
        ADD COLUMN ignored bigint NOT NULL DEFAULT 0,
        ADD COLUMN hits bigint NOT NULL DEFAULT 0,
        ADD COLUMN gaps bigint NOT NULL DEFAULT 0""",
    # Tells the cursor that was stored from another one without reading it.
    "ALTER TABLE collector_cursors ADD COLUMN digest bytea",
    """CREATE TABLE rejected (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(), reason text NOT NULL,
        excerpt text NOT NULL CHECK (octet_length(excerpt) <= 4096), n integer NOT NULL CHECK (n > 0)
    )""",
    "CREATE INDEX rejected_by_source ON rejected (source, id)",
    """CREATE TABLE gaps (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(), since timestamptz, until timestamptz NOT NULL,
        reason text NOT NULL
    )""",
    "CREATE INDEX gaps_by_source ON gaps (source, id)",
    """CREATE TABLE http_minute (
        minute timestamptz NOT NULL, source text NOT NULL, route text NOT NULL, method text NOT NULL,
        status_class smallint NOT NULL CHECK (status_class BETWEEN 1 AND 5), n bigint NOT NULL,
        durations bigint[], duration_s double precision,
        PRIMARY KEY (minute, source, route, method, status_class)
    )""",
    # Which routes a source has, at most 200: what comes later is counted as "other".
    "CREATE TABLE http_routes (source text NOT NULL, route text NOT NULL, PRIMARY KEY (source, route))",
    # How far into which content an import has counted requests: a digest of all lines before, and of `lines` after it.
    """CREATE TABLE import_marks (
        source text NOT NULL, start bytea NOT NULL, digest bytea NOT NULL, lines integer NOT NULL,
        first_seen timestamptz NOT NULL, PRIMARY KEY (source, start, digest)
    )""",
    # The worker owns nothing: it drops partitions through this function alone, which never touches the last day.
    """CREATE FUNCTION drop_event_partitions(before_events timestamptz, before_raw timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '2s' AS $$
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
        DELETE FROM public.http_minute WHERE minute < kept_from;
        DELETE FROM public.http_routes r
            WHERE NOT EXISTS (SELECT FROM public.http_minute m WHERE (m.source, m.route) = (r.source, r.route));
        DELETE FROM public.events_unplaced WHERE received_at < kept_from;
        DELETE FROM public.gaps WHERE at < kept_from;
        DELETE FROM public.rejected WHERE at < kept_from;
        RETURN dropped;
    END $$""",
    "REVOKE ALL ON FUNCTION drop_event_partitions FROM PUBLIC",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
