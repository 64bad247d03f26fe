"""Settings of the console, all from the environment (`VIGIE_…`)."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from vigie.settings import Settings, env_prefix

Network = IPv4Network | IPv6Network
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SOURCES_FILE = Path(__file__).parent.parent / "config" / "sources.toml"
_NAME = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.ASCII)


class ConsoleSettings(Settings):
    """What the console needs to start."""

    model_config = env_prefix("VIGIE_")

    console_database_url: str = Field(description="Vigie's own database, as role vigie_console")
    console_host: str = Field("127.0.0.1", description="address to listen on")
    console_port: int = Field(8050, ge=1, le=65535, description="port to listen on")
    console_workers: int = Field(1, ge=1, le=16, description="processes; each takes about 100 MB")
    console_threads: int = Field(8, ge=2, le=64, description="requests answered at once by a process")
    console_tls: bool = Field(False, description="browsers reach the console over HTTPS: Secure cookies and HSTS")
    console_names: str = Field(
        "",
        description="names by which browsers reach the console, separated by commas; needed behind a proxy. "
        "Loopback and VIGIE_CONSOLE_HOST are always among them; others are refused",
    )
    trusted_proxies: str = Field(
        "", description="networks (CIDR, separated by commas) of proxies whose X-Forwarded-For is believed"
    )
    instance_name: str = Field("", max_length=80, description="name of this installation, shown at sign-in")
    rules_dir: Path = Field(Path("config/rules"), description="folder of the detection rules")
    sources_file: Path = Field(
        _SOURCES_FILE, description="as the worker reads it: its `[health]` says what the page API is about"
    )
    state_dir: Path | None = Field(
        None, description="folder of the state: compressed files between starts, and `logs` for the page Logs"
    )
    retention_days: int = Field(400, ge=1, le=3650, description="as the worker is told, to be said on the screen")
    raw_retention_days: int = Field(90, ge=1, le=3650, description="as the worker is told, to be said on the screen")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level that is logged")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @field_validator("console_names")
    @classmethod
    def _are_names(cls, value: str) -> str:
        if not all(_NAME.fullmatch(name) for name in _names(value)):
            raise ValueError("names are written as console.example.org, without https:// and port, commas between them")
        return value

    @property
    def names(self) -> frozenset[str]:
        """What a browser may call the console, in lower case and without brackets and port."""
        return _LOOPBACK | {self.console_host.lower(), *_names(self.console_names)}

    @property
    def proxies(self) -> tuple[Network, ...]:
        """`trusted_proxies` as networks."""
        return _networks(self.trusted_proxies)


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip().strip("[]").lower() for part in text.split(",") if part.strip())


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
