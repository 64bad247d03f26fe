"""The console's questions, answered from Vigie's own database with the role vigie_console.

This is the only place where a database error becomes an answer: nothing is raised to a page but by `change_mark` and
`is_demonstration`.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.sources import failed_by, login_counts, login_trail, newest_logins
from dashboard.sources.collected import collected_since
from dashboard.sources.interface import (
    Answer,
    Completeness,
    FailedRanking,
    HourCell,
    LoginBucket,
    LoginDay,
    LoginFilter,
    LoginPage,
    LoginSummary,
    SourceStatus,
    TimeRange,
)
from dashboard.sources.login_trail import Looked
from dashboard.sources.recent import Recent
from dashboard.sources.registered import Registered, read_registered
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.login_attacks import LoginAttack, SuccessAfterFailures
from vigie.login_attacks.rules import LoginAttackRules
from vigie.store.engine import transaction

_log = logging.getLogger(__name__)
_OURS = "Vigie's database"
_KEPT = 2  # readings of failures; one may hold 50,000 of them
T = TypeVar("T")
P = ParamSpec("P")


class DatabaseQuestions:
    """Implements LoginQuestions and SourceQuestions. Safe to use from many threads."""

    def __init__(self, engine: Engine, rules: LoginAttackRules) -> None:
        self._engine = engine
        self._rules = rules
        self._title = _OURS  # of the last answer, for the ones that cannot be read
        self._begins: Recent[str, datetime | None] = Recent(1)
        self._looked: Recent[tuple[str, datetime, datetime], Looked] = Recent(_KEPT)

    def summary(self, window: TimeRange) -> Answer[LoginSummary]:
        return self._ask(window.until, login_counts.summary, window)

    def series(self, window: TimeRange, step: timedelta) -> Answer[Sequence[LoginBucket]]:
        return self._ask(window.until, login_counts.series, window, step)

    def per_day(self, window: TimeRange) -> Answer[Sequence[LoginDay]]:
        return self._ask(window.until, login_counts.per_day, window)

    def by_hour(self, window: TimeRange) -> Answer[Sequence[HourCell]]:
        return self._ask(window.until, login_counts.by_hour, window)

    def failed_by_user(self, window: TimeRange, limit: int) -> Answer[FailedRanking]:
        return self._ask(window.until, failed_by.failed_by, failed_by.By.USER, window, limit)

    def failed_by_address(self, window: TimeRange, limit: int) -> Answer[FailedRanking]:
        return self._ask(window.until, failed_by.failed_by, failed_by.By.ADDRESS, window, limit)

    def newest(self, window: TimeRange, chosen: LoginFilter, offset: int, limit: int) -> Answer[LoginPage]:
        return self._ask(window.until, newest_logins.newest, window, chosen, offset, limit)

    def attacks(self, window: TimeRange) -> Answer[Sequence[LoginAttack]]:
        return self._analyse(window, lambda _, looked: looked.attacks)

    def longest_pause(self) -> timedelta:
        return timedelta(minutes=self._rules.gap_minutes)

    def successes_after_failures(self, window: TimeRange) -> Answer[Sequence[SuccessAfterFailures]]:
        return self._analyse(
            window, lambda connection, looked: login_trail.successes(connection, looked, window, self._rules)
        )

    def last_failure_before(self, until: datetime) -> Answer[datetime | None]:
        return self._ask(until, newest_logins.last_failure_before, until)

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

    def _ask(
        self, until: datetime, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Answer[T]:
        """An answer with everything that was asked for."""
        return self._read(until, lambda connection, _: (question(connection, *args, **kwargs), None))

    def _analyse(self, window: TimeRange, judge: Callable[[Connection, Looked], Sequence[T]]) -> Answer[Sequence[T]]:
        """An answer from the failures of the window, which are read once for everything that is asked of them."""

        def read(connection: Connection, mark: str) -> tuple[Sequence[T], _Missing | None]:
            looked = self._looked.get(
                (mark, window.since, window.until), lambda: login_trail.look(connection, window, self._rules)
            )
            return judge(connection, looked), self._cut(looked.back_to, window) if looked.back_to else None

        return self._read(window.until, read)

    def _cut(self, back_to: datetime, window: TimeRange) -> "_Missing":
        most, at = self._rules.max_failures, back_to.astimezone(window.zone)
        sentence = f"Looked at the newest {most:,} failures, back to {at:%d %b %H:%M}."
        return _Missing(Completeness.TRUNCATED, sentence, "Choose a shorter window to see what came before.", back_to)

    def _read(self, until: datetime, read: Callable[[Connection, str], tuple[T, "_Missing | None"]]) -> Answer[T]:
        """Reads the state of the sources, then the rows: rows may be newer than what is said of them, never older."""
        now = utc_now()
        try:
            with transaction(self._engine) as connection:
                registered = read_registered(connection, now)
                rows, missing = read(connection, registered.mark)
                collected = self._begins.get(
                    registered.mark, partial(collected_since, connection, registered.logins_since)
                )
        except (VigieError, SQLAlchemyError) as error:
            return _unavailable(error, self._title)
        self._title = ", ".join(status.title for status in registered.logins) or _OURS
        looks = [status.last_look_at for status in registered.logins if status.last_look_at is not None]
        answer = Answer(rows, min(looks, default=now), self._title, collected_since=collected)
        for part in (_blind(registered, until), missing):
            if part is not None:
                answer = part.added_to(answer)
        return answer


@dataclass(frozen=True, slots=True)
class _Missing:
    """Why an answer is not all of it. The first reason names the completeness; every reason is said."""

    completeness: Completeness
    sentence: str
    advice: str
    since: datetime

    def added_to(self, answer: Answer[T]) -> Answer[T]:
        if answer.completeness is not Completeness.COMPLETE:
            return replace(answer, sentence=f"{answer.sentence} {self.sentence}")
        return replace(
            answer, completeness=self.completeness, sentence=self.sentence, advice=self.advice, since=self.since
        )


def _blind(registered: Registered, until: datetime) -> _Missing | None:
    """A supplier of logins that was last read before `until`, the one that is blind longest."""
    blind = [(s.blind_since, s) for s in registered.logins if s.blind_since is not None and s.blind_since < until]
    if not blind:
        return None
    since, worst = min(blind, key=lambda pair: pair[0])
    sentence = (
        f"{worst.title} cannot be read: {worst.error}"
        if worst.error
        else f"{worst.title} has not been read since then; newer logins are missing."
    )
    advice = worst.error_advice or "Check that the worker runs and reaches the application's database."
    return _Missing(Completeness.STALE, sentence, advice, since)


def _unavailable(error: VigieError | SQLAlchemyError, title: str) -> Answer[T]:
    """Could not look. A VigieError says why; anything else is a defect of ours, logged with its trace."""
    if isinstance(error, VigieError):
        sentence, advice = error.sentence, error.advice
    else:
        _log.error("a question could not be asked", exc_info=error)
        sentence, advice = "PostgreSQL refused the question.", "The console's log says why."
    return Answer(None, utc_now(), title, Completeness.UNAVAILABLE, sentence, advice)
