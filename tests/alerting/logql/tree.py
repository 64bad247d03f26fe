"""What a query is made of."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class LineFilter:
    sign: str
    text: str


@dataclass(frozen=True)
class Json:
    """Without fields: every field of the line."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LabelFilter:
    label: str
    sign: str
    value: str | float


Stage: TypeAlias = LineFilter | Json | LabelFilter


@dataclass(frozen=True)
class Log:
    """Lines: `matchers` choose the streams."""

    matchers: tuple[LabelFilter, ...]
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Count:
    """`count_over_time`."""

    log: Log
    seconds: int


@dataclass(frozen=True)
class Sum:
    """`by` None: over everything."""

    of: "Metric"
    by: tuple[str, ...] | None


@dataclass(frozen=True)
class Number:
    """A number, or `vector(number)`: a series without labels."""

    value: float
    is_vector: bool


@dataclass(frozen=True)
class Binary:
    sign: str
    left: "Metric"
    right: "Metric"


Metric: TypeAlias = Count | Sum | Number | Binary
