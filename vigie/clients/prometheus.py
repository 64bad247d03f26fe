"""Prometheus 2.42 and later: queries, and what it knows of its targets, rules and alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from vigie.clients.errors import AskedTooMuch, AskedWrongly, Overloaded, SourceError, TooSlow
from vigie.clients.http import HttpClient
from vigie.clients.literals import check_name, whole_seconds
from vigie.clients.samples import (
    Envelope,
    Labels,
    Matrix,
    Point,
    Sample,
    Scalar,
    Series,
    Vector,
    at_another_time,
    samples,
    series,
    shaped,
)
from vigie.clients.samples import point as point_of
from vigie.clients.words import one_line, words_of

MOST_POINTS = 11_000
_CUT = timedelta(seconds=1)  # times go out and come back in milliseconds
_API = "/api/v1"
_TIMED_OUT = ("query timed out", "context deadline exceeded")
_TOO_MUCH = (
    ("exceeded maximum resolution", "Choose a shorter time range or a longer step."),
    ("too many samples", "Choose a shorter time range, a longer step, or fewer series."),
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """A result and what Prometheus remarks on it: `warnings` say that it may be wrong, `infos` that it is doubtful."""

    result: T
    warnings: tuple[str, ...]
    infos: tuple[str, ...]


def _never_is_none(given: object) -> object:
    """Go writes the year 1 for a time that has not come yet."""
    return None if isinstance(given, str) and given.startswith("0001-01-01") else given


_Moment = Annotated[AwareDatetime | None, BeforeValidator(_never_is_none)]


class _Known(BaseModel):
    """Something Prometheus knows of itself. Fields it adds later are passed over."""

    model_config = ConfigDict(frozen=True)


class Target(_Known):
    """One scraped address. `health`: up, down or unknown."""

    labels: Labels
    health: str
    pool: str = Field(alias="scrapePool")
    last_error: str = Field(alias="lastError")
    last_scrape: _Moment = Field(alias="lastScrape")


class FiringAlert(_Known):
    """One alert of one rule: pending or firing. `value` is text such as 5.9e+01; see `number`."""

    labels: Labels
    annotations: Labels
    state: str
    active_at: _Moment = Field(alias="activeAt", default=None)
    value: str

    def number(self, source: str) -> float | None:
        """The value, None where it is not finite. Raises WrongAnswer."""
        return point_of(0, self.value, source).value


class Rule(_Known):
    """One rule. `kind`: alerting or recording. `state` of alerting ones: inactive, pending or firing."""

    name: str
    query: str
    kind: str = Field(alias="type")
    health: str
    last_error: str = Field(alias="lastError", default="")
    last_evaluation: _Moment = Field(alias="lastEvaluation", default=None)
    state: str | None = None
    for_seconds: float = Field(alias="duration", default=0)
    labels: Labels = {}
    annotations: Labels = {}
    alerts: tuple[FiringAlert, ...] = ()


class RuleGroup(_Known):
    """Rules that are evaluated together, every `interval_seconds`."""

    name: str
    file: str
    interval_seconds: float = Field(alias="interval")
    rules: tuple[Rule, ...]


class Description(_Known):
    """What a target says of one of its metrics."""

    kind: str = Field(alias="type")
    help: str
    unit: str


class _Targets(BaseModel):
    active: tuple[Target, ...] = Field(alias="activeTargets")


class _Alerts(BaseModel):
    alerts: tuple[FiringAlert, ...]


class _Groups(BaseModel):
    groups: tuple[RuleGroup, ...]


class _Running(BaseModel):
    started_at: AwareDatetime = Field(alias="startTime")


class _Built(BaseModel):
    version: str


class Prometheus:
    """Questions to one Prometheus. Every method raises a SourceError."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def instant(self, query: str, at: datetime, within_s: float | None = None) -> Answered[tuple[Sample, ...]]:
        """A query at one instant; nothing found gives no sample, not a zero.

        `within_s`: less than the source's deadline, here and below.
        """
        answer = self._ask(Envelope[Vector | Scalar], "/query", [("query", query), ("time", _seconds(at))], within_s)
        found = samples(answer.data, self._http.name)
        self._check([each.point for each in found], at, at)
        return _answered(answer, found)

    def series(
        self, query: str, start: datetime, end: datetime, step: timedelta, within_s: float | None = None
    ) -> Answered[tuple[Series, ...]]:
        """A query at each multiple of `step` (seconds since 1970) between the ones at or before `start` and `end`.

        Multiples stay the same from one call to the next, so that a chart does not flicker as time goes on.
        """
        seconds = whole_seconds(step)
        first, last = (int(each.timestamp()) // seconds * seconds for each in (start, end))
        if (last - first) // seconds + 1 > MOST_POINTS:
            advice = f"Use a step of at least {(last - first) // (MOST_POINTS - 2) + 1} s."
            raise AskedTooMuch(self._http.name, f"The range holds more than {MOST_POINTS:,} steps.", advice)
        params = [("query", query), ("start", str(first)), ("end", str(last)), ("step", str(seconds))]
        answer = self._ask(Envelope[Matrix], "/query_range", params, within_s)
        found = series(answer.data, self._http.name)
        ends = (datetime.fromtimestamp(each, UTC) for each in (first, last))
        self._check([point for each in found for point in each.points], *ends)
        return _answered(answer, found)

    def labels(self) -> tuple[str, ...]:
        """Names of the labels in use."""
        return tuple(self._ask(Envelope[list[str]], "/labels").data)

    def label_values(self, name: str) -> tuple[str, ...]:
        """Values of one label. Raises BadFilter for what is no label's name."""
        return tuple(self._ask(Envelope[list[str]], f"/label/{check_name(name)}/values").data)

    def label_sets(self, selector: str) -> tuple[Labels, ...]:
        """Labels of the series that `selector` names."""
        return tuple(self._ask(Envelope[list[Labels]], "/series", [("match[]", selector)]).data)

    def descriptions(self, metric: str) -> tuple[Description, ...]:
        """What the targets say of a metric; nothing for one that no target serves now."""
        answer = self._ask(Envelope[dict[str, tuple[Description, ...]]], "/metadata", [("metric", metric)])
        return answer.data.get(metric, ())

    def targets(self, within_s: float | None = None) -> tuple[Target, ...]:
        """Addresses that are scraped. Empty for some seconds after a start: see `started_at`."""
        return self._ask(Envelope[_Targets], "/targets", [("state", "active")], within_s).data.active

    def rules(self) -> tuple[RuleGroup, ...]:
        """All groups of rules."""
        return self._ask(Envelope[_Groups], "/rules").data.groups

    def alerts(self) -> tuple[FiringAlert, ...]:
        """Pending and firing alerts. None just after a start does not mean calm: see `started_at`."""
        return self._ask(Envelope[_Alerts], "/alerts").data.alerts

    def started_at(self) -> datetime:
        """When this Prometheus started, UTC."""
        return self._ask(Envelope[_Running], "/status/runtimeinfo").data.started_at.astimezone(UTC)

    def version(self) -> str:
        """Such as 2.42.0."""
        return one_line(self._ask(Envelope[_Built], "/status/buildinfo").data.version)

    def not_ready(self) -> str | None:
        """Why it is not ready, in its own words; None when it is."""
        reply = self._http.get("/-/ready", expected=frozenset({200, 503}))
        return None if reply.status == 200 else words_of(reply.body) or "not ready"

    def _check(self, points: Sequence[Point], start: datetime, end: datetime) -> None:
        """Prometheus writes the times it was asked for: another time is another question's answer, or a wrong one."""
        if any(not start - _CUT <= point.at <= end + _CUT for point in points):
            raise at_another_time(self._http.name)

    def _ask(
        self,
        kind: type[Envelope[T]],
        path: str,
        params: list[tuple[str, str]] | None = None,
        within_s: float | None = None,
    ) -> Envelope[T]:
        try:
            answer = self._http.get_json(f"{_API}{path}", params or (), within_s=within_s)
            return shaped(kind, answer, self._http.name)
        except (AskedWrongly, Overloaded) as error:
            raise _explained(error) from error


def _answered(answer: Envelope[Any], result: T) -> Answered[T]:
    return Answered(
        result, tuple(one_line(each) for each in answer.warnings), tuple(one_line(each) for each in answer.infos)
    )


def _seconds(moment: datetime) -> str:
    """Unix seconds, to the millisecond Prometheus keeps. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone names no instant")
    seconds, milliseconds = divmod(round(moment.timestamp() * 1000), 1000)
    return f"{seconds}.{milliseconds:03d}" if milliseconds else str(seconds)


def _explained(error: AskedWrongly | Overloaded) -> SourceError:
    """A time-out comes as 503 or as 422, a limit as 400 or 422: told apart by the words."""
    if any(words in error.words for words in _TIMED_OUT):
        advice = "Choose a shorter time range or a longer step."
        return TooSlow(error.source, error.sentence, advice, status=error.status, words=error.words)
    for words, advice in _TOO_MUCH:
        if words in error.words:
            return AskedTooMuch(error.source, error.sentence, advice, status=error.status, words=error.words)
    return error
