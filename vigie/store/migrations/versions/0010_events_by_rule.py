"""An index on the rule of an event: few events have one, and who looks for a rule looks for few of them.

Measured: 8 bytes for each event with a rule, nothing for the others.
"""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")  # some seconds for each ten million events
    op.execute("CREATE INDEX events_by_rule ON events (rule) WHERE rule IS NOT NULL")
