"""Settings of the service, read once from the environment. `X_FILE` (a file that holds the value) beats `X`."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

Network = IPv4Network | IPv6Network
_SECRET_BYTES = 32


class SettingError(Exception):
    """A setting is missing or wrong; `str()` is one sentence that names the variable and the remedy."""


def _words(value: object) -> object:
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _networks(value: object) -> object:
    try:
        return [ip_network(str(word)) for word in _words(value)]  # type: ignore[attr-defined]
    except ValueError as error:
        raise ValueError(f"{error}; write networks as 10.0.0.0/8, comma between them") from error


class Settings(BaseModel):
    """Field aliases are the names of the environment variables."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    database_url: SecretStr = Field(
        alias="API_DATABASE_URL",
        description="Owner of the service's own database: postgresql://role:password@host/app.",
    )
    jwt_secret: SecretStr = Field(
        alias="JWT_SECRET", description="Key that signs access tokens: at least 32 bytes, random, no default."
    )
    jwt_expire_min: int = Field(
        60, alias="JWT_EXPIRE_MIN", ge=1, le=1440, description="Life of an access token, minutes."
    )
    host: str = Field("127.0.0.1", alias="API_HOST", min_length=1, description="Address the service listens on.")
    port: int = Field(8000, alias="API_PORT", ge=0, le=65535, description="Port; 0 takes a free one and logs it.")
    cors_origins: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        (), alias="API_CORS_ORIGINS", description="Origins a browser may call from, comma between them. Empty: none."
    )
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(_networks)] = Field(
        (), alias="API_TRUSTED_PROXIES", description="Networks whose X-Forwarded-For is believed. Empty: nobody's."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", alias="API_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR."
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr) -> SecretStr:
        try:
            url = make_url(value.get_secret_value())
        except ArgumentError as error:
            raise ValueError("write it as postgresql://role:password@host:5432/database") from error
        if url.drivername.split("+")[0] not in ("postgresql", "postgres"):
            raise ValueError("it must name a PostgreSQL database: postgresql://role:password@host:5432/database")
        driver_of_ours = url.set(drivername="postgresql+psycopg2")
        return SecretStr(driver_of_ours.render_as_string(hide_password=False))

    @field_validator("jwt_secret")
    @classmethod
    def _is_long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value().encode()) < _SECRET_BYTES:
            raise ValueError(f"it must be at least {_SECRET_BYTES} bytes; `openssl rand -base64 48` makes a good one")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            scheme, _, rest = origin.partition("://")
            if scheme not in ("http", "https") or not rest or "/" in rest or "*" in rest:
                raise ValueError("each origin is written as https://name or https://name:port, without * or a path")
        return value


def load(environ: Mapping[str, str]) -> Settings:
    """Reads the environment. Raises SettingError for the first variable that is missing or wrong."""
    variables = [str(field.alias) for field in Settings.model_fields.values()]
    given = {variable: value for variable in variables if (value := _read(environ, variable)) is not None}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        variable = first["loc"][0]
        if first["type"] == "missing":
            raise SettingError(f"{variable} is not set. Set {variable} or {variable}_FILE.") from error
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingError(f"{variable} is not usable: {reason}.") from error


def _read(environ: Mapping[str, str], variable: str) -> str | None:
    path = environ.get(f"{variable}_FILE")
    if not path:
        return environ.get(variable)
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        raise SettingError(
            f"{variable}_FILE names {path}, which cannot be read: {reason}. Correct the path or its permissions."
        ) from error
