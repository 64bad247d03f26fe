"""A rule is switched off and on again: always by somebody, for a reason, until a time that is near.

While a rule is off it makes no alerts, by the wall clock; what it missed is not looked at again. Each act is recorded
in the transaction that does it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, text

from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.event import clean_text
from vigie.store.engine import transaction

LONGEST_OFF = timedelta(days=90)
REASON_LIMIT = 500
SWITCHED_OFF, SWITCHED_ON = "rule_switched_off", "rule_switched_on"
_ROOM = timedelta(hours=25)  # a day that is chosen ends at its end, and the one that changes the clock has 25 hours

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('rule switch ' || :rule, 0))")
_IS_KNOWN = text("SELECT EXISTS (SELECT FROM rules WHERE rule = :rule)")
_PRESENT = text("""
    SELECT until, actor FROM rule_switches
    WHERE rule = :rule AND ended_at IS NULL AND until > :now ORDER BY id DESC LIMIT 1
""")
_OFF = text("""
    INSERT INTO rule_switches (rule, off_at, until, reason, person_id, actor)
    VALUES (:rule, :now, :until, :reason, :person_id, :actor)
""")
_ON = text("""
    UPDATE rule_switches SET ended_at = :now, ended_by = :actor
    WHERE rule = :rule AND ended_at IS NULL AND until > :now
""")

Record = Callable[[Connection, str, str, Mapping[str, object]], None]
"""Puts an act, its target and its detail into the audit table, in the transaction that does it."""


class CannotSwitch(VigieError):
    """What was asked for cannot be, and why."""


class RuleSwitching:
    """Each method is one transaction with its audit row. Raises CannotSwitch, and StoreUnavailable.

    `actor`: the e-mail of who does it. `clock`: UTC, for tests.
    """

    def __init__(self, engine: Engine, record: Record, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._record = record
        self._clock = clock

    def switch_off(self, rule: str, until: datetime, reason: str, person_id: int | None, actor: str) -> None:
        """The rule makes no alerts from now on, until `until` (UTC) or until it is switched on."""
        now = self._clock()
        why = clean_text(reason.strip(), REASON_LIMIT)
        if why is None:
            raise CannotSwitch("The reason is missing.", "Say why: others will read it here and in the audit trail.")
        if not now < until <= now + LONGEST_OFF + _ROOM:
            raise CannotSwitch(
                f"A rule is off for at most {LONGEST_OFF.days} days, and its end lies ahead.", "Choose another end."
            )
        with transaction(self._engine) as connection:
            off = self._present(connection, rule, now)
            if off is not None:
                raise CannotSwitch(
                    f"{off[1]} switched it off before you, until {off[0]:%Y-%m-%d %H:%M} UTC.",
                    "Switch it on first, to give another reason or end.",
                )
            values = {"rule": rule, "now": now, "until": until, "reason": why}
            connection.execute(_OFF, values | {"person_id": person_id, "actor": actor})
            self._record(connection, SWITCHED_OFF, rule, {"reason": why, "until": until.isoformat()})

    def switch_on(self, rule: str, actor: str) -> None:
        """The rule makes alerts again from now on."""
        now = self._clock()
        with transaction(self._engine) as connection:
            off = self._present(connection, rule, now)
            if off is None:
                raise CannotSwitch("It is on already.", "There is nothing to do.")
            connection.execute(_ON, {"rule": rule, "now": now, "actor": actor})
            self._record(connection, SWITCHED_ON, rule, {"was_off_until": off[0].isoformat(), "off_by": off[1]})

    def _present(self, connection: Connection, rule: str, now: datetime) -> tuple[datetime, str] | None:
        """Until when the rule is off and by whom; two people who act at once wait for one another here."""
        connection.execute(_ONE_AT_A_TIME, {"rule": rule})
        if not connection.scalar(_IS_KNOWN, {"rule": rule}):
            raise CannotSwitch("There is no such rule any more.", "Choose another one.")
        found = connection.execute(_PRESENT, {"rule": rule, "now": now}).one_or_none()
        return (found[0], found[1]) if found else None
