"""`vigie mark deploy NAME`: says when the watched service was deployed, so that charts show it."""

import argparse
from datetime import UTC, datetime, timedelta

from cli.database import owner_engine
from cli.settings import CommandSettings
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.store.deploys import mark_deploy
from vigie.store.engine import transaction
from vigie.store.people import command_line

_OLDEST = timedelta(days=400)


def run(settings: CommandSettings, arguments: argparse.Namespace) -> int:
    """Keeps one mark. Raises VigieError."""
    at = _moment(arguments.at, utc_now())
    with owner_engine(settings) as engine, transaction(engine) as connection:
        made = mark_deploy(connection, arguments.name, at, command_line())
    print(f"Marked the deploy of {made.name} at {made.at:%Y-%m-%d %H:%M:%S} UTC.")
    return 0


def _moment(written: str | None, now: datetime) -> datetime:
    """Now, or the time that was written. Raises VigieError."""
    if written is None:
        return now
    try:
        read = datetime.fromisoformat(written)
        at = read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise VigieError(f"{written!r} is not a time.", "Write it as 2026-11-20T14:05+01:00.") from error
    if read.tzinfo is None:
        raise VigieError(f"{written!r} has no time zone.", "Write it as 2026-11-20T14:05+01:00.")
    if not now - _OLDEST <= at <= now:
        raise VigieError(f"{written!r} is not in the last {_OLDEST.days} days.", "Mark a deploy when it is done.")
    return at
