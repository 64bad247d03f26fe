"""Spans by the category of events, which rules are about, and when an alert's condition was first met."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE detection_spans RENAME COLUMN source TO category")
    # The event with which the first window fired; `first_seen` is that of the first event of such a window.
    op.execute("ALTER TABLE alerts ADD COLUMN fired_at timestamptz")
