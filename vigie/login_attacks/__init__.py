"""Guessing, spraying and stuffing told apart, and success after failures, by the rule in config/rules.

Here: what the analysis finds. `rules` reads the thresholds; `campaigns` and `runs` are the analysis, pure functions.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vigie.severity import Severity


class AttackKind(Enum):
    """MITRE ATT&CK T1110.001, .003, .004."""

    GUESSING = "guessing"
    SPRAYING = "spraying"
    STUFFING = "stuffing"


@dataclass(frozen=True, slots=True)
class LoginAttack:
    """One campaign of failed logins. Times are UTC; `reasons` are complete short sentences for people.

    `addresses`: busiest first, IPv6 as /64 networks. `unknown_share`: share of the accounts that do not exist, 0 to 1.
    `opened`: the accounts it got into.
    """

    kind: AttackKind
    severity: Severity
    first_seen: datetime
    last_seen: datetime
    tries: int
    accounts: int
    addresses: tuple[str, ...]
    unknown_share: float
    opened: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuccessAfterFailures:
    """A login that worked after a run of failures on the same account. Times are UTC.

    `reasons` say what is new for the account and whether an attack went on; `failures` is shown beside them.
    """

    user_name: str
    source_ip: str | None
    occurred_at: datetime
    failures: int
    known_address: bool
    known_device: bool
    during: AttackKind | None
    severity: Severity
    reasons: tuple[str, ...]
