"""Typed settings from the environment. `X_FILE` beats `X`; a bad value stops the start and names the variable.

Each process declares one class:

    class WorkerSettings(Settings):
        model_config = env_prefix("VIGIE_")
        poll_seconds: float = Field(0.2, gt=0, description="…")

and reads it once with `WorkerSettings.load()`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from vigie.errors import ConfigurationError

_WORDS = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "text"}
_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
}


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
            schema = cls.model_json_schema()["properties"].get(str(first["loc"][0]), {}) if first["loc"] else {}
            raise ConfigurationError(
                f"{variable} is not usable: {_what_is_wrong(first['type'], first['msg'], schema)}.",
                "See docs/reference/settings.md for what it takes.",
            ) from error


def _what_is_wrong(kind: str, message: str, schema: Mapping[str, Any]) -> str:
    """Our own words where a validator of ours refused; else what the setting takes, rather than pydantic's words."""
    takes = _what_it_takes(schema)
    if kind == "value_error" or takes is None:
        return message.removeprefix("Value error, ")
    return f"it must be {takes}"


def _what_it_takes(schema: Mapping[str, Any]) -> str | None:
    """In words, such as "a whole number from 1 to 65535"; None for a kind that has no words here.

    `schema`: the JSON schema of the field.
    """
    schema = schema.get("anyOf", [schema])[0]  # the other one is "unset"
    if "enum" in schema:
        *others, last = schema["enum"]
        return f"{', '.join(others)} or {last}"
    words = _WORDS.get(schema.get("type", ""))
    if words is None:
        return None
    if "minimum" in schema and "maximum" in schema:
        return f"{words} from {schema['minimum']} to {schema['maximum']}"
    limits = [limit.format(schema[name]) for name, limit in _LIMITS.items() if name in schema]
    return f"{words} of {' and '.join(limits)}" if limits else words
