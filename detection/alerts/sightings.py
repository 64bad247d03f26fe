"""What was seen of an alert in one look at the events: a pure function of the events that are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.event import clean_text, key_of
from vigie.severity import Severity

MINUTE = timedelta(minutes=1)
KEPT_SAMPLES = 10  # of the first events of an alert, and as many of the newest
_TITLE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Minute:
    """The events of an alert in one minute of event time (UTC): how many, and the first and last of them."""

    n: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen of one alert. A minute that is named is counted whole.

    `entity`: the group-by columns and their values, in the order of the rule, without those that the events have no
    value for. `fired_at`: the first event with which
    the rule's condition held. `samples`: time and key of events, among them the first and the newest that were seen.
    """

    rule: str
    title: str
    severity: Severity
    entity: Mapping[str, str]
    sources: frozenset[str]
    minutes: Mapping[datetime, Minute]
    fired_at: datetime
    samples: Sequence[tuple[datetime, bytes]]

    @property
    def fingerprint(self) -> bytes:
        """What makes it the same alert: rule, group-by columns and their values."""
        return key_of(self.rule, *(part for pair in self.entity.items() for part in pair))


def title_of(title: str, entity: Mapping[str, str]) -> str:
    """A rule's title with what the alert is about."""
    about = ", ".join(entity.values())
    return clean_text(f"{title}: {about}" if about else title, _TITLE_LIMIT) or "Alert"
