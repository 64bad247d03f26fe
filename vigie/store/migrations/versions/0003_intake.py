"""What the intake keeps beside events: which records it acknowledged, and how often an event was repeated.

`event_folds.n` is 1 and the repeats. `intake_records` tells a repeat from a record that is sent again.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    """CREATE TABLE intake_records (
        event_key bytea PRIMARY KEY CHECK (length(event_key) = 32), fold_key bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
    "CREATE INDEX intake_records_by_time ON intake_records USING brin (received_at)",
    """CREATE TABLE event_folds (
        fold_key bytea PRIMARY KEY CHECK (length(fold_key) = 32), event_key bytea NOT NULL,
        occurred_at timestamptz NOT NULL, n bigint NOT NULL CHECK (n > 0), last_at timestamptz NOT NULL
    )""",
    "CREATE INDEX event_folds_by_event ON event_folds (occurred_at, event_key)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
