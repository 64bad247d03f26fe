"""The files of Sources: the board, one source, and its troubles. They hold what is true now, whatever the window."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dashboard.exports.declaration import Cell, Export, Reading, at_once
from dashboard.sources.interface import Answer, Completeness
from dashboard.sources.source_questions import MOST, SourceBoardQuestions, SourceDetail, SourceRow
from dashboard.sources_board.page import chosen
from vigie.clock import utc_now


@dataclass(frozen=True, slots=True)
class _Trouble:
    """One thing that went wrong at a source. Times are UTC; what a kind of trouble does not have is None."""

    source: str
    kind: str
    at: datetime
    since: datetime | None = None
    until: datetime | None = None
    count: int | None = None
    reason: str | None = None
    record: str | None = None


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


_SOURCE: Mapping[str, Callable[[SourceRow], Cell]] = {
    "name": lambda row: row.status.name,
    "title": lambda row: row.status.title,
    "kind": lambda row: row.status.kind,
    "state": lambda row: row.status.state.value,
    "blind_since_utc": lambda row: row.status.blind_since,
    "blind_why": lambda row: row.status.blind_why.value if row.status.blind_why else None,
    "expected_period_s": lambda row: _seconds(row.status.expects.period),
    "grace_s": lambda row: _seconds(row.status.expects.grace) if row.status.expects.period is not None else None,
    "expectation": lambda row: row.status.expects.origin.value,
    "set_by": lambda row: row.status.set_by,
    "last_sign_at_utc": lambda row: row.status.last_sign_at,
    "last_look_at_utc": lambda row: row.status.last_look_at,
    "last_event_at_utc": lambda row: row.status.last_event_at,
    "lag_median_s": lambda row: _seconds(row.lag.median) if row.lag else None,
    "lag_p95_s": lambda row: _seconds(row.lag.p95) if row.lag else None,
    "events_24h": lambda row: row.events,
    "falco_drop_reports_24h": lambda row: row.drops,
    "stored": lambda row: row.status.stored,
    "duplicate": lambda row: row.status.duplicate,
    "rejected": lambda row: row.status.rejected,
    "ignored": lambda row: row.status.ignored,
    "gaps": lambda row: row.status.gaps,
    "wrong_clock": lambda row: row.status.unplaced,
    "error": lambda row: row.status.error,
}
_TROUBLE: Mapping[str, Callable[[_Trouble], Cell]] = {
    "source": lambda row: row.source,
    "kind": lambda row: row.kind,
    "at_utc": lambda row: row.at,
    "since_utc": lambda row: row.since,
    "until_utc": lambda row: row.until,
    "count": lambda row: row.count,
    "reason": lambda row: row.reason,
    "record": lambda row: row.record,
}


def exports(questions: SourceBoardQuestions) -> Sequence[Export[Any]]:
    """One for each panel of the page."""

    def every_source(_asked: object) -> Reading[SourceRow]:
        return at_once(questions.board(), list, None)

    def one_source(asked: object) -> Reading[SourceRow]:
        return at_once(_detail(questions, asked), lambda found: [each.row for each in found], None)

    def troubles(asked: object) -> Reading[_Trouble]:
        answer = _said_if_cut(_detail(questions, asked))
        return at_once(answer, lambda found: [row for each in found for row in _troubles(each)], None)

    return (
        Export("sources-board", "Sources", _SOURCE, every_source),
        Export("source-detail", "One source", _SOURCE, one_source),
        Export("source-troubles", "Troubles of one source", _TROUBLE, troubles),
    )


def _detail(questions: SourceBoardQuestions, asked: object) -> Answer[Sequence[SourceDetail]]:
    name = chosen(asked)
    return Answer((), utc_now(), "Vigie") if name is None else questions.detail(name)


def _said_if_cut(answer: Answer[Sequence[SourceDetail]]) -> Answer[Sequence[SourceDetail]]:
    """The question gives the newest few of each kind; where there may be more, the file says so."""
    lists = [each for found in answer.rows or () for each in (found.spells, found.rejected, found.gaps, found.unplaced)]
    if answer.completeness is not Completeness.COMPLETE or all(len(each) < MOST for each in lists):
        return answer
    return replace(answer, completeness=Completeness.TRUNCATED, sentence=f"The newest {MOST} of each kind.")


def _troubles(found: SourceDetail) -> Sequence[_Trouble]:
    name, drop = found.row.status.name, found.last_drop
    blind = [
        _Trouble(name, "blind", each.since, each.since, each.until, reason=f"{each.why.value}: {each.reason}")
        for each in found.spells
    ]
    rejected = [
        _Trouble(name, "rejected", each.at, count=each.n, reason=each.reason, record=each.excerpt)
        for each in found.rejected
    ]
    gaps = [_Trouble(name, "gap", each.at, each.since, each.until, reason=each.reason) for each in found.gaps]
    wrong = [
        _Trouble(name, "wrong_clock", each.received_at, each.occurred_at, reason=each.action, record=each.record)
        for each in found.unplaced
    ]
    drops = [_Trouble(name, "falco_drop", drop.at, reason=drop.message)] if drop else []
    return [*blind, *rejected, *gaps, *wrong, *drops]
