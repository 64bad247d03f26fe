"""The SQL of a rule for people: its values filled in, quoted as PostgreSQL quotes them. Nothing runs this text."""

import re
from collections.abc import Mapping, Sequence

from detection.sigma.compiled import Condition, Correlation, Kind, Rule

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_EVENTS = "SELECT e.* FROM events e"
_WITH_RAW = f"{_EVENTS} JOIN events_raw r USING (occurred_at, event_key)"


def filled(sql: str, parameters: Mapping[str, object]) -> str:
    """`sql` with the values in their places, in one pass: what a value holds is never looked at again."""
    return _PLACEHOLDER.sub(lambda found: literal(parameters[found[1]]), sql)


def literal(value: object) -> str:
    """A value as SQL writes it. Control characters are written as their escapes."""
    if isinstance(value, list):
        return f"ARRAY[{', '.join(literal(each) for each in value)}]"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    text = str(value).replace("'", "''")
    if text.isprintable():
        return f"'{text}'"
    escaped = "".join(_shown(character) for character in text)
    return f"E'{escaped}'"


def _shown(character: str) -> str:
    if character == "\\":
        return r"\\"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def condition_text(condition: Condition) -> str:
    """Which events a rule matches."""
    rows = _WITH_RAW if condition.reads_raw else _EVENTS
    asked = filled(condition.sql, condition.parameters)
    return "\n".join((rows, "WHERE e.occurred_at BETWEEN :since AND :until", f"  AND {asked}"))


def correlation_text(correlation: Correlation, referred: Sequence[Rule]) -> str:
    """What a correlation asks of the rules it refers to, and their SQL."""
    group = ", ".join(correlation.group_by)
    seconds = int(correlation.timespan.total_seconds())
    window = f"any {seconds} seconds of event time" + (f", for each {group}" if group else "")
    lines = [f"-- {_asked(correlation)}", f"-- within {window}"]
    for rule in referred:
        lines += ["", f"-- {rule.name}", str(rule.details["sql"])]
    return "\n".join(lines)


def _asked(correlation: Correlation) -> str:
    names = ", ".join(correlation.rules)
    match correlation.kind:
        case Kind.VALUE_COUNT:
            return f"count(DISTINCT {correlation.field}) {correlation.operator} {correlation.count} of {names}"
        case Kind.TEMPORAL:
            return f"each of {names}"
        case Kind.TEMPORAL_ORDERED:
            return f"in this order: {names}"
    return f"count(*) {correlation.operator} {correlation.count} of {names}"
