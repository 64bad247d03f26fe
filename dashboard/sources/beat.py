"""Whether a source that tells of nothing by itself still answers, asked for all screens of this process together.

A page asks such a source for its figures every few seconds. This small question between those lets it say within a
moment that the source is lost, and be right again as soon as it is back.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from vigie.clients.errors import SourceError
from vigie.clients.http import HttpClient
from vigie.clients.source import Source

BEAT_S = 0.8  # for the question; who hears nothing within it asks for the figures and waits longer there
_KEPT_S = 0.5


def beating(source: Source) -> HttpClient:
    """A client of its own for the small question: it never leaves a source alone, it looks whether it is back."""
    return HttpClient(replace(source, deadline_s=min(source.deadline_s, BEAT_S)), open_s=0)


@dataclass(frozen=True, slots=True)
class Heard:
    """How the last beat ended; `sentence` and `advice` where it failed."""

    ok: bool = True
    sentence: str = ""
    advice: str = ""


class SourceBeat:
    """`ask` raises SourceError, within about `BEAT_S`. Safe to use from many threads: one waits, others do not.

    `on_return`: called when the source answers again.
    """

    def __init__(
        self,
        ask: Callable[[], None],
        on_return: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._on_return = on_return
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._heard = Heard()
        self._asked_at = float("-inf")

    def heard(self) -> Heard:
        """What is known now: anew where it is older than half a second and nobody else is asking."""
        if self._monotonic() - self._asked_at < _KEPT_S or not self._lock.acquire(blocking=False):
            return self._heard
        try:
            self._heard = self._listen()
            self._asked_at = self._monotonic()
            return self._heard
        finally:
            self._lock.release()

    def _listen(self) -> Heard:
        try:
            self._ask()
        except SourceError as error:
            return Heard(ok=False, sentence=error.sentence, advice=error.advice)
        if not self._heard.ok:
            self._on_return()
        return Heard()
