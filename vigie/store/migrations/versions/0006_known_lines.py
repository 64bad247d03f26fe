"""Which lines of Loki were read, kept as long as they may come again. `digests`: 8 bytes a line, of the Unix `second`.

Cursors carried them before, in another form: what they had read stays read, and nothing before it is looked at again.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    "CREATE TABLE known_lines (source text NOT NULL, second bigint NOT NULL, digests bytea NOT NULL)",
    "CREATE INDEX known_lines_by_second ON known_lines (source, second)",
    """UPDATE collector_cursors SET cursor = cursor - 'known' || jsonb_build_object(
        'position', (cursor ->> 'position')::bigint + 1, 'since', (cursor ->> 'position')::bigint + 1,
        'swept', (cursor ->> 'position')::bigint)
    WHERE source IN (SELECT name FROM sources WHERE kind = 'loki')""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
