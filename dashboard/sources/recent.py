"""Results worth keeping for a moment: several panels and readers then cost one reading."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The last `most` results by key. Who asks for one that is being made waits for it; failures are not kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._results: OrderedDict[K, Future[V]] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The result of `make` for `key`, made now or before. Raises what `make` raises."""
        with self._lock:
            known = self._results.get(key)
            result: Future[V] = known or Future()
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > self._most:
                self._results.popitem(last=False)
        if known is None:
            self._make(key, result, make)
        return result.result()

    def _make(self, key: K, result: Future[V], make: Callable[[], V]) -> None:
        try:
            result.set_result(make())
        except BaseException as error:
            result.set_exception(error)
            with self._lock:
                self._results.pop(key, None)
            raise
