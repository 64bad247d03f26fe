"""What of the rules a view asks for: one that is open, a filter, an order. It comes from the browser: any JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from dashboard.rules.phrases import kind_words, state_words
from dashboard.sources.rule_questions import RuleRow, RuleState
from dashboard.ui import words
from vigie.event import clean_text

_NAME_LIMIT, _TEXT_LIMIT = 300, 100
_NEVER = datetime.min.replace(tzinfo=UTC)


class Shows(StrEnum):
    """Which rules the board shows, as it stands in the address."""

    ALL = ""
    TROUBLED = "troubled"
    OFF = "off"
    UNFED = "unfed"
    FIRED = "fired"
    SILENT = "silent"


SHOWS: Mapping[Shows, str] = MappingProxyType(
    {
        Shows.ALL: "All",
        Shows.TROUBLED: "Not working",
        Shows.OFF: "Off",
        Shows.UNFED: "Not fed",
        Shows.FIRED: "Fired",
        Shows.SILENT: "Silent",
    }
)
NOT_WORKING = (RuleState.NOT_LOADED, RuleState.FAILING)

_STATES = {Shows.OFF: RuleState.OFF, Shows.UNFED: RuleState.UNFED}

Key = Callable[[RuleRow], tuple[float | str, ...]]
ORDERS: Mapping[str, Key] = MappingProxyType(
    {
        "state": lambda row: (list(RuleState).index(row.state), -row.severity),
        "rule": lambda row: (row.title.lower(),),
        "severity": lambda row: (-row.severity,),
        "events": lambda row: (-row.volume.events,),
        "alerts": lambda row: (-row.volume.alerts,),
        "fired": lambda row: (-(row.last_fired_at or _NEVER).timestamp(),),
        "open": lambda row: (-row.waiting, -row.acknowledged),
        "verdicts": lambda row: (_precision(row), -row.verdicts.judged),
        "times": lambda row: (-_seconds(row),),
    }
)
"""How the board can be ordered, by the name in the address. Each begins with what wants a look first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`rule`: the name of the one that is open. `order`: a key of ORDERS, None for the usual one."""

    rule: str | None = None
    text: str = ""
    shows: Shows = Shows.ALL
    order: str | None = None
    is_backwards: bool = False

    @property
    def narrows(self) -> bool:
        return bool(self.text) or self.shows is not Shows.ALL


def read_asked(asked: object) -> Asked:
    """Never raises: what makes no sense is as if it was not asked."""
    given: Mapping[str, object] = asked if isinstance(asked, dict) else {}
    shows, order = given.get("rules_show"), given.get("rules_sort")
    named = order.removeprefix("-") if isinstance(order, str) else ""
    return Asked(
        rule=_text(given.get("rule"), _NAME_LIMIT) or None,
        text=_text(given.get("rules_find"), _TEXT_LIMIT).strip(),
        shows=Shows(shows) if isinstance(shows, str) and shows in {each.value for each in Shows} else Shows.ALL,
        order=named if named in ORDERS else None,
        is_backwards=isinstance(order, str) and order.startswith("-"),
    )


def chosen(rows: Sequence[RuleRow], asked: Asked) -> list[RuleRow]:
    """The rows that are asked for, in their order; rules that are equal in it stay as they came."""
    found = [row for row in rows if _is_shown(row, asked.shows) and _holds(row, asked.text)]
    if asked.order is None:
        return found
    return sorted(found, key=ORDERS[asked.order], reverse=asked.is_backwards)


def _text(value: object, limit: int) -> str:
    given = value[0] if isinstance(value, list) and value else value
    return clean_text(given, limit) or "" if isinstance(given, str) else ""


def _is_shown(row: RuleRow, shows: Shows) -> bool:
    if shows is Shows.TROUBLED:
        return row.state in NOT_WORKING
    if shows in _STATES:
        return row.state is _STATES[shows]
    if shows is Shows.ALL:
        return True
    return (row.volume.events > 0) == (shows is Shows.FIRED)


def _holds(row: RuleRow, text: str) -> bool:
    """Every word stands somewhere in what the board says of the rule."""
    said = [row.title, row.name, kind_words(row.kind), state_words(row.state), words.SEVERITY[row.severity]]
    everything = " ".join(said).lower()
    return all(word in everything for word in text.lower().split())


def _precision(row: RuleRow) -> float:
    """Those that nobody judged come last."""
    judged = row.verdicts.judged
    return row.verdicts.true_positive / judged if judged else 2


def _seconds(row: RuleRow) -> float:
    return row.to_acknowledge.median.total_seconds() if row.to_acknowledge else -1
