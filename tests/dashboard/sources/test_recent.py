"""One reading for many who ask at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.sources.recent import Recent


def test_who_asks_while_it_is_being_made_waits_for_the_same_result() -> None:
    recent: Recent[str, object] = Recent(2)
    asked, made = threading.Barrier(4), []

    def make() -> object:
        made.append(object())
        return made[-1]

    def ask(_: int) -> object:
        asked.wait(10)
        return recent.get("night", make)

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(ask, range(4)))
    assert results == [made[0]] * 4


def test_a_failure_is_told_and_not_kept() -> None:
    recent: Recent[str, int] = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.get("night", lambda: 1 // 0)
    assert recent.get("night", lambda: 7) == 7


def test_only_the_last_few_are_kept() -> None:
    recent: Recent[str, int] = Recent(2)
    for number, key in enumerate("abc"):
        recent.get(key, lambda number=number: number)  # type: ignore[misc]
    assert (recent.get("a", lambda: 99), recent.get("c", lambda: 99)) == (99, 2)
