"""How the watched service stands, asked once for all panels that show it, and what of it cannot wait."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.situation.lately import Lately
from dashboard.sources.health_promises import burning
from dashboard.sources.health_questions import Change, HealthQuestions, Requests, Service, Timeline, Traffic
from dashboard.sources.interface import Answer, TimeRange
from dashboard.sources.recent import Recent
from dashboard.ui import words
from dashboard.ui.measures import number, share
from vigie.clock import utc_now
from vigie.health.objectives import BURN_WINDOWS, Objective, burn_rate
from vigie.severity import Severity

MOST_STEPS = 180
_SHARED_S = 2.0  # panels and readers that ask within this time get one and the same answer
_KEPT = 4
_WEEK_KEPT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything asked of one window. Where one question was not answered, those after it were not asked."""

    requests: Answer[Requests]
    services: Answer[Sequence[Service]]
    spans: Answer[Mapping[timedelta, Traffic]]
    timeline: Answer[Timeline]
    changes: Answer[Sequence[Change]]
    before: Answer[Requests]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What of the service cannot wait. `sentence` stands alone; `since` (UTC) where it is known."""

    severity: Severity
    title: str
    sentence: str
    since: datetime | None


class Watching:
    """Asks how the service called `title` answers. Safe to use from many threads."""

    def __init__(self, title: str, objective: Objective, health: HealthQuestions) -> None:
        self.title = title
        self.objective = objective
        self._health = health
        self._seen: Recent[tuple[datetime, datetime, int], Seen] = Recent(_KEPT)
        self._weeks = Lately(_WEEK_KEPT.total_seconds())

    def seen(self, window: TimeRange) -> Seen:
        """The answers about the window: a source that hangs is waited for once, whoever asks meanwhile."""
        key = (window.since, window.until, int(time.monotonic() / _SHARED_S))
        return self._seen.get(key, lambda: self._ask(window))

    def _ask(self, window: TimeRange) -> Seen:
        lengths = sorted({length for each in BURN_WINDOWS for length in (each.long, each.short)})
        return Seen(
            *_in_turn(
                lambda: self._health.requests(window),
                self._health.services,
                lambda: self._health.spans(lengths, min(window.until, utc_now())),
                lambda: self._health.timeline(window, MOST_STEPS),
                lambda: self._health.changes(window),
                lambda: self._before(window),
            )
        )

    def _before(self, window: TimeRange) -> Answer[Requests]:
        """The same window a week before. Minutes later it is all but the same: it is asked for anew now and then."""
        key = window.length, int(window.until.timestamp() / _WEEK_KEPT.total_seconds())
        return self._weeks.get(key, lambda: self._health.requests(window.week_before()))

    def trouble(self, seen: Seen) -> Trouble | None:
        """The worst that is true now: something is down, or the error budget burns too fast."""
        down = [each for each in seen.services.rows or () if each.is_up is False]
        if down:
            name = words.outside(down[0].name, 60)
            more = f" and {len(down) - 1} more" if len(down) > 1 else ""
            verb = "are" if more else "is"
            return Trouble(Severity.CRITICAL, f"{name} down", f"{name}{more} {verb} down.", down[0].since)
        spans = seen.spans.rows or {}
        for window in BURN_WINDOWS:
            if burning(spans, window, self.objective):
                failed, total = spans[window.long].failed, spans[window.long].total
                rate = burn_rate(failed, total, self.objective) or 0
                said = f"{number(failed)} of {number(total)} requests failed in {words.span(window.long)}"
                sentence = f"{self.title} fails: {said}, {rate:.0f} times more than its error budget allows."
                return Trouble(Severity.HIGH, f"{self.title} fails", sentence, None)
        return None

    def answered(self, seen: Seen) -> str:
        """How it answers, for the detail of a quiet night."""
        requests = seen.requests.rows
        if requests is None or not requests.records.requests:
            return f"How {self.title} answers is not recorded."
        total = requests.total
        if total.availability is None:
            return f"{self.title} was asked nothing."
        return f"{self.title} answered {share(total.availability)} % of {number(total.total)} requests."


def _in_turn(*questions: Callable[[], Answer[Any]]) -> list[Answer[Any]]:
    """Each answer, or the first that could not be read: to wait for that source again would only take longer."""
    answers: list[Answer[Any]] = []
    for ask in questions:
        down = answers[-1] if answers and answers[-1].rows is None else None
        answers.append(down or ask())
    return answers
