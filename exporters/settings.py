"""What the exporter reads from its environment."""

from typing import Literal

from pydantic import Field

from vigie.settings import Settings, env_prefix


class ExporterSettings(Settings):
    """Settings of `python -m exporters`."""

    model_config = env_prefix("VIGIE_")

    exporter_database_url: str = Field(description="Vigie's own database, role vigie_exporter", repr=False)
    exporter_host: str = Field("127.0.0.1", description="Address to listen on")
    exporter_port: int = Field(9200, ge=1, le=65535, description="Port to listen on")
    exporter_cache_s: float = Field(
        5, ge=0.5, le=60, description="Seconds for which one reading of the database answers every scrape"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged")
