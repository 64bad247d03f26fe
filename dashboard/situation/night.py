"""All that the verdict rests on: what happened in one window, what waits now, and who could not look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.situation.service import Trouble
from dashboard.sources.interface import LoginSummary, SourceStatus, TimeRange
from dashboard.sources.situation_questions import AlertsNow, WaitingAlert
from vigie.login_attacks import LoginAttack, SuccessAfterFailures
from vigie.severity import Severity

ALARMING = Severity.MEDIUM
"""From here on an attack on logins is not quiet."""
ALARMING_ALERT = Severity.HIGH


@dataclass(frozen=True, slots=True)
class Night:
    """What the verdict is made from.

    `as_of`: up to when it is true; `pause`: how long an attack may rest and still go on; `collected_since`: from when
    on anything is known, None when it always was. All UTC. `trouble`: of the watched service, now. `answered`: how it
    answers, in words. `not_seen`: why that is not known, where it should be.
    """

    attacks: Sequence[LoginAttack]
    successes: Sequence[SuccessAfterFailures]
    sources: Sequence[SourceStatus]
    summary: LoginSummary
    alerts: AlertsNow
    as_of: datetime
    pause: timedelta
    collected_since: datetime | None = None
    trouble: Trouble | None = None
    answered: str = ""
    not_seen: str = ""

    @property
    def running(self) -> LoginAttack | None:
        """The worst attack that goes on now, of several the one with the newest try."""
        fresh = [each for each in self.attacks if each.severity >= ALARMING and self._goes_on(each)]
        return max(fresh, key=lambda each: (each.severity, each.last_seen), default=None)

    @property
    def alarming_alerts(self) -> Sequence[WaitingAlert]:
        """Those that wait and are not quiet, worst first."""
        return [each for each in self.alerts.worst if each.severity >= ALARMING_ALERT]

    def blind(self, window: TimeRange) -> list[tuple[SourceStatus, datetime]]:
        """The sources that did not see all of the window, with the time from which on they are blind."""
        blind = [(each, each.blind_since) for each in self.sources if each.blind_since]
        return [(each, since) for each, since in blind if since < window.until]

    def _goes_on(self, attack: LoginAttack) -> bool:
        return self.as_of - attack.last_seen <= self.pause
