"""What every parser gives for a record that is no event."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot become an event: which one, and why, in a short sentence."""

    record: str
    sentence: str
