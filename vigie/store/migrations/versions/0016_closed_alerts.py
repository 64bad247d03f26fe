"""An index for the list of closed alerts, the newest decision first."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("CREATE INDEX alerts_closed ON alerts (status_at DESC, id DESC) WHERE status = 'closed'")
