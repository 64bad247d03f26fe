"""A circuit breaker: a source that keeps failing is left alone for a moment, so that nobody waits for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from vigie.clients.errors import CircuitOpen, Overloaded, SourceError

FAILURES_TO_OPEN = 3
OPEN_S = 5.0  # with one probe after it, a source that is back is seen within ten seconds
LONGEST_HOLD_S = 10.0  # a Retry-After beyond it would keep a source that is back off the screen


class Breaker:
    """Closed, open, half-open; one per source, shared by its threads.

    `monotonic`: seconds that never go back. `now`: UTC, only to say since when. `open_s`: seconds that it stays open.
    """

    def __init__(
        self, source: str, monotonic: Callable[[], float], now: Callable[[], datetime], open_s: float = OPEN_S
    ) -> None:
        self._source = source
        self._monotonic = monotonic
        self._now = now
        self._open_s = open_s
        self._lock = Lock()
        self._failures = 0
        self._since: datetime | None = None
        self._reason = ""
        self._open_until: float | None = None
        self._probing = False

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around one question. Raises CircuitOpen instead of asking; watches how the question ends."""
        is_probe = self._enter()
        try:
            yield
        except SourceError as error:
            if error.unhealthy:
                self._failed(error)
            else:
                self._answered()
            raise
        else:
            self._answered()
        finally:
            if is_probe:
                self._probing = False

    def close(self) -> None:
        """The source was seen to answer, by somebody else: the next question may try."""
        self._answered()

    def _enter(self) -> bool:
        """Whether this question is the probe of a half-open circuit."""
        with self._lock:
            if self._open_until is None:
                return False
            wait = self._open_until - self._monotonic()
            if wait > 0 or self._probing:
                raise self._open(max(wait, 0.0))
            self._probing = True
            return True

    def _open(self, wait: float) -> CircuitOpen:
        since = self._since or self._now()
        return CircuitOpen(
            self._source,
            f"{self._source} has not answered since {since:%H:%M:%S} UTC. {self._reason}".rstrip(),
            f"The next try is in {wait:.0f} s." if wait >= 1 else "It is being tried again now.",
            since=since,
            retry_in_s=wait,
        )

    def _failed(self, error: SourceError) -> None:
        with self._lock:
            self._failures += 1
            self._since = self._since or self._now()
            self._reason = error.sentence
            asked_for = error.retry_after_s if isinstance(error, Overloaded) else None
            if asked_for is not None:
                self._open_until = self._monotonic() + min(asked_for, LONGEST_HOLD_S)
            elif self._failures >= FAILURES_TO_OPEN:
                self._open_until = self._monotonic() + self._open_s

    def _answered(self) -> None:
        with self._lock:
            self._failures, self._since, self._reason, self._open_until = 0, None, "", None
