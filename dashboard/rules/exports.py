"""The files of Rules: the board as it is filtered and ordered, one rule, and its newest alerts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.exports.declaration import Cell, Export, Reading, at_once
from dashboard.rules.asked import chosen, read_asked
from dashboard.sources.interface import Answer, Completeness
from dashboard.sources.rule_questions import MOST_ALERTS, AlertSeen, RuleDetail, RuleQuestions, RuleRow, TimeTo
from dashboard.ui.view import read_view
from vigie.clock import utc_now


def _seconds(found: TimeTo | None) -> float | None:
    return found.median.total_seconds() if found else None


_RULE: Mapping[str, Callable[[RuleRow], Cell]] = {
    "rule": lambda row: row.name,
    "title": lambda row: row.title,
    "severity": lambda row: row.severity.word,
    "kind": lambda row: row.kind,
    "file": lambda row: row.file or None,
    "state": lambda row: row.state.value,
    "error": lambda row: row.error,
    "advice": lambda row: row.advice,
    "off_until_utc": lambda row: row.off.until if row.off else None,
    "off_by": lambda row: row.off.actor if row.off else None,
    "off_reason": lambda row: row.off.reason if row.off else None,
    "events": lambda row: row.volume.events,
    "events_of_all_rules": lambda row: row.all_events,
    "alerts": lambda row: row.volume.alerts,
    "last_fired_at_utc": lambda row: row.last_fired_at,
    "open": lambda row: row.waiting,
    "acknowledged": lambda row: row.acknowledged,
    "true_positive_30d": lambda row: row.verdicts.true_positive,
    "benign_30d": lambda row: row.verdicts.benign,
    "false_positive_30d": lambda row: row.verdicts.false_positive,
    "other_verdicts_30d": lambda row: row.verdicts.others,
    "median_s_to_acknowledge_30d": lambda row: _seconds(row.to_acknowledge),
    "acknowledged_n_30d": lambda row: row.to_acknowledge.n if row.to_acknowledge else 0,
    "median_s_to_close_30d": lambda row: _seconds(row.to_close),
    "closed_n_30d": lambda row: row.to_close.n if row.to_close else 0,
    "loaded_at_utc": lambda row: row.loaded_at,
    "evaluated_at_utc": lambda row: row.evaluated_at,
}


@dataclass(frozen=True, slots=True)
class _Alert:
    rule: str
    seen: AlertSeen


_ALERT: Mapping[str, Callable[[_Alert], Cell]] = {
    "alert": lambda row: row.seen.number,
    "rule": lambda row: row.rule,
    "title": lambda row: row.seen.title,
    "severity": lambda row: row.seen.severity.word,
    "status": lambda row: row.seen.status,
    "verdict": lambda row: row.seen.verdict,
    "count": lambda row: row.seen.count,
    "last_seen_utc": lambda row: row.seen.last_seen,
}


def exports(questions: RuleQuestions) -> Sequence[Export[Any]]:
    """One for each panel of the page that holds rows."""

    def every_rule(asked: object) -> Reading[RuleRow]:
        view, sought = read_view(asked), read_asked(asked)
        filters = {name: value for name, value in (("words", sought.text), ("which", sought.shows.value)) if value}
        return at_once(questions.rules(view.window), lambda rows: chosen(rows, sought), view.window, filters)

    def one_rule(asked: object) -> Reading[RuleRow]:
        answer = _detail(questions, asked)
        return at_once(answer, lambda found: [each.row for each in found], read_view(asked).window)

    def its_alerts(asked: object) -> Reading[_Alert]:
        answer = _said_if_cut(_detail(questions, asked))
        return at_once(
            answer, lambda found: [_Alert(each.row.name, alert) for each in found for alert in each.alerts], None
        )

    return (
        Export("rules-board", "Rules", _RULE, every_rule),
        Export("rule-detail", "One rule", _RULE, one_rule),
        Export("rule-alerts", "Newest alerts of one rule", _ALERT, its_alerts),
    )


def _detail(questions: RuleQuestions, asked: object) -> Answer[Sequence[RuleDetail]]:
    name = read_asked(asked).rule
    return Answer((), utc_now(), "Vigie") if name is None else questions.rule(name, read_view(asked).window)


def _said_if_cut(answer: Answer[Sequence[RuleDetail]]) -> Answer[Sequence[RuleDetail]]:
    """The question gives the newest few; where there may be more, the file says so."""
    if answer.completeness is not Completeness.COMPLETE or all(
        len(each.alerts) < MOST_ALERTS for each in answer.rows or ()
    ):
        return answer
    return replace(answer, completeness=Completeness.TRUNCATED, sentence=f"The newest {MOST_ALERTS} alerts.")
