"""What people change about sources: when silence is an alarm, and which sources are no more. Each act is recorded."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import Connection, Engine, text

from vigie.blindness import IMPORT, LONGEST_PERIOD_S
from vigie.errors import VigieError
from vigie.store.engine import transaction

LEAST_PERIOD = timedelta(seconds=10)
LONGEST_PERIOD = timedelta(seconds=LONGEST_PERIOD_S)
LONGEST_GRACE = timedelta(days=7)

_KIND = text("SELECT kind FROM sources WHERE name = :name")
_SET = text("""
    INSERT INTO source_expectations (source, period_s, grace_s, is_irregular, set_by)
    VALUES (:name, :period_s, :grace_s, :is_irregular, :set_by)
    ON CONFLICT (source) DO UPDATE SET period_s = excluded.period_s, grace_s = excluded.grace_s,
        is_irregular = excluded.is_irregular, set_by = excluded.set_by, set_at = clock_timestamp()
""")
_RESET = text("DELETE FROM source_expectations WHERE source = :name")
_RETIRE = text("SELECT retire_source(:name)")

Record = Callable[[Connection, str, str, Mapping[str, object]], None]
"""Puts an act, its target and its detail into the audit table, in the transaction that does it."""


class CannotChange(VigieError):
    """What was asked for cannot be, and why."""


class SourceCommands:
    """Each method is one transaction with its audit row. Raises CannotChange, and StoreUnavailable."""

    def __init__(self, engine: Engine, record: Record) -> None:
        self._engine = engine
        self._record = record

    def expect(self, name: str, period: timedelta, grace: timedelta, by: str) -> None:
        """Silence longer than `period` + `grace` is an alarm from now on. `by`: who says so."""
        if not LEAST_PERIOD <= period <= LONGEST_PERIOD:
            raise CannotChange("The period must lie between 10 s and 31 days.", "Give another one.")
        if not timedelta() <= grace <= LONGEST_GRACE:
            raise CannotChange("The grace must lie between 0 s and 7 days.", "Give another one.")
        values = {"period_s": int(period.total_seconds()), "grace_s": int(grace.total_seconds())}
        self._set(name, values | {"is_irregular": False}, by)

    def expect_nothing(self, name: str, by: str) -> None:
        """Silence of this source is normal from now on."""
        self._set(name, {"period_s": None, "grace_s": None, "is_irregular": True}, by)

    def expect_what_is_learned(self, name: str) -> None:
        """What somebody set is forgotten."""
        with transaction(self._engine) as connection:
            _kind(connection, name)
            connection.execute(_RESET, {"name": name})
            self._record(connection, "source_expectation_reset", name, {})

    def retire(self, name: str) -> None:
        """Takes a source off the screen that Vigie does not read by itself. Its events stay."""
        with transaction(self._engine) as connection:
            _kind(connection, name)
            if not connection.scalar(_RETIRE, {"name": name}):
                raise CannotChange("Vigie reads this source by itself.", "Take it out of the sources file.")
            self._record(connection, "source_retired", name, {})

    def _set(self, name: str, values: Mapping[str, object], by: str) -> None:
        with transaction(self._engine) as connection:
            if _kind(connection, name) == IMPORT:
                raise CannotChange(
                    "An import does not go on, so nothing is expected of it.", "There is nothing to set."
                )
            connection.execute(_SET, {"name": name, "set_by": by, **values})
            self._record(connection, "source_expectation_set", name, values)


def _kind(connection: Connection, name: str) -> str:
    kind: str | None = connection.scalar(_KIND, {"name": name})
    if kind is None:
        raise CannotChange("There is no such source any more.", "Choose another one.")
    return kind
