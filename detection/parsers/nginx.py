"""nginx's access log: `combined`, with `$request_time` and others behind it, and a `$host` before it if written."""

from collections.abc import Sequence

from detection.parsers.access_line import parse_access_line, seconds
from detection.parsers.interface import Origin, Parsed


class NginxParser:
    """Reads access lines. Their own zone offset counts."""

    name = "nginx"

    def parse(self, text: str, origin: Origin) -> Parsed:
        return parse_access_line(text, origin, _duration)


def _duration(fields: Sequence[str]) -> float | None:
    """The first number with three decimals, as nginx writes times; `$request_time` stands before the upstream's."""
    for field in fields:
        if field.partition(",")[0].strip('"')[-4:-3] == "." and (found := seconds(field)) is not None:
            return found
    return None
