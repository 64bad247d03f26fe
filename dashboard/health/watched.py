"""What the API page is about, and the questions that more than one panel or export asks the same way."""

from dataclasses import dataclass

from dashboard.sources.health_questions import ErrorOrigins, HealthQuestions, HealthRecords
from dashboard.sources.interface import Answer, LoginQuestions
from dashboard.ui.view import View
from vigie.health.objectives import Objective

MOST_STEPS = 120


@dataclass(frozen=True, slots=True)
class Watched:
    """How the service is called, what was promised, and who answers."""

    title: str
    objective: Objective
    health: HealthQuestions
    records: HealthRecords
    logins: LoginQuestions

    def origins(self, view: View) -> Answer[ErrorOrigins]:
        """Who asked what was refused or failed. Where attacks cannot be read, neither can this."""
        attacks = self.logins.attacks(view.window)
        attacking = {address for attack in attacks.rows or () for address in attack.addresses}
        return self.records.origins(view.window, attacking)
