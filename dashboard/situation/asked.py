"""Whom Situation asks."""

from dataclasses import dataclass, field

from dashboard.situation.lately import Lately
from dashboard.situation.service import Watching
from dashboard.sources.health_questions import DatabaseHealth, HealthRecords
from dashboard.sources.interface import Answer, LoginQuestions, SourceQuestions
from dashboard.sources.situation_questions import SituationQuestions

_DATABASE_KEPT_S = 8.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One for each kind of question. `watching`: the watched service, as far as somebody records how it answers."""

    logins: LoginQuestions
    sources: SourceQuestions
    alerts: SituationQuestions
    watching: Watching
    records: HealthRecords
    _databases: Lately = field(default_factory=lambda: Lately(_DATABASE_KEPT_S))

    def database(self) -> Answer[DatabaseHealth]:
        """PostgreSQL by its own statistics, at most some seconds old: to ask for its size costs much."""
        return self._databases.get("", self.records.database)
