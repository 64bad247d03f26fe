"""When the watched service was deployed, as somebody or a pipeline said it."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("""CREATE TABLE deploys (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL, name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
        marked_by text NOT NULL, marked_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""")
    op.execute("CREATE INDEX deploys_by_time ON deploys (at)")
