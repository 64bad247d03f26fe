"""The flag in Vigie's database that makes the screen say "demonstration data"."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, text

from vigie.clock import utc_now
from vigie.event import clean_json
from vigie.store.engine import make_engine, parse_url, transaction

_KEY = "demonstration"


def mark(vigie_owner_url: str) -> None:
    """Sets the flag; the time of the first marking is kept. Raises StoreUnavailable."""
    with owner(vigie_owner_url) as connection:
        connection.execute(
            text("INSERT INTO instance (key, value) VALUES (:key, CAST(:value AS jsonb)) ON CONFLICT DO NOTHING"),
            {"key": _KEY, "value": clean_json({"since": utc_now().isoformat()})},
        )


def make_room(vigie_owner_url: str, back: timedelta) -> None:
    """Makes the partitions of the history, so that sources that are read at once need not make the same ones."""
    now = utc_now()
    with owner(vigie_owner_url) as connection:
        asked = {"since": now - back, "until": now}
        connection.execute(text("SELECT ensure_event_partitions(:since, :until)"), asked)


@contextmanager
def owner(url: str, variable: str = "VIGIE_DATABASE_URL") -> Iterator[Connection]:
    """A transaction of the owner that `url` names, which came from `variable`. Raises StoreUnavailable."""
    engine = make_engine(parse_url(url, variable), application="vigie demo", statement_timeout_s=120, pool_size=1)
    try:
        with transaction(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def unmark(connection: Connection) -> None:
    """Takes the flag away in the caller's transaction."""
    connection.execute(text("DELETE FROM instance WHERE key = :key"), {"key": _KEY})
