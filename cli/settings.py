"""Settings of the command `vigie`: where state lives, which server, which ports."""

import os
import pwd
from pathlib import Path

from pydantic import Field

from vigie.settings import Settings, env_prefix

SYSTEM_USER = "vigie"
ONE_TIME = "shown only now; works until you choose your own: 7 days, and 15 minutes after its first use at most"
CHECKOUT = Path(__file__).resolve().parent.parent


def default_state_folder() -> Path:
    """`state` in the home of the system user `vigie` when it is the one that runs, else `.vigie` of the checkout."""
    account = pwd.getpwuid(os.geteuid())
    return Path(account.pw_dir) / "state" if account.pw_name == SYSTEM_USER else CHECKOUT / ".vigie"


class CommandSettings(Settings):
    """Read by `vigie up`, `demo`, `migrate` and `users`."""

    model_config = env_prefix("VIGIE_")

    state_dir: Path = Field(
        default_factory=default_state_folder,
        description="Database, secrets and logs. `.vigie` of the checkout; as root `/var/lib/vigie/state`.",
    )
    database_url: str | None = Field(
        None, description="Owner of an existing Vigie database. Unset: an embedded PostgreSQL of our own."
    )
    app_database_url: str | None = Field(
        None,
        description="Read-only URL of your own application's database. Unset: the reference service is read.",
    )
    pg_bin: Path | None = Field(None, description="Folder with initdb and postgres (15 to 18). Unset: searched for.")
    console_host: str = Field("127.0.0.1", description="Address the console listens on.")
    console_port: int = Field(8050, ge=1, le=65535, description="Port of the console.")
    api_port: int = Field(8000, ge=1, le=65535, description="Port of the reference service.")
    intake_port: int = Field(8051, ge=1, le=65535, description="Port of the intake, on loopback.")
    exporter_port: int = Field(9200, ge=1, le=65535, description="Port of the exporter, on loopback.")
    prometheus_port: int = Field(
        9090, ge=0, le=65535, description="Port, on loopback, of a Prometheus that is started. 0: none is."
    )
    prometheus_url: str | None = Field(None, description="A Prometheus that runs already. Unset: one is started.")
    admin_email: str = Field(
        "admin@localhost", min_length=3, max_length=254, description="First administrator, made at the first start."
    )
