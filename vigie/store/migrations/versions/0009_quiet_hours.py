"""At which hours of the day a source is often quiet.

`source_quiet.longest_s`: the longest gap between signs of life that touched the hour (UTC) and ended on `day`.
`sources.learned_hours_s`: the expected period for each of the 24 hours.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

_STATEMENTS = (
    "ALTER TABLE sources ADD COLUMN learned_hours_s integer[]",
    """CREATE TABLE source_quiet (
        source text NOT NULL REFERENCES sources ON DELETE CASCADE, day date NOT NULL,
        hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23), longest_s integer NOT NULL,
        PRIMARY KEY (source, day, hour)
    )""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
