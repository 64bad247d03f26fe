"""Collect, parse, store: one loop for each source, which nothing but a wrong configuration ends."""

import logging
import threading
import time
from collections.abc import Callable

from detection.collectors.interface import CannotLook, Collector, Look
from detection.keeping import CursorMoved, Keeper
from vigie.errors import ConfigurationError, StorageFull, StoreUnavailable, VigieError
from vigie.store.room import Room

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 5.0
_HEARTBEAT_S = 2.0

_log = logging.getLogger(__name__)


class SourceLoop:
    """Looks at one source until `stop` is set. `failure` is why it ended of itself; whatever ends it sets `stop`."""

    def __init__(
        self, collector: Collector, keeper: Keeper, poll_seconds: float, stop: threading.Event, room: Room | None = None
    ) -> None:
        """`room`: on the disk that is stored on, where that can be seen."""
        self._collector = collector
        self._keeper = keeper
        self._room = room
        self._poll_seconds = poll_seconds
        self._stop = stop
        self._name = collector.source.name
        self._wait_s = _FIRST_WAIT_S
        self._trouble: str | None = None
        self._is_resumed = False
        self._kept_at = float("-inf")
        self.failure: Exception | None = None

    def run(self) -> None:
        """The body of the source's thread."""
        try:
            while not self._stop.is_set():
                self._turn()
        except Exception as error:  # noqa: BLE001 - carried to the main thread, which ends the process with it
            self.failure = error
            if isinstance(error, ConfigurationError):
                self._record(error)
        finally:
            self._stop.set()
            self._collector.close()
            self._keeper.close()

    def _turn(self) -> None:
        if not self._is_resumed and not self._keep_trying(self._resume):
            return
        look = self._look()
        if look is None:
            self._back_off()
            return
        is_news = look.events or look.reread or look.rejected or look.gaps or look.cursor or self._trouble
        if is_news or time.monotonic() - self._kept_at >= _HEARTBEAT_S:
            self._keep_trying(lambda: self._keep(look))
        self._out_of_trouble()
        if not look.more:
            self._stop.wait(self._poll_seconds)

    def _look(self) -> Look | None:
        """None: the source could not be looked at, and that is recorded."""
        try:
            return self._collector.look()
        except CannotLook as error:
            self._in_trouble("the source is blind", error)
            self._record(error)
        except ConfigurationError:
            raise
        except Exception:  # noqa: BLE001 - a defect in one collector must not end the worker
            _log.exception("looking at the source failed", extra={"source": self._name})
            self._record(CannotLook("Reading this source failed in Vigie itself.", "The worker's log says where."))
            self._is_resumed = False
        return None

    def _resume(self) -> None:
        self._collector.resume(self._keeper.register(self._collector.source))
        self._is_resumed = True

    def _keep(self, look: Look) -> None:
        if self._room is not None:
            self._room.check()
        try:
            stored = self._keeper.keep(self._name, look)
        except CursorMoved as error:
            _log.warning("the source is read anew from its cursor", extra={"source": self._name, "reason": str(error)})
            self._is_resumed = False
            return
        self._kept_at = time.monotonic()
        if stored.added:
            _log.debug("events were stored", extra={"source": self._name, "added": stored.added})

    def _keep_trying(self, act: Callable[[], None]) -> bool:
        """Until Vigie's database did it; False if the worker stops first (the next one reads it again)."""
        while True:
            try:
                act()
            except (StoreUnavailable, StorageFull) as error:
                self._in_trouble("events cannot be stored", error)
                if isinstance(error, StorageFull):  # a few words more still fit: the screen says why
                    self._record(error)
                self._back_off()
                if self._stop.is_set():
                    return False
            else:
                return True

    def _record(self, error: VigieError) -> None:
        """Best effort: with Vigie's own database away there is nowhere to record it, and the log has it."""
        try:
            self._keeper.blind(self._name, error)
        except VigieError as why:
            _log.debug("the error could not be recorded", extra={"source": self._name, "reason": str(why)})

    def _in_trouble(self, what: str, error: VigieError) -> None:
        """One line a change of state, however often it is tried."""
        if str(error) != self._trouble:
            self._trouble = str(error)
            _log.error(
                what, extra={"source": self._name, "reason": str(error), "cause": str(error.__cause__ or "")[:500]}
            )

    def _out_of_trouble(self) -> None:
        if self._trouble is not None and not self._stop.is_set():
            self._trouble = None
            _log.info("all is well again", extra={"source": self._name})
        self._wait_s = _FIRST_WAIT_S

    def _back_off(self) -> None:
        self._stop.wait(self._wait_s)
        self._wait_s = min(self._wait_s * 2, _LONGEST_WAIT_S)
