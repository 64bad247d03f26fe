"""Events by the values of a dimension, wherever they were counted."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from dashboard.sources.event_questions import DIMENSIONS


@dataclass(slots=True)
class Counted:
    """Events by value, "" is "not given"; `further`: those whose values are not told apart."""

    values: Counter[str] = field(default_factory=Counter)
    further: int = 0

    @property
    def total(self) -> int:
        return self.values.total() + self.further


def pairs(dimensions: Collection[str]) -> str:
    """Each dimension's name beside its value as text, for a list of VALUES. The names are constants of this package."""
    return ", ".join(f"('{name}', coalesce({name}::text, ''))" for name in DIMENSIONS if name in dimensions)
