"""Reading Vigie's own database with the role vigie_console: how rows, or a database's error, become an answer.

Nothing is raised from here. Every answer says its source, how old it is, since when it is known, and what is missing.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from dashboard.sources.interface import Answer, Completeness, SourceStatus
from dashboard.sources.recent import Recent
from dashboard.sources.registered import Registered, read_registered
from vigie.blindness import IMPORT
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.store.engine import transaction

_log = logging.getLogger(__name__)
OURS = "Vigie's database"
_MOST_NAMED = 3  # suppliers that a panel's foot names
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Missing:
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


Suppliers = Callable[[Registered], Sequence[SourceStatus]]
Begins = Callable[[Connection, Registered], datetime | None]
Reading = Callable[[Connection, str], tuple[T, Missing | None]]
"""Reads rows, given the mark of the state that they are at least as new as."""


class Reader:
    """Reads for one topic. Safe to use from many threads.

    `begins`: since when the topic is known (UTC); asked once per change. `advice`: what to do about a blind supplier
    that gives none itself. `in_part`: an answer holds without a supplier that is blind, as long as one of them is not;
    else the blind one makes all of it stale.
    """

    def __init__(self, engine: Engine, begins: Begins, advice: str, *, in_part: bool = False) -> None:
        self._engine = engine
        self._begins = begins
        self._advice = advice
        self._in_part = in_part
        self._known: Recent[str, datetime | None] = Recent(1)
        self._title = OURS  # of the last answer, for the ones that cannot be read

    def read(self, until: datetime, suppliers: Suppliers, reading: Reading[T]) -> Answer[T]:
        """Reads the state of the sources, then the rows: rows may be newer than what is said of them, never older.

        `until` (UTC): the end of what is asked for; who was read up to it is not blind for this answer. `suppliers`:
        on whose state the answer depends.
        """
        now = utc_now()
        try:
            with transaction(self._engine) as connection:
                registered = read_registered(connection, now)
                rows, missing = reading(connection, registered.mark)
                begins = self._known.get(registered.mark, partial(self._begins, connection, registered))
        except (VigieError, SQLAlchemyError) as error:
            return unavailable(error, self._title)
        depends_on = suppliers(registered)
        self._title = _titles(depends_on)
        looks = [each.last_look_at for each in depends_on if each.last_look_at and each.kind != IMPORT]
        answer = Answer(rows, min(looks, default=now), self._title, collected_since=begins)
        for part in (self._blind(depends_on, until), missing):
            if part is not None:
                answer = part.added_to(answer)
        return answer

    def _blind(self, suppliers: Sequence[SourceStatus], until: datetime) -> Missing | None:
        """What is missing because suppliers were last read before `until`; the one that is blind longest says since."""
        blind = [(s.blind_since, s) for s in suppliers if s.blind_since is not None and s.blind_since < until]
        if not blind:
            return None
        blind.sort(key=lambda pair: pair[0])
        since, worst = blind[0]
        advice = worst.error_advice or self._advice
        if self._in_part and len(blind) < sum(each.kind != IMPORT for each in suppliers):
            return Missing(Completeness.PARTLY_BLIND, _missing_words([s.title for _, s in blind]), advice, since)
        return Missing(Completeness.STALE, worst.blind_sentence, advice, since)


def unavailable(error: VigieError | SQLAlchemyError, title: str) -> Answer[T]:
    """Could not look. A VigieError says why; anything else is a defect of ours, logged with its trace."""
    if isinstance(error, VigieError):
        sentence, advice = error.sentence, error.advice
    else:
        _log.error("a question could not be asked", exc_info=error)
        sentence, advice = "PostgreSQL refused the question.", "The console's log says why."
    return Answer(None, utc_now(), title, Completeness.UNAVAILABLE, sentence, advice)


def _titles(suppliers: Sequence[SourceStatus]) -> str:
    if len(suppliers) > _MOST_NAMED:
        return f"{len(suppliers)} sources"
    return ", ".join(status.title for status in suppliers) or OURS


def _missing_words(titles: Sequence[str]) -> str:
    if len(titles) > _MOST_NAMED:
        return f"{titles[0]} and {len(titles) - 1} other sources are missing."
    return f"{' and '.join(titles)} {'is' if len(titles) == 1 else 'are'} missing."
