"""Whom Situation asks."""

from dataclasses import dataclass

from dashboard.situation.service import Watching
from dashboard.sources.health_questions import HealthRecords
from dashboard.sources.interface import LoginQuestions, SourceQuestions
from dashboard.sources.situation_questions import SituationQuestions


@dataclass(frozen=True, slots=True)
class Asked:
    """One for each kind of question. `watching`: the watched service, as far as somebody records how it answers."""

    logins: LoginQuestions
    sources: SourceQuestions
    alerts: SituationQuestions
    watching: Watching
    records: HealthRecords
