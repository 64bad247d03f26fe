"""Where a source is and who we are to it. Credentials are headers that are never shown."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from vigie.errors import ConfigurationError
from vigie.settings import Settings, env_prefix

_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source; the only address its client ever speaks to.

    `name`: in sentences, such as "Loki". `url`: http(s)://host[:port][/prefix]. `headers`: sent with every question
    (credentials, tenant). `ca`: PEM certificates to trust instead of the system's. `deadline_s`: seconds for one
    question with all its retries. `max_bytes`: of an answer, decompressed. Raises ConfigurationError for a bad URL.
    """

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca: str | None = field(default=None, repr=False)
    deadline_s: float = 2.5
    max_bytes: int = 5_000_000

    def __post_init__(self) -> None:
        if not _is_base_url(self.url):
            raise ConfigurationError(
                f"The URL of {self.name} is not usable.",
                "Write http://host:port or https://host:port, with a path if need be, without user, query or fragment.",
            )


def _is_base_url(url: str) -> bool:
    if not re.fullmatch(r"[\x21-\x7e]+", url):
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  a property that checks: ValueError for a port that is none
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not ({"@", "?", "#"} & set(url))


def credentials(
    *, token: str | None = None, user: str | None = None, password: str | None = None, tenant: str | None = None
) -> dict[str, str]:
    """The headers for a bearer token, or for a user with a password, and for a tenant (X-Scope-OrgID).

    Raises ConfigurationError for what no header can carry, without repeating it.
    """
    for named, value in (("token", token), ("tenant", tenant)):
        if value and not _HEADER_VALUE.fullmatch(value):
            raise ConfigurationError(
                f"The {named} holds characters that no header can carry.",
                "Write it in plain ASCII, on one line, without spaces around it.",
            )
    if user and ":" in user:
        raise ConfigurationError("The user holds a colon.", "HTTP basic authentication has no way to send it.")
    headers: dict[str, str] = {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    elif user:
        pair = f"{user}:{password or ''}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
    if tenant:
        headers["X-Scope-OrgID"] = tenant
    return headers


class SourceSettings(Settings):
    """What every source is set with; see `LokiSettings` and `PrometheusSettings` for the prefixes."""

    url: str | None = Field(None, description="Where it is: http(s)://host:port. Unset: this source is not used")
    token: SecretStr | None = Field(None, description="bearer token")
    user: str | None = Field(None, description="user of HTTP basic authentication")
    password: SecretStr | None = Field(None, description="password of that user")
    tenant: str | None = Field(None, description="tenant (X-Scope-OrgID), where there are several")
    ca: str | None = Field(None, description="PEM certificates to trust for https instead of the system's", repr=False)
    timeout_seconds: float = Field(2.5, gt=0, le=60, description="seconds for one question with all its retries")

    def source(self, name: str) -> Source | None:
        """The source called `name` in sentences, or None where no URL is set. Raises ConfigurationError."""
        if not self.url:
            return None
        headers = credentials(
            token=self.token.get_secret_value() if self.token else None,
            user=self.user,
            password=self.password.get_secret_value() if self.password else None,
            tenant=self.tenant,
        )
        return Source(name, self.url, headers, self.ca, self.timeout_seconds)


class LokiSettings(SourceSettings):
    """VIGIE_LOKI_URL, VIGIE_LOKI_TOKEN, …"""

    model_config = env_prefix("VIGIE_LOKI_")


class PrometheusSettings(SourceSettings):
    """VIGIE_PROMETHEUS_URL, VIGIE_PROMETHEUS_TOKEN, …"""

    model_config = env_prefix("VIGIE_PROMETHEUS_")
