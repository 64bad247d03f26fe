"""Two writers that miss the same week: one makes its partitions, the other waits for it instead of failing."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("""
    CREATE OR REPLACE FUNCTION ensure_event_partitions(since timestamptz, until timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE
        week timestamptz := date_bin('7 days', since, '2001-01-01 00:00+00');
        made integer := 0;
        parent text;
        child text;
    BEGIN
        IF until - since > interval '11 years' THEN
            RAISE EXCEPTION 'partitions asked for % to %: more than 11 years', since, until;
        END IF;
        WHILE week <= until LOOP
            FOREACH parent IN ARRAY ARRAY['events', 'events_raw'] LOOP
                child := parent || '_' || to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD');
                IF to_regclass('public.' || child) IS NULL THEN
                    -- Held to the end of the transaction: only then does another one see the partition.
                    PERFORM pg_advisory_xact_lock(hashtext('ensure_event_partitions'));
                    EXECUTE format(
                        'CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
                        child, parent, week, week + interval '7 days');
                    made := made + 1;
                END IF;
            END LOOP;
            week := week + interval '7 days';
        END LOOP;
        RETURN made;
    END $$""")
