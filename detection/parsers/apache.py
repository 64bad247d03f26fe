"""Apache's access log: `common`, `combined`, `vhost_combined`, with `%D`, or `%T` and `%D`, behind them."""

from collections.abc import Sequence

from detection.parsers.access_line import parse_access_line, seconds
from detection.parsers.interface import Origin, Parsed

_MICROSECONDS = 1_000_000


class ApacheParser:
    """Reads access lines. Their own zone offset counts."""

    name = "apache"

    def parse(self, text: str, origin: Origin) -> Parsed:
        return parse_access_line(text, origin, _duration)


def _duration(fields: Sequence[str]) -> float | None:
    """`%D` is a whole number of microseconds; `%T/%D` and `%T %D` have whole seconds before it.

    A `%T` alone cannot be told from a `%D`; one with its name, `T=3`, can.
    """
    numbers = [field for field in fields if _is_number(field)]
    if not numbers:
        return None
    if numbers[0].startswith("T="):
        return seconds(numbers[0])
    last = numbers[1] if len(numbers) > 1 and numbers[1].isdigit() else numbers[0]
    micros = last.rpartition("/")[2].rpartition("=")[2]
    return int(micros) / _MICROSECONDS if len(micros) <= 11 else None


def _is_number(field: str) -> bool:
    digits = field.rpartition("=")[2].replace("/", "", 1)
    return digits.isascii() and digits.isdigit() and not field.endswith("/")
