"""The fields that can be asked for: those of `vigie.event.Event`, under the same names."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto
from types import MappingProxyType

from vigie.event import OUTCOMES
from vigie.query.errors import QueryError, shown
from vigie.severity import Severity


class Kind(Enum):
    """What values of a field are, and so how they are compared."""

    NAME = auto()  # the whole value, letter for letter
    CHOICE = auto()  # one of a few known words
    PROSE = auto()  # a part of the value, capital letters or not
    ADDRESS = auto()
    NUMBER = auto()
    SEVERITY = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `words`: what it holds. `choices`: its values where they are known beforehand.

    `always_given`: every event has it. `is_indexed`: one value is found without reading every event.
    `is_rolled_up`: the hourly counts of all events can answer for it.
    """

    name: str
    kind: Kind
    words: str
    choices: tuple[str, ...] = ()
    always_given: bool = False
    is_indexed: bool = False
    is_rolled_up: bool = False


SEVERITIES = tuple(level.word for level in Severity)

_ALL = (
    Field("severity", Kind.SEVERITY, "how bad, by the rule", SEVERITIES, always_given=True, is_rolled_up=True),
    Field("source", Kind.NAME, "who supplied the event", always_given=True, is_rolled_up=True),
    Field("category", Kind.NAME, "the kind of thing that happened", always_given=True, is_rolled_up=True),
    Field("action", Kind.NAME, "what happened", always_given=True, is_rolled_up=True),
    Field("outcome", Kind.CHOICE, "how it ended", OUTCOMES, always_given=True, is_rolled_up=True),
    Field("reason", Kind.NAME, "why it failed"),
    Field("rule", Kind.NAME, "the rule that was met", is_indexed=True),
    Field("user_name", Kind.NAME, "the account", is_indexed=True),
    Field("source_ip", Kind.ADDRESS, "the address it came from", is_indexed=True),
    Field("user_agent", Kind.PROSE, "the program that asked"),
    Field("host_name", Kind.NAME, "the host"),
    Field("container_name", Kind.NAME, "the container"),
    Field("process_name", Kind.NAME, "the process"),
    Field("http_method", Kind.NAME, "GET, POST and so on"),
    Field("http_route", Kind.NAME, "the path that was asked for"),
    Field("http_status", Kind.NUMBER, "the number of the answer, such as 404"),
    Field("message", Kind.PROSE, "what the record says"),
)

FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _ALL})

FREE_TEXT = ("message", "source", "action", "rule", "user_name", "http_route", "container_name", "host_name")
"""Where words without a field are looked for; a whole address is looked for in `source_ip` too."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "level": "severity",
        "user": "user_name",
        "ip": "source_ip",
        "address": "source_ip",
        "agent": "user_agent",
        "host": "host_name",
        "container": "container_name",
        "process": "process_name",
        "method": "http_method",
        "route": "http_route",
        "path": "http_route",
        "status": "http_status",
    }
)

_TIMES = ("occurred_at", "received_at", "time", "timestamp", "@timestamp")


def field_named(written: str) -> Field | None:
    """The field of a name as typed: any case, short names, and dots for underscores."""
    name = written.lower().replace(".", "_").replace("-", "_")
    return FIELDS.get(ALIASES.get(name, name))


def find_field(written: str, position: int = 0) -> Field:
    """As `field_named`. Raises QueryError with the nearest names for what is none."""
    found = field_named(written)
    if found is not None:
        return found
    if written.lower() in _TIMES:
        raise QueryError(
            f"{shown(written)} is not asked for here.", "Choose the time range instead.",
            position=position, length=len(written),
        )  # fmt: skip
    near = get_close_matches(written.lower()[:40], [*FIELDS, *ALIASES], n=3)
    names = tuple(dict.fromkeys(ALIASES.get(each, each) for each in near))
    advice = f"Did you mean {names[0]}?" if names else "For text that holds a colon, put it in quotes."
    raise QueryError(
        f"There is no field {shown(written)}.", advice, position=position, length=len(written), suggestions=names
    )
