"""The formats by name. A new format is a file beside this one and a line here."""

from detection.parsers.apache import ApacheParser
from detection.parsers.api_log import ApiParser
from detection.parsers.docker_events import DockerParser
from detection.parsers.falco import FalcoParser
from detection.parsers.generic_json import GenericJsonParser
from detection.parsers.grafana_log import GrafanaParser
from detection.parsers.interface import Parser
from detection.parsers.nginx import NginxParser
from detection.parsers.postgres_log import PostgresParser
from detection.parsers.sshd import SshdParser
from vigie.errors import ConfigurationError

_ALL: tuple[Parser, ...] = (
    ApacheParser(),
    ApiParser(),
    DockerParser(),
    FalcoParser(),
    GenericJsonParser(),
    GrafanaParser(),
    NginxParser(),
    PostgresParser(),
    SshdParser(),
)
PARSERS = {parser.name: parser for parser in _ALL}


class UnknownFormat(ConfigurationError):
    """No parser has that name."""


def parser_named(name: str) -> Parser:
    """The parser of the format `name`. Raises UnknownFormat, which lists the names."""
    try:
        return PARSERS[name]
    except KeyError:
        known = ", ".join(PARSERS)
        raise UnknownFormat(f"There is no log format {name[:80]!r}.", f"Use one of: {known}.") from None
