"""What has to be asked for each rule: checked once, when rules are loaded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the driver writes its class in lower case

from detection.alerts.spans import Piece
from detection.alerts.windows import Leaf, Windows, grouped
from detection.sigma.compiled import Kind, NotLoaded, Rule
from vigie.store.copy_text import EVENT_COLUMNS

LONGEST = timedelta(days=7)  # a timespan: what a rule reads again with each new event
_OPERATORS = (">=", ">")
_IN_EVERY_ROW = {"occurred_at", "event_key", "source"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How one rule is evaluated.

    `leaves`: names of the plain rules below it. `reach`: how far an event may matter to others, back and forth.
    `picks_groups`: whether only the groups of new events need be looked at. `categories`: None for any.
    """

    rule: Rule
    windows: Windows
    leaves: tuple[str, ...]
    reach: timedelta
    picks_groups: bool
    categories: frozenset[str] | None

    def concerns(self, piece: Piece) -> bool:
        """Whether it may match what is new in `piece`."""
        return self.categories is None or not piece.categories or bool(self.categories & piece.categories)

    @property
    def reads_raw(self) -> bool:
        return any(self.windows.leaves[name].reads_raw for name in self.leaves)

    @property
    def condition(self) -> str:
        """True of an event that any of the plain rules below it matches."""
        return " OR ".join(f"({self.windows.leaves[name].sql})" for name in self.leaves)


def plans_of(cursor: Cursor, rules: Iterable[Rule]) -> tuple[list[Plan], list[NotLoaded]]:
    """A plan for each rule that makes alerts, and what cannot be evaluated. The cursor only writes values as SQL."""
    named = {rule.name: rule for rule in rules}
    leaves = {name: _leaf(cursor, rule) for name, rule in named.items() if rule.condition is not None}
    plans, refused = [], []
    for rule in named.values():
        why = _refusal(rule, named)
        if why is not None:
            refused.append(NotLoaded("", rule.name, *why))
        elif rule.alerts:
            plans.append(_plan(rule, named, leaves))
    return plans, refused


def _leaf(cursor: Cursor, rule: Rule) -> Leaf:
    if rule.condition is None:
        raise ValueError(f"{rule.name} has no condition")
    written: bytes = cursor.mogrify(rule.condition.sql, dict(rule.condition.parameters))
    return Leaf(written.decode(), rule.condition.reads_raw)


def _plan(rule: Rule, rules: Mapping[str, Rule], leaves: Mapping[str, Leaf]) -> Plan:
    below = [each for each in _tree(rule, rules) if each.correlation is not None]
    columns = set(grouped(rule))
    for each in below:
        if each.correlation is not None:
            columns |= {*each.correlation.group_by, *([each.correlation.field] if each.correlation.field else [])}
    plain = tuple(dict.fromkeys(each.name for each in _tree(rule, rules) if each.correlation is None))
    groups = [set(each.correlation.group_by) for each in below if each.correlation is not None]
    sources = [rules[name].sources for name in plain]
    return Plan(
        rule=rule,
        windows=Windows(rule, rules, leaves, tuple(sorted(columns - _IN_EVERY_ROW))),
        leaves=plain,
        reach=_reach(rule, rules),
        picks_groups=bool(grouped(rule)) and all(set(grouped(rule)) <= group for group in groups),
        categories=None if None in sources else frozenset().union(*(each for each in sources if each is not None)),
    )


def _tree(rule: Rule, rules: Mapping[str, Rule]) -> Iterable[Rule]:
    yield rule
    for name in rule.correlation.rules if rule.correlation else ():
        yield from _tree(rules[name], rules)


def _reach(rule: Rule, rules: Mapping[str, Rule]) -> timedelta:
    if rule.correlation is None:
        return timedelta()
    return rule.correlation.timespan + max(_reach(rules[name], rules) for name in rule.correlation.rules)


def _refusal(rule: Rule, rules: Mapping[str, Rule], above: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    """Why a rule cannot be evaluated, and the remedy; None for one that can."""
    if rule.name in above:
        return f"The correlation {rule.name} rests on itself.", "Let it name rules that do not name it."
    correlation = rule.correlation
    columns = {*grouped(rule)}
    if correlation is not None and correlation.kind is Kind.VALUE_COUNT:
        columns.add(str(correlation.field))
    unknown = sorted(columns - {*EVENT_COLUMNS})
    if unknown:
        return f"{rule.name} names {unknown[0]}, which no event has.", "Group and count by a field of events."
    if correlation is None:
        return None
    if correlation.operator not in _OPERATORS:
        return (
            f"{rule.name} compares its count with {correlation.operator}: a late event could undo its alert.",
            "Compare with gte or gt.",
        )
    if not timedelta() < correlation.timespan <= LONGEST:
        return f"The timespan of {rule.name} is not within {LONGEST.days} days.", "Choose a shorter one."
    missing = [name for name in correlation.rules if name not in rules]
    if missing or not correlation.rules:
        return (
            f"{rule.name} rests on the rule {' '.join(missing[:1])}, which is not loaded.",
            "Load it, or name another.",
        )
    for name in correlation.rules:
        below = _refusal(rules[name], rules, above | {rule.name})
        if below is not None:
            return below
    return None
