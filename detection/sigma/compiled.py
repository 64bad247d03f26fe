"""What a Sigma rule is once it is compiled: plain data, which the evaluation, the Rules page and the tests read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from vigie.severity import Severity


class Kind(Enum):
    """What a rule looks for. The correlation kinds have the names of the Sigma specification."""

    EVENT = "event"
    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true of an event of the row `e` (of `events`), with the driver's named parameters.

    `reads_raw`: it also reads `r.raw`, the raw record of that event, which may be gone (then it is no match).
    """

    sql: str
    parameters: Mapping[str, object]
    reads_raw: bool = False


@dataclass(frozen=True, slots=True)
class Correlation:
    """A window of `timespan` over what `rules` (their names) match, apart for each combination of the group-by values.

    `count` is compared by `operator` (`>=`, `>`, `=`, `<`, `<=`) with the events (EVENT_COUNT) or with the distinct
    values of `field` (VALUE_COUNT); the temporal kinds ask for every rule of `rules` within one window.
    """

    kind: Kind
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan: timedelta
    operator: str = ">="
    count: int = 1
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Exactly one of `condition` and `correlation` is there.

    `name` is its key everywhere: its Sigma `name`, or the stem of its file. `group_by`: the columns of `events` whose
    values make the entity of its alerts, and with the rule their fingerprint. `alerts`: False for a rule that only
    serves a correlation. `sources`: the categories of events it can match, for the question whether a batch concerns it
    (None: any). `text` is the YAML as written; `details` is what people read of it: description, tags, falsepositives,
    references, author, status, runbook, samples (`fires`, `stays_silent`), sql.
    """

    name: str
    title: str
    severity: Severity
    group_by: tuple[str, ...]
    condition: Condition | None
    correlation: Correlation | None
    alerts: bool
    sources: frozenset[str] | None
    text: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """A rule that cannot be evaluated: which file and rule, the field or word at fault, and the remedy."""

    file: str
    name: str
    sentence: str
    advice: str
