"""One table of a TOML file whose every complaint names the file, the table and the key."""

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vigie.errors import ConfigurationError


def nearest(word: str, known: Collection[str], limit: int = 12) -> str:
    """`known` as a list for people, the likely meant ones first, cut at `limit`."""
    close = get_close_matches(word, known, n=limit, cutoff=0.4)
    ordered = [*close, *sorted(set(known) - set(close))]
    return ", ".join(ordered[:limit]) + (", …" if len(ordered) > limit else "")


class Table:
    """A TOML table and its place in words (`config/sources.toml, [[application]] app`)."""

    def __init__(self, values: Mapping[str, object], place: str) -> None:
        self._values = values
        self.place = place

    def wrong(self, key: str, sentence: str, advice: str) -> ConfigurationError:
        return ConfigurationError(f"{self.place}: {key} {sentence}.", advice)

    def entries(self) -> tuple[str, ...]:
        return tuple(self._values)

    def has(self, key: str) -> bool:
        return key in self._values

    def is_list(self, key: str) -> bool:
        return isinstance(self._values.get(key), list)

    def is_table(self, key: str) -> bool:
        return isinstance(self._values.get(key), dict)

    def allow_only(self, known: Collection[str]) -> None:
        for key in self._values:
            if key not in known:
                raise self.wrong(key, "is not a key Vigie knows", f"Known keys: {nearest(key, known, 20)}.")

    def tables(self, key: str) -> Sequence["Table"]:
        """The tables of an array (`[[key]]`); their place is their name, or their number where they have none."""
        found = self._values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self.wrong(key, "is not a list of tables", f"Write each as [[{key}]].")
        return [
            Table(item, f"{self.place}, [[{key}]] {item.get('name', f'number {number}')}")
            for number, item in enumerate(found, 1)
        ]

    def table(self, key: str, *, needed: bool = True) -> "Table":
        found = self._values.get(key, None if needed else {})
        if not isinstance(found, dict):
            self._missing_or(key, found, "is not a table", f"Write it as a table, {key} = {{…}}.")
        return Table(found, f"{self.place}, {key}")

    def text(
        self, key: str, *, default: str | None = None, pattern: re.Pattern[str] | None = None, hint: str = ""
    ) -> str:
        found = self._values.get(key, default)
        if not isinstance(found, str) or not found:
            self._missing_or(key, found, "is not a text", "Write it between quotes.")
        if pattern and not pattern.fullmatch(found):
            raise self.wrong(key, f"is {found!r}", f"It takes {hint}.")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        found = self._values.get(key)
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self._missing_or(key, found, "is not a list of texts", "Write each between quotes.")
        return tuple(found)

    def whole(self, key: str, default: int, *, lowest: int, highest: int) -> int:
        found = self._values.get(key, default)
        if type(found) is not int or not lowest <= found <= highest:
            raise self.wrong(key, f"is {found!r}", f"It takes a whole number from {lowest} to {highest}.")
        return found

    def choice(self, key: str, known: Sequence[str], *, default: str | None = None) -> str:
        found = self.text(key, default=default)
        if found not in known:
            raise self.wrong(key, f"is {found!r}", f"It takes one of: {nearest(found, known, 30)}.")
        return found

    def time_zone(self, key: str) -> str | None:
        """The name of an IANA time zone, or None where the key is not there."""
        if not self.has(key):
            return None
        name = self.text(key)
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self.wrong(key, f"is {name!r}, not a time zone", "Write one as Europe/Paris or UTC.") from error

    def _missing_or(self, key: str, found: object, sentence: str, advice: str) -> NoReturn:
        if found is None:
            raise self.wrong(key, "is missing", "Add it; docs/reference/sources.md shows how.")
        raise self.wrong(key, sentence, advice)
