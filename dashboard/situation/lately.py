"""Answers that cost more than they change: kept for a while, whoever asks for them."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dashboard.sources.interface import Answer

T = TypeVar("T")
_MOST = 8


@dataclass(slots=True)
class Lately:
    """Keeps answers with rows for `seconds`; one that could not be read is asked for again. For many threads."""

    seconds: float
    _kept: dict[Hashable, tuple[float, Answer[Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, ask: Callable[[], Answer[T]]) -> Answer[T]:
        """The answer for `key`, asked now or before. Several that ask at once may each ask."""
        with self._lock:
            at, known = self._kept.get(key, (float("-inf"), None))
        if known is not None and time.monotonic() - at < self.seconds:
            return known
        answer = ask()
        if answer.rows is not None:
            self._keep(key, answer)
        return answer

    def _keep(self, key: Hashable, answer: Answer[Any]) -> None:
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = time.monotonic(), answer
