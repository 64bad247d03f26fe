"""Events, rollups, sources, people, sessions, audit.

Shapes and indexes of `events` follow the measurements in docs/adr/0002-event-store.md.
"""

from alembic import op

revision = "0001"
down_revision = None

_EVENT_COLUMNS = """
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event_key bytea NOT NULL CHECK (length(event_key) = 32),
    source_ip inet,
    http_status smallint,
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 5),
    source text NOT NULL,
    category text NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('success', 'failure', 'unknown')),
    reason text,
    rule text,
    user_name text,
    user_agent text,
    host_name text,
    container_name text,
    process_name text,
    http_method text,
    http_route text,
    message text
"""

_STATEMENTS = (
    f"CREATE TABLE events ({_EVENT_COLUMNS}, UNIQUE (occurred_at, event_key)) PARTITION BY RANGE (occurred_at)",
    "CREATE INDEX events_by_ip ON events (source_ip) WHERE source_ip IS NOT NULL",
    "CREATE INDEX events_by_user ON events (user_name) WHERE user_name IS NOT NULL",
    "CREATE INDEX events_failures ON events (occurred_at, source_ip) WHERE outcome = 'failure'",
    "CREATE INDEX events_severe ON events (severity, occurred_at) WHERE severity >= 3",
    """CREATE TABLE events_raw (
        occurred_at timestamptz NOT NULL, event_key bytea NOT NULL, raw jsonb NOT NULL
    ) PARTITION BY RANGE (occurred_at)""",
    "CREATE INDEX events_raw_by_time ON events_raw USING brin (occurred_at) WITH (pages_per_range = 8)",
    """CREATE TABLE events_unplaced (
        event_key bytea PRIMARY KEY, occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(), source text NOT NULL, event jsonb NOT NULL
    )""",
    """CREATE TABLE events_hourly (
        hour timestamptz NOT NULL, source text NOT NULL, category text NOT NULL, action text NOT NULL,
        outcome text NOT NULL, severity smallint NOT NULL, n bigint NOT NULL,
        PRIMARY KEY (hour, source, category, action, outcome, severity)
    )""",
    """CREATE TABLE activity_hourly (
        hour timestamptz NOT NULL, source text NOT NULL, user_name text NOT NULL, action text NOT NULL,
        outcome text NOT NULL, n bigint NOT NULL, PRIMARY KEY (hour, source, user_name, action, outcome)
    )""",
    """CREATE TABLE ip_failures_hourly (
        hour timestamptz NOT NULL, source_ip inet NOT NULL, category text NOT NULL, n bigint NOT NULL,
        PRIMARY KEY (hour, source_ip, category)
    )""",
    """CREATE TABLE sources (
        name text PRIMARY KEY, kind text NOT NULL, title text NOT NULL,
        expected_period_s integer NOT NULL, grace_s integer NOT NULL,
        registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_look_at timestamptz, last_event_at timestamptz, last_stored_at timestamptz,
        stored bigint NOT NULL DEFAULT 0, duplicate bigint NOT NULL DEFAULT 0,
        rejected bigint NOT NULL DEFAULT 0, unplaced bigint NOT NULL DEFAULT 0,
        error text, error_advice text, error_since timestamptz
    )""",
    """CREATE TABLE collector_cursors (
        source text PRIMARY KEY, cursor jsonb NOT NULL, updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
    "CREATE TABLE instance (key text PRIMARY KEY, value jsonb NOT NULL)",
    """CREATE TABLE people (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, name text NOT NULL,
        role text NOT NULL CHECK (role IN ('viewer', 'analyst', 'admin')),
        password_hash text NOT NULL, must_change_password boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(), disabled_at timestamptz
    )""",
    "CREATE UNIQUE INDEX people_by_email ON people (lower(email))",
    """CREATE TABLE sessions (
        token_sha256 bytea PRIMARY KEY, person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
        csrf_sha256 bytea NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(), expires_at timestamptz NOT NULL,
        revoked_at timestamptz, source_ip inet, user_agent text
    )""",
    "CREATE INDEX sessions_by_person ON sessions (person_id)",
    """CREATE TABLE sign_in_failures (
        at timestamptz NOT NULL DEFAULT clock_timestamp(), email text NOT NULL, source_ip inet
    )""",
    "CREATE INDEX sign_in_failures_by_time ON sign_in_failures (at)",
    """CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
        actor text NOT NULL, action text NOT NULL, target text, outcome text NOT NULL
            CHECK (outcome IN ('success', 'failure', 'unknown')),
        source_ip inet, user_agent text, detail jsonb NOT NULL DEFAULT '{}'
    )""",
    "CREATE INDEX audit_by_time ON audit (at)",
    # The worker inserts but owns nothing: partitions are made through this function alone.
    """CREATE FUNCTION ensure_event_partitions(since timestamptz, until timestamptz) RETURNS integer
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
                    EXECUTE format(
                        'CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
                        child, parent, week, week + interval '7 days');
                    made := made + 1;
                END IF;
            END LOOP;
            week := week + interval '7 days';
        END LOOP;
        RETURN made;
    END $$""",
    "REVOKE ALL ON FUNCTION ensure_event_partitions FROM PUBLIC",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
