"""What the worker reads from its environment."""

from pathlib import Path
from typing import Literal

from pydantic import DirectoryPath, Field

from vigie.errors import ConfigurationError
from vigie.settings import Settings, env_prefix, read_variable
from vigie.store.room import Room

_SOURCES_FILE = Path(__file__).parent.parent / "config" / "sources.toml"
_RULES_FOLDER = Path(__file__).parent.parent / "config" / "rules"
_APP_DATABASE_URL = "VIGIE_APP_DATABASE_URL"


class WorkerSettings(Settings):
    """Settings of `python -m detection`."""

    model_config = env_prefix("VIGIE_")

    worker_database_url: str = Field(description="Vigie's own database, role vigie_worker", repr=False)
    app_database_url: str | None = Field(
        None, description="The application's database, a role that may only read", repr=False
    )
    sources_file: Path = Field(_SOURCES_FILE, description="Which tables are read, and how")
    rules_folder: DirectoryPath = Field(_RULES_FOLDER, description="The Sigma rules; a changed file is read at once")
    geo_file: str | None = Field(
        None, description="Files in the MMDB format that place addresses, `:` between them; unset: no impossible travel"
    )
    poll_seconds: float = Field(
        0.2, ge=0.01, le=5, description="Seconds between two looks at a table; half of that for a file"
    )
    retention_days: int = Field(400, ge=1, le=3650, description="Days that events are kept; older ones are set aside")
    raw_retention_days: int = Field(90, ge=1, le=3650, description="Days that the raw records of events are kept")
    storage_folder: DirectoryPath | None = Field(
        None, description="A folder on the disk that PostgreSQL writes to, where that is on this machine"
    )
    storage_reserve_mb: int = Field(
        64, ge=16, le=1_000_000, description="MB of that disk left to PostgreSQL: below them, nothing is stored"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged")

    @property
    def room(self) -> Room | None:
        """Where what is stored goes, if that disk can be seen from here."""
        return Room(self.storage_folder, self.storage_reserve_mb) if self.storage_folder else None

    def database_url(self, variable: str, asked_by: str) -> str:
        """The URL in `variable`. Raises ConfigurationError naming who asked for it (a place in sources.toml)."""
        value = self.app_database_url if variable == _APP_DATABASE_URL else read_variable(variable)
        if not value:
            raise ConfigurationError(
                f"{asked_by} names the setting {variable}, which is not set.", f"Set {variable} or {variable}_FILE."
            )
        return value
