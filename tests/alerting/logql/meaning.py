"""What a metric query answers over lines."""

import operator
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from tests.alerting.logql.lines import ERROR, Line, kept
from tests.alerting.logql.tree import Binary, Count, Metric, Number, Sum

Labels: TypeAlias = frozenset[tuple[str, str]]
Vector: TypeAlias = dict[Labels, float]

_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class PipelineError(Exception):
    """One line that cannot be read fails the whole metric query, unless `__error__=""` drops it."""


def answer(metric: Metric, lines: Sequence[Line], at: float) -> Vector | float:
    """The value at `at`, seconds: a window is ]at - window, at]."""
    match metric:
        case Number(value, is_vector):
            return {frozenset(): value} if is_vector else value
        case Count():
            return _count(metric, lines, at)
        case Sum(of, by):
            return _sum(answer(of, lines, at), by)
        case Binary(sign, left, right):
            return _binary(sign, answer(left, lines, at), answer(right, lines, at))


def _count(count: Count, lines: Sequence[Line], at: float) -> Vector:
    counted: dict[Labels, float] = defaultdict(float)
    for line in kept(count.log, (line for line in lines if at - count.seconds < line.at <= at)):
        if line.labels.get(ERROR):
            raise PipelineError(line.labels[ERROR])
        counted[_labels(line.labels)] += 1
    return dict(counted)


def _labels(labels: Mapping[str, str]) -> Labels:
    return frozenset((name, value) for name, value in labels.items() if value)


def _sum(values: Vector | float, by: tuple[str, ...] | None) -> Vector:
    assert isinstance(values, dict)
    summed: dict[Labels, float] = defaultdict(float)
    for labels, value in values.items():
        summed[frozenset(pair for pair in labels if by and pair[0] in by)] += value
    return dict(summed)


def _binary(sign: str, left: Vector | float, right: Vector | float) -> Vector | float:
    if isinstance(left, float) and isinstance(right, float):
        return _calculated(sign, left, right)
    if sign in ("or", "and"):
        assert isinstance(left, dict)
        assert isinstance(right, dict)
        return right | left if sign == "or" else {labels: left[labels] for labels in left if labels in right}
    first = left if isinstance(left, dict) else {}
    labels_of_both = [each for each in first if not isinstance(right, dict) or each in right]
    pairs = {each: (first[each], right[each] if isinstance(right, dict) else right) for each in labels_of_both}
    if sign in _COMPARED:
        return {labels: one for labels, (one, other) in pairs.items() if _COMPARED[sign](one, other)}
    return {labels: _calculated(sign, one, other) for labels, (one, other) in pairs.items()}


def _calculated(sign: str, one: float, other: float) -> float:
    if sign == "/":
        return one / other if other else float("nan")  # where Prometheus says +Inf
    return {"+": one + other, "-": one - other, "*": one * other}[sign]
