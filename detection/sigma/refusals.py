"""Why a rule is not loaded, in words for the person who wrote or copied it."""

from difflib import get_close_matches

from sigma.exceptions import SigmaError

_SHOWN = 80


class Refused(SigmaError):
    """What a rule asks for cannot be had. `str()` gives the sentence; `advice` is the remedy."""

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice


def shown(value: object) -> str:
    """A text of the rule within a sentence: quoted, on one line, cut."""
    text = str(value)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def nearest(word: str, known: list[str]) -> str:
    """`Did you mean …? ` where something known is written alike, else nothing."""
    close = get_close_matches(word[:_SHOWN], known, n=1)
    return f"Did you mean {close[0]}? " if close else ""
