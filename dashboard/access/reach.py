"""Whether PostgreSQL answers, asked at most once a second whoever wants to know."""

import time
from collections.abc import Callable

from sqlalchemy import Engine, text

from vigie.errors import StorageFull, StoreUnavailable
from vigie.store.engine import transaction

_KEPT_S = 1.0


class Reach:
    """One per process."""

    def __init__(self, engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._asked_at = -_KEPT_S
        self._answers = False

    def store_answers(self) -> bool:
        """Never raises for a server that is down."""
        if self._monotonic() - self._asked_at < _KEPT_S:
            return self._answers
        try:
            with transaction(self._engine) as connection:
                connection.execute(text("SELECT 1"))
            self._answers = True
        except (StoreUnavailable, StorageFull):
            self._answers = False
        self._asked_at = self._monotonic()
        return self._answers
