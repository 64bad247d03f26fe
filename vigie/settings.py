"""Typed settings from the environment. `X_FILE` beats `X`; a bad value stops the start and names the variable.

Each process declares one class:

    class WorkerSettings(Settings):
        model_config = env_prefix("VIGIE_")
        poll_seconds: float = Field(0.2, gt=0, description="…")

and reads it once with `WorkerSettings.load()`.
"""

import os
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from vigie.errors import ConfigurationError


def env_prefix(prefix: str) -> SettingsConfigDict:
    """Field `poll_seconds` is read from `<prefix>POLL_SECONDS`."""
    return SettingsConfigDict(env_prefix=prefix, extra="ignore", frozen=True, hide_input_in_errors=True)


def variable_of(prefix: str, field: str) -> str:
    """The environment variable of a field."""
    return f"{prefix}{field}".upper()


class _Environment(PydanticBaseSettingsSource):
    """Reads `X` and `X_FILE`. A file's value is its text without the last line break."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = variable_of(self.config.get("env_prefix") or "", field_name)
        return read_variable(variable), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def read_variable(variable: str) -> str | None:
    """The value of one variable, or None where it is not set. Raises ConfigurationError for a file it cannot read."""
    path = os.environ.get(f"{variable}_FILE")
    if not path:
        return os.environ.get(variable)
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        raise ConfigurationError(
            f"{variable}_FILE names {path}, which cannot be read: {reason}.",
            f"Correct the path or its permissions, or unset {variable}_FILE and set {variable}.",
        ) from error


class Settings(BaseSettings):
    """Base of every process's settings: frozen, from the environment only."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Environment(settings_cls)

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Reads the environment; `given` wins over it. Raises ConfigurationError naming the first bad variable."""
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            prefix = cls.model_config.get("env_prefix") or ""
            variable = variable_of(prefix, str(first["loc"][0])) if first["loc"] else "A setting"
            if first["type"] == "missing":
                raise ConfigurationError(f"{variable} is not set.", f"Set {variable} or {variable}_FILE.") from error
            raise ConfigurationError(
                f"{variable} is not usable: {first['msg']}.",
                "See docs/reference/settings.md for what it takes.",
            ) from error
