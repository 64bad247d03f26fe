"""`vigie migrate`: the schema, the roles and their privileges, made or brought up to date."""

from cli.database import owner_url
from cli.prepare import prepare
from cli.settings import ONE_TIME, CommandSettings
from cli.state import State


def run(settings: CommandSettings) -> int:
    """Safe to run again, and beside a running Vigie. Raises VigieError."""
    with owner_url(settings) as url:
        prepared = prepare(settings, State.open(settings.state_dir), url)
    print(f"The database is at revision {prepared.revision}.")
    if prepared.first_password:
        print(f"Sign in   {settings.admin_email}\nPassword  {prepared.first_password}   ({ONE_TIME})")
    return 0
