"""The values of one rule's SQL, bound by name, so that none of them can change the statement."""

from collections.abc import Sequence

from detection.sigma.fields import Field
from detection.sigma.refusals import Refused, shown

MOST_VALUES = 5000


class Bindings:
    """Collects `parameters`, whose names begin with `prefix`, and what the SQL reads besides the event's own row."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0
        self.parameters: dict[str, object] = {}
        self.reads_raw = False

    def bound(self, value: str | int | float) -> str:
        """A placeholder for `value`. Raises Refused for a text that no event can hold."""
        self._take([value])
        return self._named(value)

    def listed(self, values: Sequence[str]) -> str:
        """A placeholder for a list of texts."""
        self._take(values)
        return f"({self._named(list(values))}::text[])"

    def read(self, field: Field) -> str:
        """The expression for `field`, its own values bound."""
        first, *rest = field.sql.split("?")
        self.reads_raw |= "r.raw" in field.sql
        return first + "".join(self.bound(value) + part for value, part in zip(field.binds, rest, strict=True))

    def _named(self, value: object) -> str:
        name = f"{self._prefix}{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"

    def _take(self, values: Sequence[str | int | float]) -> None:
        self._count += len(values)
        if self._count > MOST_VALUES:
            raise Refused(f"The rule has more than {MOST_VALUES} values.", "Split it into several rules.")
        wrong = next((value for value in values if isinstance(value, str) and not _is_storable(value)), None)
        if wrong is not None:
            raise Refused(f"The value {shown(wrong)} holds a character that no event can hold.", "Write it without.")


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
