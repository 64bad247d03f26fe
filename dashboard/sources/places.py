"""How many questions one process asks of a source at once, and for how long: its other threads stay free meanwhile."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vigie.clients.errors import TooSlow

AT_ONCE = 3
BUDGET_S = 2.0  # of one question, however many requests it takes
_WAIT_S = 0.3  # for one of those places
_LEAST_S = 0.3  # left of the budget, to begin another request


class Places:
    """`source`: its name in sentences."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._free = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Holds a place. Raises TooSlow where none becomes free in time."""
        if not self._free.acquire(timeout=_WAIT_S):
            sentence = f"{self._source} is still busy with earlier questions."
            raise TooSlow(self._source, sentence, "It is asked again in a moment.")
        try:
            yield
        finally:
            self._free.release()


class Budget:
    """The time that one question has for all its requests. `advice`: how to ask for less."""

    def __init__(self, source: str, advice: str, seconds: float) -> None:
        self._source, self._advice = source, advice
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds. Raises TooSlow where they are not worth another request."""
        if self.is_spent():
            raise TooSlow(self._source, f"{self._source} did not answer in time.", self._advice)
        return self._until - time.monotonic()

    def is_spent(self) -> bool:
        return self._until - time.monotonic() < _LEAST_S
