"""Sigma's correlation rules, resolved: which rules, which columns, which window."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)

from detection.sigma.compiled import Correlation, Kind, Rule
from detection.sigma.explain import correlation_text
from detection.sigma.fields import GROUPS
from detection.sigma.logsources import Logsource
from detection.sigma.reading import Written, details
from detection.sigma.refusals import Refused, nearest, shown
from detection.sigma.samples import check_samples

LONGEST = timedelta(days=7)  # the window is read again with each new event
_MOST_COUNTED = 1_000_000
_DEEPEST = 10
_KINDS = {
    SigmaCorrelationType.EVENT_COUNT: Kind.EVENT_COUNT,
    SigmaCorrelationType.VALUE_COUNT: Kind.VALUE_COUNT,
    SigmaCorrelationType.TEMPORAL: Kind.TEMPORAL,
    SigmaCorrelationType.TEMPORAL_ORDERED: Kind.TEMPORAL_ORDERED,
}
_SIGNS = {
    SigmaCorrelationConditionOperator.GTE: ">=",
    SigmaCorrelationConditionOperator.GT: ">",
}  # with any other, an event that comes late could take an alert back
_TEMPORAL = (Kind.TEMPORAL, Kind.TEMPORAL_ORDERED)


def references_of(rule: Written) -> tuple[str, ...]:
    """What a correlation refers to, as it names them; nothing for another rule."""
    sigma = rule.rule
    if not isinstance(sigma, SigmaCorrelationRule):
        return ()
    return tuple(str(each.reference) for each in sigma.rules or ())


class Correlations:
    """The rules that were compiled, and the correlations over them, each behind those it refers to."""

    def __init__(self, joined: Sequence[Written]) -> None:
        self._joined = joined
        self._waiting = {key: rule for rule in joined for key in rule.keys}
        self._serving = {key for rule in joined if not _generates(rule) for key in references_of(rule)}
        self._names: dict[str, str] = {}
        self._rules: dict[str, Rule] = {}
        self._depths: dict[str, int] = {}
        self._sources: dict[str, Logsource] = {}

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self._rules.values())

    def add(self, rule: Written, source: Logsource, compiled: Rule) -> None:
        """A rule that is no correlation."""
        self._sources[rule.name] = source
        self._keep(rule, compiled, 0)

    def join(self) -> Iterator[tuple[Written, Refused]]:
        """Joins every correlation to those it refers to, in rounds. Yields those that cannot be."""
        left = list(self._joined)
        while True:
            ready = [rule for rule in left if self._waiting.keys().isdisjoint(references_of(rule))]
            if not ready:
                break
            for rule in ready:
                try:
                    self._keep(rule, *self._made(rule))
                except Refused as error:
                    yield rule, error
                left.remove(rule)
                for key in rule.keys:
                    del self._waiting[key]
        for rule in left:
            yield rule, self._circle(rule)

    def _circle(self, rule: Written) -> Refused:
        """What is left refers to itself, or to what does."""
        way, at = [rule.name], rule
        while True:
            at = next(self._waiting[key] for key in references_of(at) if key in self._waiting)
            if at.name in way:
                break
            way.append(at.name)
        if at is not rule:
            return Refused(f"It refers to the rule {shown(way[1])}, which is not loaded.", "Correct that one.")
        return Refused(f"It refers to itself: {' → '.join([*way, rule.name])}.", "Take one of these references out.")

    def _keep(self, rule: Written, compiled: Rule, depth: int) -> None:
        """A rule that serves a correlation makes no alerts of its own, as Sigma says, unless that says `generate`."""
        self._rules[rule.name] = replace(compiled, alerts=self._serving.isdisjoint(rule.keys))
        self._names |= dict.fromkeys(rule.keys, rule.name)
        self._depths[rule.name] = depth

    def _made(self, rule: Written) -> tuple[Rule, int]:
        """The rule, and how many correlations are below it and itself. Raises Refused."""
        sigma = rule.rule
        assert isinstance(sigma, SigmaCorrelationRule)
        check_samples(rule)
        if "group_by" in rule.own:
            raise Refused("vigie: group_by is for rules of one event.", "Write group-by below correlation.")
        referred = [self._rules[self._referred(key)] for key in dict.fromkeys(references_of(rule))]
        depth = 1 + max((self._depths[each.name] for each in referred), default=0)
        if depth > _DEEPEST:
            raise Refused(f"More than {_DEEPEST} correlations refer to each other.", "Write them flatter.")
        correlation = self._correlation(sigma, referred)
        made = Rule(
            name=rule.name,
            title=sigma.title,
            severity=rule.severity,
            group_by=correlation.group_by,
            condition=None,
            correlation=correlation,
            alerts=True,
            sources=_together(each.sources for each in referred),
            text=rule.document.text,
            details={**details(rule), "sql": correlation_text(correlation, referred)},
        )
        return made, depth

    def _referred(self, key: str) -> str:
        if key not in self._names:
            raise Refused(
                f"It refers to the rule {shown(key)}, which is not there or is not loaded.",
                f"{nearest(key, list(self._names))}Write the name of a rule of this folder.",
            )
        return self._names[key]

    def _correlation(self, sigma: SigmaCorrelationRule, referred: Sequence[Rule]) -> Correlation:
        kind = _kind(sigma)
        names = tuple(rule.name for rule in referred)
        if not names or (kind in _TEMPORAL and len(names) < 2):
            raise Refused("A correlation refers to too few rules.", "Name one rule below rules, for temporal ones two.")
        timespan = timedelta(seconds=min(sigma.timespan.seconds, LONGEST.total_seconds() + 1))
        if timespan > LONGEST:
            raise Refused(f"The timespan is longer than {LONGEST.days} days.", "Write a shorter one.")
        group_by = tuple(dict.fromkeys(self._column(sigma, name, referred) for name in sigma.group_by or ()))
        _check_inner(group_by, referred)
        sign, count = _threshold(sigma.condition, kind, len(names))
        counted = sigma.condition.fieldref if isinstance(sigma.condition, SigmaCorrelationCondition) else None
        if (kind is Kind.VALUE_COUNT) != isinstance(counted, str):
            raise Refused("A value_count, and no other kind, counts a field.", "Write field below condition.")
        field = self._column(sigma, counted, referred) if isinstance(counted, str) else None
        if field is not None and any(rule.correlation for rule in referred):
            raise Refused("A value_count refers to a correlation.", "Let it refer to rules of one event.")
        return Correlation(kind, names, group_by, timespan, sign, count, field)

    def _column(self, sigma: SigmaCorrelationRule, name: str, referred: Sequence[Rule]) -> str:
        """The one column that `name`, an alias or a field of the rules, means in all of them."""
        columns = {self._meant(sigma, name, rule) for rule in referred}
        if len(columns) > 1:
            raise Refused(
                f"{shown(name)} means different columns: {', '.join(sorted(columns))}.", "Group by one all rules have."
            )
        (column,) = columns
        if column not in GROUPS:
            raise Refused(
                f"{shown(name)} is no column of events.", f"{nearest(column, list(GROUPS))}Group by a column."
            )
        return column

    def _meant(self, sigma: SigmaCorrelationRule, name: str, rule: Rule) -> str:
        alias = sigma.aliases.aliases.get(name)
        if alias is not None:
            meant = {self._names.get(str(each.reference)): field for each, field in alias.mapping.items()}
            if rule.name not in meant:
                raise Refused(f"The alias {shown(name)} has no field for {rule.name}.", "Name one for each rule.")
            name = str(meant[rule.name])
        source = self._sources.get(rule.name)
        return source.fields.get(name, name) if source else name


def _generates(rule: Written) -> bool:
    return isinstance(rule.rule, SigmaCorrelationRule) and rule.rule.generate


def _together(sources: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    every: frozenset[str] = frozenset()
    for each in sources:
        if each is None:
            return None
        every |= each
    return every


def _kind(sigma: SigmaCorrelationRule) -> Kind:
    kind = _KINDS.get(sigma.type)
    if kind is None:
        known = ", ".join(each.value for each in _KINDS.values())
        raise Refused(f"Correlations of the type {sigma.type.name.lower()} are not evaluated.", f"Use one of {known}.")
    return kind


def _check_inner(group_by: Sequence[str], referred: Sequence[Rule]) -> None:
    """What a correlation found has no other values than those it was grouped by."""
    for rule in referred:
        if rule.correlation and not set(group_by) <= set(rule.group_by):
            raise Refused(
                f"It groups by what the correlation {shown(rule.name)} does not group by.",
                f"Group by {' and '.join(rule.group_by) or 'nothing'}, or by less.",
            )


def _threshold(condition: object, kind: Kind, rules: int) -> tuple[str, int]:
    """The sign and the number; a temporal kind asks for every rule, whatever is written."""
    if not isinstance(condition, SigmaCorrelationCondition):
        raise Refused("A condition in words is not evaluated.", "Leave it out: every rule must match in the timespan.")
    sign, count = _SIGNS.get(condition.op), condition.count
    if kind in _TEMPORAL:
        if (condition.op, count) != (SigmaCorrelationConditionOperator.GTE, rules):
            raise Refused("A temporal correlation asks for every rule.", "Leave its condition out.")
        return ">=", rules
    if sign is None:
        word = condition.op.name.lower()
        raise Refused(f"The condition {word} is not evaluated: a late event could undo its alert.", "Use gte or gt.")
    if not isinstance(count, int) or not 0 <= count <= _MOST_COUNTED:
        raise Refused(f"{shown(count)} is no number to count to.", f"Write a whole number up to {_MOST_COUNTED}.")
    return sign, count
