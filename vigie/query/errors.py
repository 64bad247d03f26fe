"""What is wrong with a query, and where."""

from vigie.errors import VigieError

_MOST = 40


class QueryError(VigieError):
    """A query that cannot be asked.

    `position` and `length`: the characters concerned, in the text as typed (length 0: between two characters).
    `suggestions`: texts that can stand in their place.
    """

    def __init__(
        self, sentence: str, advice: str = "", *, position: int = 0, length: int = 0, suggestions: tuple[str, ...] = ()
    ) -> None:
        super().__init__(sentence, advice)
        self.position = position
        self.length = length
        self.suggestions = suggestions


def shown(text: str) -> str:
    """What somebody typed, fit for a sentence: short, and without characters that cannot be seen."""
    seen = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[: _MOST + 1])
    return seen if len(seen) <= _MOST else f"{seen[: _MOST - 1]}…"
