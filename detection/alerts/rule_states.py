"""The table `rules`: what people see of each rule, whether it is evaluated, and why not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case
from psycopg2.extras import execute_values

from detection.alerts.runbooks import runbook_text
from detection.sigma.compiled import NotLoaded, Rule
from vigie.errors import VigieError
from vigie.event import clean_json, clean_text
from vigie.severity import Severity

_SAID_LIMIT = 1000
_FROM_FILES = "kind <> 'grafana'"  # the others are known by what they send

_LOADED = """
    INSERT INTO rules AS r (rule, title, severity, kind, details) VALUES %s
    ON CONFLICT (rule) DO UPDATE SET title = excluded.title, severity = excluded.severity, kind = excluded.kind,
        details = excluded.details, error = NULL, error_advice = NULL, error_since = NULL, is_loaded = true,
        loaded_at = clock_timestamp()
"""
_REFUSED = """
    INSERT INTO rules AS r (rule, title, severity, kind, error, error_advice, error_since, is_loaded, details) VALUES %s
    ON CONFLICT (rule) DO UPDATE SET error = excluded.error, error_advice = excluded.error_advice,
        error_since = coalesce(r.error_since, excluded.error_since), is_loaded = false, loaded_at = clock_timestamp(),
        details = r.details || excluded.details
"""
_GONE = f"""
    UPDATE rules SET is_loaded = false, error = NULL, error_advice = NULL, error_since = NULL
    WHERE rule <> ALL(%s) AND {_FROM_FILES}
"""  # noqa: S608 - the constant above
_FAILED = """
    UPDATE rules SET error = %s, error_advice = %s, error_since = coalesce(error_since, clock_timestamp())
    WHERE rule = %s
"""
_WELL = "UPDATE rules SET error = NULL, error_advice = NULL, error_since = NULL WHERE rule = ANY(%s)"
_EVALUATED = "UPDATE rules SET evaluated_at = clock_timestamp() WHERE rule = ANY(%s)"
_OFF = "SELECT DISTINCT rule FROM rule_switches WHERE off_at <= %(now)s AND %(now)s < least(until, ended_at)"


def record_loaded(cursor: Cursor, rules: Sequence[Rule], refused: Iterable[NotLoaded], now: datetime) -> None:
    """What was loaded, what was not and why, and what is no longer there."""
    loaded = {rule.name: rule for rule in rules}
    rows = [
        (name, clean_text(rule.title, 300) or name, rule.severity.value, _kind(rule), _details(rule))
        for name, rule in loaded.items()
    ]
    execute_values(cursor, _LOADED, rows, "(%s, %s, %s, %s, %s::jsonb)")
    # One that was refused has no title yet; where two files have one name, the one that was loaded stands.
    words = {each.name: each for each in refused}
    unusable = [
        (name, name, Severity.MEDIUM.value, "unknown", _said(why.sentence), _said(why.advice), now, False, _file(why))
        for name, why in words.items()
        if name not in loaded
    ]
    execute_values(cursor, _REFUSED, unusable, "(%s, %s, %s, %s, %s, %s, %s::timestamptz, %s, %s::jsonb)")
    cursor.execute(_GONE, ([*loaded, *words],))


def record_failed(cursor: Cursor, failed: Mapping[str, VigieError]) -> None:
    """Rules that are loaded and could not be evaluated."""
    for name, error in failed.items():
        cursor.execute(_FAILED, (_said(error.sentence), _said(error.advice), name))


def record_well(cursor: Cursor, names: Sequence[str]) -> None:
    """Rules that failed before and do no longer."""
    if names:
        cursor.execute(_WELL, (list(names),))


def record_evaluated(cursor: Cursor, names: Sequence[str]) -> None:
    """The sign of life of rules: nothing waits for them, or it was looked at now."""
    cursor.execute(_EVALUATED, (list(names),))


def switched_off(cursor: Cursor, now: datetime) -> frozenset[str]:
    """Names of the rules that are off at `now`."""
    cursor.execute(_OFF, {"now": now})
    return frozenset(name for (name,) in cursor.fetchall())


def _kind(rule: Rule) -> str:
    return rule.correlation.kind.value if rule.correlation is not None else "event"


def _details(rule: Rule) -> str:
    own = {
        "text": rule.text,
        "alerts": rule.alerts,
        "group_by": list(rule.group_by),
        "categories": sorted(rule.sources) if rule.sources is not None else None,
        "runbook_text": runbook_text(rule.details.get("runbook")),
    }
    return clean_json({**rule.details, **own})


def _file(why: NotLoaded) -> str:
    return clean_json({"file": why.file} if why.file else {})


def _said(words: str) -> str:
    return clean_text(words, _SAID_LIMIT) or ""
