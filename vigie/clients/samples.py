"""Samples and series as Loki and Prometheus both answer them.

Both send numbers as text, NaN and infinities among them. Those never become a float here: JSON has no word for them,
and a chart must show a gap. A point that is absent stays absent; it is not a zero.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from vigie.clients.errors import WrongAnswer
from vigie.clients.words import one_line

_LARGEST_S = 100_000_000_000  # the year 5138: a scalar's time beyond it is Loki's milliseconds
T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)


class Odd(Enum):
    """A value that is no number to calculate with."""

    NAN = "not a number"
    POSITIVE = "infinite"
    NEGATIVE = "minus infinite"


@dataclass(frozen=True, slots=True)
class Point:
    """`at`: UTC. `value`: finite, or None exactly where `odd` says why."""

    at: datetime
    value: float | None
    odd: Odd | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series; a scalar has no labels."""

    labels: Mapping[str, str]
    point: Point


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one series, oldest first. Times without data have no point."""

    labels: Mapping[str, str]
    points: tuple[Point, ...]


Seconds = Annotated[float, Field(strict=True, ge=-_LARGEST_S * 1000, le=_LARGEST_S * 1000)]
Labels = dict[str, str]


class _VectorItem(BaseModel):
    metric: Labels
    value: tuple[Seconds, str]


class _MatrixItem(BaseModel):
    metric: Labels
    values: list[tuple[Seconds, str]]


class Vector(BaseModel):
    """As sent for an instant query of series."""

    resultType: Literal["vector"]  # noqa: N815  the field's name on the wire
    result: list[_VectorItem]


class Scalar(BaseModel):
    """As sent for an instant query of a number."""

    resultType: Literal["scalar"]  # noqa: N815  the field's name on the wire
    result: tuple[Seconds, str]


class Matrix(BaseModel):
    """As sent for a range query."""

    resultType: Literal["matrix"]  # noqa: N815  the field's name on the wire
    result: list[_MatrixItem]


class Envelope(BaseModel, Generic[T]):
    """What both put around their data."""

    status: Literal["success"]
    data: T
    warnings: list[str] = []
    infos: list[str] = []


def shaped(kind: type[Model], given: object, source: str) -> Model:
    """`given` as the model. Raises WrongAnswer that names the place that differs."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = one_line(".".join(str(part) for part in first["loc"]), 80) or "the answer"
        raise WrongAnswer(
            source,
            f"{source} answered in a form we do not know: {place}: {one_line(first['msg'], 80)}.",
            f"Check that the URL of {source} is its own, and that its version is supported.",
        ) from error


def samples(answer: Vector | Scalar, source: str) -> tuple[Sample, ...]:
    """The samples of an instant query. Raises WrongAnswer."""
    if isinstance(answer, Scalar):
        return (Sample({}, point(*answer.result, source)),)
    return tuple(Sample(item.metric, point(*item.value, source)) for item in answer.result)


def series(answer: Matrix, source: str) -> tuple[Series, ...]:
    """The series of a range query. Raises WrongAnswer."""
    return tuple(
        Series(item.metric, tuple(point(at, text, source) for at, text in item.values)) for item in answer.result
    )


def at_another_time(source: str) -> WrongAnswer:
    """The answer holds times that nobody asked for."""
    return WrongAnswer(
        source,
        f"{source} answered for another time than the one that was asked for.",
        f"Check that the URL of {source} is its own, and the clock of its machine.",
    )


def no_numbers(source: str) -> WrongAnswer:
    """A count, or all of them, came as NaN or infinite: that is neither zero nor none."""
    return WrongAnswer(
        source,
        f"{source} sent NaN or infinite values in place of counts.",
        f"Ask {source} for the same figures by hand; what writes them is at fault.",
    )


def point(at: float, text: str, source: str) -> Point:
    """One point. `at`: Unix seconds, or the milliseconds Loki writes for scalars. Raises WrongAnswer."""
    seconds = at / 1000 if abs(at) > _LARGEST_S else at
    try:
        number = float(text)
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError) as error:
        raise WrongAnswer(
            source, f"{source} sent a value that is no number: {one_line(text, 40)}.", f"Check the URL of {source}."
        ) from error
    if math.isfinite(number):
        return Point(moment, number)
    return Point(moment, None, Odd.NAN if math.isnan(number) else Odd.POSITIVE if number > 0 else Odd.NEGATIVE)
