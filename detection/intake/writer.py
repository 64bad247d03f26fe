"""One thread that stores what all requests brought meanwhile in one transaction; the requests wait, but not long."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from detection.intake.deliveries import Delivery, Receipt
from detection.intake.storing import IntakeKeeper
from vigie.errors import StorageFull, StoreUnavailable, VigieError
from vigie.store.room import Room

PATIENCE_S = 0.3  # a request's, for the transaction that stores it: an answer takes half a second at most
_LEAST_S = 0.1
_BEAT_S = 5.0
_RETRY_S = 0.5
_MOST_WAITING, _MOST_BYTES = 2000, 16 * 2**20
_BATCH = 1000

_log = logging.getLogger(__name__)


class TooMuch(VigieError):
    """More came in than can be stored now. Nothing of this request was taken."""


@dataclass(slots=True)
class _Ticket:
    """A request that waits."""

    delivery: Delivery
    done: threading.Event = field(default_factory=threading.Event)
    receipt: Receipt | None = None
    error: VigieError | None = None
    is_abandoned: bool = False


class Writer:
    """Stores deliveries through `keeper`, which is its own from now on. `room`: on the disk that it stores on."""

    def __init__(
        self, keeper: IntakeKeeper, room: Room | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._keeper = keeper
        self._room = room
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._queue: deque[_Ticket] = deque()
        self._bytes = 0
        self._busy_since: float | None = None
        self._trouble: VigieError | None = StoreUnavailable("The intake has not reached its database yet.")
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="intake-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stores what waits, then ends the thread."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify()
        self._thread.join()

    @property
    def trouble(self) -> VigieError | None:
        """Why nothing can be stored now."""
        busy_since = self._busy_since
        if busy_since is not None and self._monotonic() - busy_since > PATIENCE_S:
            return self._trouble or StoreUnavailable("PostgreSQL does not answer in time.")
        return self._trouble

    def check(self, size: int, waited_s: float) -> None:
        """Raises what `submit` of a body of `size` bytes would raise now."""
        trouble = self.trouble
        if trouble is not None:
            raise trouble
        if PATIENCE_S - waited_s < _LEAST_S or len(self._queue) >= _MOST_WAITING or self._bytes + size > _MOST_BYTES:
            raise TooMuch("More is coming in than can be stored.")

    def submit(self, delivery: Delivery, waited_s: float = 0.0) -> Receipt:
        """Waits until it is stored, `PATIENCE_S` less what was `waited_s` before.

        Raises TooMuch, and StoreUnavailable or another VigieError of the keeper: then it is not acknowledged, and sent
        again it is stored once.
        """
        ticket = _Ticket(delivery)
        patience_s = PATIENCE_S - waited_s
        with self._changed:
            self.check(delivery.size, waited_s)
            self._queue.append(ticket)
            self._bytes += delivery.size
            self._changed.notify()
        ticket.done.wait(patience_s)
        if ticket.error is not None:
            raise ticket.error
        if ticket.receipt is None:
            ticket.is_abandoned = True
            raise StoreUnavailable("It could not be stored in time.")
        return ticket.receipt

    def _run(self) -> None:
        while True:
            batch = self._next()
            if batch is None:
                break
            self._busy_since = self._monotonic()
            error = self._kept(batch)
            self._busy_since = None
            self._told(error)
            if error is not None:
                self._refuse_all(error)
        self._keeper.close()

    def _next(self) -> list[_Ticket] | None:
        """What waits, about a thousand records; empty when it is time for the sign of life; None at the end."""
        taken: list[_Ticket] = []
        records = 0
        with self._changed:
            wait_s = _RETRY_S if self._trouble is not None else _BEAT_S
            self._changed.wait_for(lambda: self._queue or self._is_stopped, wait_s)
            if self._is_stopped and not self._queue:
                return None
            while self._queue and records < _BATCH:
                ticket = self._queue.popleft()
                self._bytes -= ticket.delivery.size
                records += len(ticket.delivery.records) + len(ticket.delivery.rejected)
                taken.append(ticket)
        return [ticket for ticket in taken if not ticket.is_abandoned]

    def _kept(self, batch: Sequence[_Ticket]) -> VigieError | None:
        """Answers the batch. Returns why nothing can be stored now, if that is so."""
        error = self._tried(batch)
        if error is None:
            return None
        if isinstance(error, StorageFull) or self._tried(()) is not None:
            _answer(batch, None, error)
            return error
        for ticket in batch:  # the database is there: what is wrong with one of them must not cost the others
            alone = self._tried([ticket])
            if alone is not None:
                _answer([ticket], None, alone)
        return None

    def _tried(self, batch: Sequence[_Ticket]) -> VigieError | None:
        """Stores the batch, or gives a sign of life where it is empty, and answers if that went well."""
        try:
            if self._room is not None:
                self._room.check()
            if not batch:
                self._keeper.beat()
                return None
            receipts = self._keeper.keep_deliveries([ticket.delivery for ticket in batch])
        except Exception as error:  # noqa: BLE001 - a defect must not end the thread that answers everybody
            return _ours(error)
        for ticket, receipt in zip(batch, receipts, strict=True):
            _answer([ticket], receipt, None)
        return None

    def _refuse_all(self, error: VigieError) -> None:
        with self._changed:
            waiting = list(self._queue)
            self._queue.clear()
            self._bytes = 0
        _answer(waiting, None, error)

    def _told(self, error: VigieError | None) -> None:
        """One line a change of state. That the disk is full is said on screen too: a few words more still fit."""
        if isinstance(error, StorageFull):
            self._recorded(error)
        if error is not None and str(error) != str(self._trouble):
            _log.error("nothing can be stored", extra={"reason": str(error), "cause": str(error.__cause__ or "")[:500]})
        elif error is None and self._trouble is not None:
            _log.info("the intake stores what is posted")
        self._trouble = error

    def _recorded(self, error: StorageFull) -> None:
        try:
            self._keeper.blind_all(error)
        except VigieError as why:
            _log.debug("the error could not be recorded", extra={"reason": str(why)})


def _answer(tickets: Sequence[_Ticket], receipt: Receipt | None, error: VigieError | None) -> None:
    for ticket in tickets:
        ticket.receipt, ticket.error = receipt, error
        ticket.done.set()


def _ours(error: Exception) -> VigieError:
    if isinstance(error, VigieError):
        return error
    _log.error("storing a delivery failed in Vigie itself", exc_info=error)
    return StoreUnavailable("Storing failed in Vigie itself.", "The intake's log says where.")
