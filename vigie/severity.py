"""One scale of severity, and the maps from other people's scales to it (see docs/reference/terms.md)."""

from enum import IntEnum


class Severity(IntEnum):
    """OCSF severity_id 1 to 5. Stored as the number, shown as the word."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def word(self) -> str:
        return self.name.lower()


_BY_WORD = {level.word: level for level in Severity}


def from_word(word: str) -> Severity:
    """A Sigma `level` or our own word. Raises ValueError for anything else."""
    try:
        return _BY_WORD[word.strip().lower()]
    except KeyError:
        raise ValueError(f"{word!r} is not a severity; use one of {', '.join(_BY_WORD)}") from None
