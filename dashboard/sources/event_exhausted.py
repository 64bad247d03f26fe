"""Answers that took all the time a question may take: who asks the same again soon gets them again.

An open screen asks whenever something new was stored. A search that looks through millions of events would else keep
the store busy without a pause.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from dashboard.sources.event_questions import EventSearch
from dashboard.sources.interface import Answer, Completeness

REPEATED_S = 10.0
_MOST = 32
T = TypeVar("T")


class Exhausted:
    """The last answers that ended early. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[float, Answer[Any]]] = OrderedDict()

    def get(self, question: Hashable, search: EventSearch, ask: Callable[[], Answer[T]]) -> Answer[T]:
        """The answer of `ask`, or the one of at most REPEATED_S ago if that was TRUNCATED: it says its own age."""
        key = (question, search.query, search.window, tuple(sorted(search.chosen.items(), key=lambda pair: pair[0])))
        with self._lock:
            ends, known = self._answers.get(key, (0.0, None))
            if known is not None and self._clock() < ends:
                return known
        answer = ask()
        if answer.completeness is Completeness.TRUNCATED:
            with self._lock:
                self._answers[key] = (self._clock() + REPEATED_S, answer)
                self._answers.move_to_end(key)
                while len(self._answers) > _MOST:
                    self._answers.popitem(last=False)
        return answer
