"""The owner's connection for commands that run beside `vigie up` or without it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from cli.embedded.server import Server
from cli.settings import CommandSettings
from cli.state import State
from cli.up import embedded_owner_url
from vigie.errors import ConfigurationError
from vigie.store.engine import make_engine, parse_url


@contextmanager
def owner_url(settings: CommandSettings) -> Iterator[str]:
    """URL of the owner of Vigie's database. An embedded server that does not run is started for the while.

    Raises ConfigurationError when there is no database yet, VigieError when it does not start.
    """
    if settings.database_url:
        yield settings.database_url
        return
    state = State.open(settings.state_dir)
    if not (state.database / "data").exists():
        raise ConfigurationError(f"There is no database in {state.folder} yet.", "Run scripts/run.sh once first.")
    server = Server(state.database, pg_bin=settings.pg_bin)
    if server.answers():
        yield embedded_owner_url(server, state)
        return
    server.start()
    try:
        yield embedded_owner_url(server, state)
    finally:
        server.stop()


@contextmanager
def owner_engine(settings: CommandSettings) -> Iterator[Engine]:
    """An engine as the owner; disposed of at the end."""
    with owner_url(settings) as url:
        engine = make_engine(
            parse_url(url, "VIGIE_DATABASE_URL"), application="vigie command", statement_timeout_s=60, pool_size=1
        )
        try:
            yield engine
        finally:
            engine.dispose()
