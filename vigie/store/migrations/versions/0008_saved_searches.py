"""Searches that people keep under a name, for themselves or for everyone."""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = (
    """CREATE TABLE saved_searches (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
        name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
        query text NOT NULL CHECK (char_length(query) <= 2000),
        ticks text[] NOT NULL, span text, shared boolean NOT NULL,
        saved_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
    "CREATE UNIQUE INDEX saved_searches_by_name ON saved_searches (person_id, lower(name))",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
