"""Errors that say what happened and what to do next.

A library's exception stops at the adapter that called it; what travels further is one of these.
"""


class VigieError(Exception):
    """Something a person can act on. `str()` gives one line: the sentence, then the advice."""

    exit_code = 1

    def __init__(self, sentence: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".rstrip()


class ConfigurationError(VigieError):
    """A setting, a mapping or a rule file is wrong. Starting again without a change cannot help."""

    exit_code = 2


class StoreUnavailable(VigieError):
    """PostgreSQL did not answer: refused, timed out, out of connections or shutting down."""


class StorageFull(VigieError):
    """The disk below PostgreSQL has no room left. Nothing was acknowledged that was not stored."""
