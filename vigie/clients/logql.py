"""LogQL built from values. User text can be nothing but the inside of a string (see `literals.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from vigie.clients.errors import BadFilter
from vigie.clients.literals import Match, Matcher, check_length, check_name, literal, whole_seconds
from vigie.clients.regex import check_regex, quote


class LineMatch(Enum):
    """What a line must, or must not, hold."""

    CONTAINS = "|="
    LACKS = "!="
    MATCHES = "|~"
    MATCHES_NOT = "!~"


@dataclass(frozen=True, slots=True)
class LineFilter:
    """One condition on the text of a line. Raises BadFilter for a value that cannot be asked for."""

    match: LineMatch
    value: str

    def __post_init__(self) -> None:
        check_length(self.value)
        if self.match in (LineMatch.MATCHES, LineMatch.MATCHES_NOT):
            check_regex(self.value)

    @property
    def text(self) -> str:
        return f"{self.match.value} {literal(self.value)}"


@dataclass(frozen=True, slots=True)
class AnyCase:
    """The line holds `value`, capital letters or not."""

    value: str

    def __post_init__(self) -> None:
        check_length(self.value)

    @property
    def text(self) -> str:
        return f"|~ {literal(f'(?i){quote(self.value)}')}"


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Lines of some streams.

    `streams`: at least one that no empty value satisfies, as Loki asks. `lines`: all must hold. `fields`: label to be
    made ← path in the JSON of the line, such as `container_name` ← `output_fields["container.name"]`; lines that are no
    JSON then drop out. `where`: conditions on those fields.
    """

    streams: tuple[Matcher, ...]
    lines: tuple[LineFilter | AnyCase, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    where: tuple[Matcher, ...] = ()

    def __post_init__(self) -> None:
        if not any(_narrows(matcher) for matcher in self.streams):
            raise BadFilter("The question names no stream.", "Choose at least one label with a value.")
        for name in self.fields:
            check_name(name)

    @property
    def text(self) -> str:
        parts = [f"{{{','.join(matcher.text for matcher in self.streams)}}}", *(each.text for each in self.lines)]
        if self.fields:
            pairs = ", ".join(f"{name}={literal(path)}" for name, path in self.fields.items())
            parts.append(f'| json {pairs} | __error__=""')
        parts += [f"| {matcher.text}" for matcher in self.where]
        return " ".join(parts)

    def counted(self, window: timedelta, by: tuple[str, ...] = ()) -> str:
        """Lines in each `window`, by labels. Where there are none there is no point, not a zero.

        Group by labels of few values only: beyond 500 series Loki refuses the whole question.
        """
        grouped = f"sum by ({', '.join(check_name(name) for name in by)}) " if by else "sum"
        return f"{grouped}(count_over_time({self.text} [{whole_seconds(window)}s]))"


def _narrows(matcher: Matcher) -> bool:
    """As far as can be told here; for an expression that also takes the empty value Loki says so itself."""
    return matcher.match in (Match.EQUAL, Match.REGEX) and bool(matcher.value)
