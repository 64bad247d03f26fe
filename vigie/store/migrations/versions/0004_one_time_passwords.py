"""How long a one-time password is good: since when there is one, and when it was first used.

Both are null for a password that its person chose. Passwords given before count from now on.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    "ALTER TABLE people ADD COLUMN one_time_since timestamptz, ADD COLUMN one_time_used_at timestamptz",
    "UPDATE people SET one_time_since = clock_timestamp() WHERE must_change_password",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
