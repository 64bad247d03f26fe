"""The console's questions, answered from Vigie's own database with the role vigie_console.

Nothing is raised to a page but by `change_mark` and `is_demonstration`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.sources import failed_by, login_counts, login_trail, newest_logins
from dashboard.sources.alert_state import alert_mark
from dashboard.sources.collected import collected_since
from dashboard.sources.interface import (
    Answer,
    Completeness,
    FailedRanking,
    HourCell,
    Login,
    LoginBucket,
    LoginDay,
    LoginFilter,
    LoginPage,
    LoginSummary,
    SourceStatus,
    TimeRange,
)
from dashboard.sources.login_trail import Looked
from dashboard.sources.reading import OURS, Missing, Reader, Reading, unavailable
from dashboard.sources.recent import Recent
from dashboard.sources.registered import Registered, read_registered
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.login_attacks import LoginAttack, SuccessAfterFailures
from vigie.login_attacks.rules import LoginAttackRules
from vigie.store.engine import transaction

_ADVICE = "Check that the worker runs and reaches the application's database."
_KEPT = 2  # readings of failures; one may hold 50,000 of them
T = TypeVar("T")
P = ParamSpec("P")


class DatabaseQuestions:
    """Implements LoginQuestions and SourceQuestions. Safe to use from many threads."""

    def __init__(self, engine: Engine, rules: LoginAttackRules) -> None:
        self._engine = engine
        self._rules = rules
        self._reader = Reader(engine, _begins, _ADVICE)
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

    def following(
        self, window: TimeRange, chosen: LoginFilter, after: Login | None, limit: int
    ) -> Answer[Sequence[Login]]:
        return self._ask(window.until, newest_logins.following, window, chosen, after, limit)

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
                return Answer(read_registered(connection, now).statuses, now, OURS)
        except (VigieError, SQLAlchemyError) as error:
            return unavailable(error, OURS)

    def change_mark(self) -> str:
        with transaction(self._engine) as connection:
            return f"{read_registered(connection, utc_now()).mark}.{alert_mark(connection)}"

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

        def reading(connection: Connection, mark: str) -> tuple[Sequence[T], Missing | None]:
            looked = self._looked.get(
                (mark, window.since, window.until), lambda: login_trail.look(connection, window, self._rules)
            )
            return judge(connection, looked), self._cut(looked.back_to, window) if looked.back_to else None

        return self._read(window.until, reading)

    def _cut(self, back_to: datetime, window: TimeRange) -> Missing:
        most, at = self._rules.max_failures, back_to.astimezone(window.zone)
        sentence = f"Looked at the newest {most:,} failures, back to {at:%d %b %H:%M}."
        return Missing(Completeness.TRUNCATED, sentence, "Choose a shorter window to see what came before.", back_to)

    def _read(self, until: datetime, reading: Reading[T]) -> Answer[T]:
        return self._reader.read(until, lambda registered: registered.logins, reading)


def _begins(connection: Connection, registered: Registered) -> datetime | None:
    return collected_since(connection, registered.logins_since)
