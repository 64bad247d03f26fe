"""The service's own tables: made at the first start, upgraded step by step at later ones."""

from sqlalchemy import Connection, text

# Any number that no other program uses as a lock in this database.
_LOCK = 7_205_931_846

_FIRST = (
    """CREATE TABLE users (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email text NOT NULL UNIQUE, name text NOT NULL, bio text NOT NULL DEFAULT '',
        password_hash text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(), disabled_at timestamptz
    )""",
    # One log-in is one session, which is one family of refresh tokens.
    """CREATE TABLE sessions (
        id uuid PRIMARY KEY, user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(), expires_at timestamptz NOT NULL,
        revoked_at timestamptz
    )""",
    "CREATE INDEX sessions_by_user ON sessions (user_id, created_at)",
    """CREATE TABLE refresh_tokens (
        token_sha256 bytea PRIMARY KEY, session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
        issued_at timestamptz NOT NULL DEFAULT clock_timestamp(), used_at timestamptz
    )""",
    "CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id)",
    """CREATE TABLE throttle (
        key bytea PRIMARY KEY, tries integer NOT NULL, window_ends timestamptz NOT NULL
    )""",
    "CREATE INDEX throttle_by_end ON throttle (window_ends)",
    # What monitors read. Rows outlive the account, so there is no foreign key.
    """CREATE TABLE account_activity (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        event text NOT NULL, user_id bigint NULL, email text NULL, ip inet NULL, user_agent text NULL,
        reason text NULL
    )""",
    "CREATE INDEX account_activity_by_time ON account_activity (occurred_at, id)",
    "CREATE INDEX account_activity_by_user ON account_activity (user_id, id) WHERE user_id IS NOT NULL",
)

_STEPS: tuple[tuple[str, ...], ...] = (_FIRST,)


def ensure(connection: Connection) -> None:
    """Brings the schema up to date in the caller's transaction. Several may start at once: one works, the rest wait."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    connection.execute(text("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)"))
    done = connection.scalar(text("SELECT max(version) FROM schema_version")) or 0
    for number, statements in enumerate(_STEPS[done:], start=done + 1):
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(text("INSERT INTO schema_version VALUES (:number)"), {"number": number})
