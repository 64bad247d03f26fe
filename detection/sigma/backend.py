"""The backend of pySigma for the event store: a rule's condition as SQL over the row `e`, every value a parameter.

NOT is `IS NOT TRUE`: a comparison with a field that an event does not have is neither true nor false in SQL, and the
event does not match it then.
"""

from typing import Any, ClassVar

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.base import TextQueryBackend
from sigma.conversion.state import ConversionState
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation
from sigma.rule import SigmaRule
from sigma.types import (
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
)

from detection.sigma import comparisons
from detection.sigma.bindings import Bindings
from detection.sigma.compiled import Condition
from detection.sigma.fields import HAYSTACK, Field, Kind
from detection.sigma.logsources import Logsource, field_of
from detection.sigma.refusals import Refused

_Leaf = ConditionFieldEqualsValueExpression
_ANYTHING = SpecialChars.WILDCARD_MULTI


def condition_of(rule: SigmaRule, source: Logsource, prefix: str) -> Condition:
    """What `rule` looks for among the events of `source`. `prefix` begins the names of its parameters.

    Raises Refused, or another SigmaError of pySigma's.
    """
    backend = SqlBackend(source, prefix)
    queries = backend.convert_rule(rule)
    if not queries:
        raise Refused("The condition of the rule asks for nothing.", "Write a condition that names a selection.")
    parts = ["(" + " OR ".join(f"({query})" for query in queries) + ")"]
    if source.condition:
        parts.insert(0, source.condition)
    return Condition(" AND ".join(parts), backend.bindings.parameters, backend.bindings.reads_raw)


class SqlBackend(TextQueryBackend):
    """Converts one rule; its values are in `bindings`."""

    name: ClassVar[str] = "Vigie's event store"
    group_expression: ClassVar[str] = "({expr})"
    and_token: ClassVar[str] = "AND"  # noqa: S105 - a word of SQL
    or_token: ClassVar[str] = "OR"  # noqa: S105
    not_token: ClassVar[str] = "NOT"  # noqa: S105
    eq_token: ClassVar[str] = "="  # noqa: S105

    def __init__(self, source: Logsource, prefix: str) -> None:
        mapping: dict[str | None, str | list[str]] = dict(source.fields.items())
        super().__init__(ProcessingPipeline([ProcessingItem(FieldMappingTransformation(mapping))]))
        self._source = source
        self.bindings = Bindings(prefix)

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        return f"({self.convert_condition(cond.args[0], state)}) IS NOT TRUE"

    def decide_convert_condition_as_in_expression(
        self, cond: ConditionOR | ConditionAND, state: ConversionState
    ) -> bool:
        """Several texts for one field, or for none, are one comparison with a list."""
        if not all(isinstance(arg, _Leaf | ConditionValueExpression) for arg in cond.args):
            return False
        leaves: list[Any] = list(cond.args)
        names = {getattr(leaf, "field", None) for leaf in leaves}
        if len(names) != 1 or any(type(leaf.value) is not SigmaString or not leaf.value.s for leaf in leaves):
            return False
        (name,) = names
        return name is None or self._field(name).kind in (Kind.TEXT, Kind.WORD)

    def convert_condition_as_in_expression(self, cond: ConditionOR | ConditionAND, state: ConversionState) -> str:
        leaves: list[Any] = list(cond.args)
        is_every = isinstance(cond, ConditionAND)
        name = getattr(leaves[0], "field", None)
        if name is None:
            texts = [_anywhere(leaf.value) for leaf in leaves]
            return comparisons.equals_any(HAYSTACK, texts, self.bindings, every=is_every)
        return comparisons.equals_any(self._field(name), [leaf.value for leaf in leaves], self.bindings, every=is_every)

    def convert_condition_field_eq_val(self, cond: _Leaf, state: ConversionState) -> str:
        if isinstance(cond.value, SigmaExpansion):
            every = ConditionOR([_Leaf(cond.field, value) for value in cond.value.values])
            return f"({self.convert_condition(every, state)})"
        return self._compared(self._field(cond.field), cond.value)

    def convert_condition_val(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """A word without a field: looked for anywhere in the message and in the raw record."""
        value = cond.value
        if isinstance(value, SigmaExpansion):
            every = ConditionOR([ConditionValueExpression(each) for each in value.values])
            return f"({self.convert_condition(every, state)})"
        if isinstance(value, SigmaNumber):
            value = SigmaString(str(value))
        if isinstance(value, SigmaString):
            value = _anywhere(value)
        elif not isinstance(value, SigmaRegularExpression):
            raise Refused("A value without a field is no text.", "Name the field it is to be compared with.")
        return self._compared(HAYSTACK, value)

    def _field(self, name: str) -> Field:
        return field_of(name, self._source)

    def _compared(self, field: Field, value: SigmaType) -> str:
        bindings = self.bindings
        match value:
            case SigmaCasedString():
                return comparisons.equals(field, value, bindings, cased=True)
            case SigmaString():
                return comparisons.equals(field, value, bindings)
            case SigmaTimestampPart():
                return comparisons.is_at(field, value.timestamp_part, value.number, bindings)
            case SigmaNumber():
                return comparisons.equals_number(field, value, bindings)
            case SigmaBool():
                return comparisons.equals(field, SigmaString(str(value.boolean).lower()), bindings)
            case SigmaRegularExpression():
                return comparisons.matches(field, value, bindings)
            case SigmaCIDRExpression():
                return comparisons.is_within(field, value, bindings)
            case SigmaCompareExpression():
                return comparisons.compares(field, value.op, _number(value), bindings)
            case SigmaFieldReference():
                return comparisons.equals_field(field, self._field(self._mapped(value.field)), value, bindings)
            case SigmaNull():
                return comparisons.is_absent(field, bindings)
            case SigmaExists():
                present = comparisons.is_present(field, bindings)
                return present if value.exists else f"({present}) IS NOT TRUE"
        raise Refused(f"A value of the kind {type(value).__name__} cannot be compared.", "Write a text or a number.")

    def _mapped(self, name: str) -> str:
        return self._source.fields.get(name, name)


def _anywhere(value: SigmaString) -> SigmaString:
    made = _ANYTHING + value + _ANYTHING
    return SigmaCasedString.from_sigma_string(made) if isinstance(value, SigmaCasedString) else made


def _number(value: SigmaCompareExpression) -> SigmaNumber:
    if isinstance(value.number, SigmaNumber):
        return value.number
    raise Refused("A comparison such as |gt has no number.", "Write a number behind it.")
