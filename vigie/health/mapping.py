"""`[health]` of `config/sources.toml`: which service is watched, what its metrics are called, what was promised."""

import tomllib
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from vigie.errors import ConfigurationError
from vigie.health.objectives import Objective

Metric = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_:][A-Za-z0-9_:]{0,199}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,199}$")]
Value = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class MetricNames(_Strict):
    """What the service's metrics are called. `requests` counts, `durations` has the label `le`; `labels` narrow both.

    `version`: a metric whose label `version_label` says which version runs; `started`: Unix seconds of its start.
    """

    requests: Metric
    durations: Metric
    method: Label
    route: Label
    status: Label
    version: Metric = "api_build_info"
    version_label: Label = "version"
    started: Metric = "process_start_time_seconds"
    labels: dict[Label, Value] = {}


PRESETS = MappingProxyType(
    {
        "api": MetricNames(
            requests="http_requests_total",
            durations="http_request_duration_seconds_bucket",
            method="method",
            route="route",
            status="status",
            labels={"job": "api"},
        ),
        "prometheus-fastapi-instrumentator": MetricNames(
            requests="http_requests_total",
            durations="http_request_duration_seconds_bucket",
            method="method",
            route="handler",
            status="status",
        ),
        "opentelemetry": MetricNames(
            requests="http_server_request_duration_seconds_count",
            durations="http_server_request_duration_seconds_bucket",
            method="http_request_method",
            route="http_route",
            status="http_response_status_code",
            version="target_info",
            version_label="service_version",
        ),
    }
)
"""Names as these libraries give them, by the name of the preset."""


class _Objectives(_Strict):
    availability_percent: float = Field(99.5, ge=50, lt=100, strict=False)
    days: int = Field(30, ge=1, le=90)
    p95_ms: float | None = Field(300, gt=0, le=600_000, strict=False)


class Health(_Strict):
    """The table. `sources`: whose requests count where there is no Prometheus; empty for all of them.

    `ignored_routes`: what no user asks for, such as the scrapes themselves.
    """

    title: str = Field("API", min_length=1, max_length=60)
    sources: tuple[str, ...] = Field((), strict=False)
    ignored_routes: tuple[Value, ...] = Field(("/metrics",), strict=False, max_length=20)
    metrics: MetricNames = PRESETS["api"]
    objectives: _Objectives = Field(default_factory=lambda: _Objectives.model_validate({}))

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, given: Any) -> Any:
        """`preset` gives all names; `[health.metrics]` changes single ones of them."""
        if not isinstance(given, dict):
            return given
        rest = {name: value for name, value in given.items() if name not in ("preset", "metrics")}
        preset, own = given.get("preset", "api"), given.get("metrics", {})
        if not isinstance(preset, str) or preset not in PRESETS:
            raise ValueError(f"preset is not one of: {', '.join(PRESETS)}")
        if not isinstance(own, dict):
            raise ValueError("metrics is not a table; write [health.metrics]")
        return rest | {"metrics": PRESETS[preset].model_dump() | own}

    @property
    def objective(self) -> Objective:
        """What was promised."""
        said = self.objectives
        latency = None if said.p95_ms is None else said.p95_ms / 1000
        return Objective(said.availability_percent / 100, timedelta(days=said.days), latency)


def load_health(path: Path) -> Health:
    """The table `[health]`, or its defaults where the file has none. Raises ConfigurationError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The file {path} cannot be read: {error.strerror}.", "Correct the path in VIGIE_SOURCES_FILE."
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.", "Correct that line.") from error
    try:
        return Health.model_validate(document.get("health", {}))
    except ValidationError as error:
        raise _explained(path, error) from error


def _explained(path: Path, error: ValidationError) -> ConfigurationError:
    first = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    is_unknown = first["type"] == "extra_forbidden"
    said = "it is not a key Vigie knows" if is_unknown else first["msg"].removeprefix("Value error, ")
    what = f"{key}: {said}" if key else said
    return ConfigurationError(f"{path}, [health]: {what}.", "docs/reference/health.md lists every key.")
