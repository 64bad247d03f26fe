"""What a rule could not look at, because it failed or took too long: it is made up for, never forgotten."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("""CREATE TABLE detection_missed (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rule text NOT NULL,
        since timestamptz NOT NULL, until timestamptz NOT NULL CHECK (until >= since),
        noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""")
    op.execute("CREATE INDEX detection_missed_by_rule ON detection_missed (rule, until)")
