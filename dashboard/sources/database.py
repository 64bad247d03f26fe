"""The console's questions, answered from Vigie's own database with the role vigie_console.

This is the only place where a database error becomes an answer: nothing is raised to a page but by `change_mark` and
`is_demonstration`.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.sources import failed_by, login_counts, newest_logins
from dashboard.sources.interface import (
    Answer,
    Completeness,
    FailedBy,
    HourCell,
    LoginBucket,
    LoginDay,
    LoginFilter,
    LoginPage,
    LoginSummary,
    SourceStatus,
    TimeRange,
)
from dashboard.sources.registered import Registered, read_registered
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.login_attacks.rules import LoginAttackRules
from vigie.store.engine import transaction

_log = logging.getLogger(__name__)
_OURS = "Vigie's database"
T = TypeVar("T")


class DatabaseQuestions:
    """Implements LoginQuestions and SourceQuestions."""

    def __init__(self, engine: Engine, rules: LoginAttackRules) -> None:
        self._engine = engine
        self._rules = rules
        self._title = _OURS  # of the last answer, for the ones that cannot be read

    def summary(self, window: TimeRange) -> Answer[LoginSummary]:
        return self._ask(window.until, lambda connection: login_counts.summary(connection, window))

    def series(self, window: TimeRange, step: timedelta) -> Answer[Sequence[LoginBucket]]:
        return self._ask(window.until, lambda connection: login_counts.series(connection, window, step))

    def per_day(self, window: TimeRange) -> Answer[Sequence[LoginDay]]:
        return self._ask(window.until, lambda connection: login_counts.per_day(connection, window))

    def by_hour(self, window: TimeRange) -> Answer[Sequence[HourCell]]:
        return self._ask(window.until, lambda connection: login_counts.by_hour(connection, window))

    def failed_by_user(self, window: TimeRange, limit: int) -> Answer[Sequence[FailedBy]]:
        ranking = failed_by.BY_USER
        return self._ask(window.until, lambda connection: failed_by.failed_by(connection, ranking, window, limit))

    def failed_by_address(self, window: TimeRange, limit: int) -> Answer[Sequence[FailedBy]]:
        ranking = failed_by.BY_ADDRESS
        return self._ask(window.until, lambda connection: failed_by.failed_by(connection, ranking, window, limit))

    def newest(self, window: TimeRange, chosen: LoginFilter, offset: int, limit: int) -> Answer[LoginPage]:
        return self._ask(
            window.until, lambda connection: newest_logins.newest(connection, window, chosen, offset, limit)
        )

    def last_failure_before(self, until: datetime) -> Answer[datetime | None]:
        return self._ask(until, lambda connection: newest_logins.last_failure_before(connection, until))

    def statuses(self) -> Answer[Sequence[SourceStatus]]:
        now = utc_now()
        try:
            with transaction(self._engine) as connection:
                return Answer(read_registered(connection, now).statuses, now, _OURS)
        except (VigieError, SQLAlchemyError) as error:
            return _unavailable(error, _OURS)

    def change_mark(self) -> str:
        with transaction(self._engine) as connection:
            return read_registered(connection, utc_now()).mark

    def is_demonstration(self) -> bool:
        with transaction(self._engine) as connection:
            return connection.scalar(text("SELECT 1 FROM instance WHERE key = 'demonstration'")) is not None

    def _ask(self, until: datetime, read: Callable[[Connection], T]) -> Answer[T]:
        """Reads the state of the sources, then the rows: rows may be newer than what is said of them, never older."""
        now = utc_now()
        try:
            with transaction(self._engine) as connection:
                registered = read_registered(connection, now)
                rows = read(connection)
        except (VigieError, SQLAlchemyError) as error:
            return _unavailable(error, self._title)
        self._title = _title(registered)
        return _believed(rows, registered, self._title, now, until)


def _title(registered: Registered) -> str:
    return ", ".join(status.title for status in registered.logins) or _OURS


def _believed(rows: T, registered: Registered, title: str, now: datetime, until: datetime) -> Answer[T]:
    """The answer, STALE when a supplier of logins is blind and the window reaches past its last look."""
    looks = [status.last_look_at for status in registered.logins if status.last_look_at is not None]
    as_of = min(looks, default=now)
    blind = [(status.blind_since, status) for status in registered.logins if status.blind_since is not None]
    since, worst = min(blind, key=lambda pair: pair[0], default=(None, None))
    if since is None or worst is None or until <= since:
        return Answer(rows, as_of, title)
    sentence = f"{worst.title} has not been read since then; newer logins are missing."
    if worst.error:
        sentence = f"{worst.title} cannot be read: {worst.error}"
    advice = worst.error_advice or "Check that the worker runs and reaches the application's database."
    return Answer(rows, as_of, title, Completeness.STALE, sentence, advice, since)


def _unavailable(error: VigieError | SQLAlchemyError, title: str) -> Answer[T]:
    """Could not look. A VigieError says why; anything else is a defect of ours, logged with its trace."""
    if isinstance(error, VigieError):
        sentence, advice = error.sentence, error.advice
    else:
        _log.error("a question could not be asked", exc_info=error)
        sentence, advice = "PostgreSQL refused the question.", "The console's log says why."
    return Answer(None, utc_now(), title, Completeness.UNAVAILABLE, sentence, advice)
