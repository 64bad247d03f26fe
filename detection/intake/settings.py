"""What the intake reads from its environment."""

from typing import Literal

from pydantic import DirectoryPath, Field, field_validator

from vigie.settings import Settings, env_prefix
from vigie.store.room import Room

_SHORTEST_TOKEN = 32


class IntakeSettings(Settings):
    """Settings of `python -m detection.intake`."""

    model_config = env_prefix("VIGIE_")

    worker_database_url: str = Field(description="Vigie's own database, role vigie_worker", repr=False)
    intake_token: str = Field(
        description="what senders prove themselves with, 32 characters or more; several, one a line, while they change",
        repr=False,
    )
    intake_host: str = Field("127.0.0.1", description="address to listen on")
    intake_port: int = Field(8051, ge=1, le=65535, description="port to listen on")
    intake_threads: int = Field(256, ge=2, le=1000, description="requests that may wait for their answer at once")
    retention_days: int = Field(400, ge=1, le=3650, description="Days that events are kept; older ones are set aside")
    storage_folder: DirectoryPath | None = Field(
        None, description="A folder on the disk that PostgreSQL writes to, where that is on this machine"
    )
    storage_reserve_mb: int = Field(
        64, ge=16, le=1_000_000, description="MB of that disk left to PostgreSQL: below them, nothing is stored"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged")

    @field_validator("intake_token")
    @classmethod
    def _are_long(cls, value: str) -> str:
        tokens = value.split()
        if not tokens or any(len(token) < _SHORTEST_TOKEN for token in tokens):
            raise ValueError(f"a token has {_SHORTEST_TOKEN} characters or more; `openssl rand -hex 32` makes one")
        return value

    @property
    def room(self) -> Room | None:
        """Where what is stored goes, if that disk can be seen from here."""
        return Room(self.storage_folder, self.storage_reserve_mb) if self.storage_folder else None

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that are let in."""
        return tuple(self.intake_token.split())
