"""How many questions one process asks of a source at once: the console's other threads stay free while it hangs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vigie.clients.errors import TooSlow

AT_ONCE = 3
_WAIT_S = 0.3  # for one of those places


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
