"""Signs of life: when something last came from a source, how often something does, and when it was blind.

`sources.silent_from`: the last sign of life, moved forward by the time in which nobody looked.
`source_rhythms`: gaps between signs of life by day (UTC) and by the buckets of `vigie.blindness`.
`source_expectations`: what people set instead of what is learned. `blind_spells.until` is null while it lasts.
All of them go with their source.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = (
    """ALTER TABLE sources
        ADD COLUMN last_sign_at timestamptz,
        ADD COLUMN silent_from timestamptz,
        ADD COLUMN learned_period_s integer,
        ADD COLUMN supplies_logins boolean NOT NULL DEFAULT false""",
    "UPDATE sources SET last_sign_at = last_stored_at",
    """UPDATE sources SET supplies_logins = true WHERE kind = 'application' OR EXISTS (
        SELECT FROM events_hourly h WHERE h.source = sources.name AND h.category = 'authentication')""",
    """CREATE TABLE source_rhythms (
        source text NOT NULL REFERENCES sources ON DELETE CASCADE, day date NOT NULL, bucket smallint NOT NULL,
        n bigint NOT NULL, PRIMARY KEY (source, day, bucket)
    )""",
    """CREATE TABLE source_expectations (
        source text PRIMARY KEY REFERENCES sources ON DELETE CASCADE,
        period_s integer CHECK (period_s > 0), grace_s integer CHECK (grace_s >= 0),
        is_irregular boolean NOT NULL, set_by text NOT NULL, set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK (is_irregular = (period_s IS NULL) AND is_irregular = (grace_s IS NULL))
    )""",
    """CREATE TABLE blind_spells (
        source text NOT NULL REFERENCES sources ON DELETE CASCADE, since timestamptz NOT NULL,
        known_at timestamptz NOT NULL, until timestamptz, why text NOT NULL, reason text NOT NULL,
        PRIMARY KEY (source, since)
    )""",
    "CREATE INDEX events_unplaced_by_source ON events_unplaced (source, received_at)",
    # The console owns nothing: it takes a source off the screen through this function alone. Its events stay. A source
    # that Vigie reads by itself leaves with its entry in the sources file.
    """CREATE FUNCTION retire_source(retired text) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
        WITH gone AS (
            DELETE FROM public.sources WHERE name = retired AND kind IN ('intake', 'import') RETURNING 1
        ) SELECT EXISTS (SELECT FROM gone)
    $$""",
    "REVOKE ALL ON FUNCTION retire_source FROM PUBLIC",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
