"""What a page says about an export: which columns, and how to read the rows for what the browser looks at."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Generic, TypeVar

from dashboard.sources.interface import Answer, Completeness, TimeRange

Row = TypeVar("Row")
Rows = TypeVar("Rows")
_TRIES, _PAUSE_S = 3, 1.0
Cell = str | int | float | bool | date | datetime | None
"""What a column may hold. None is "not known" and stays apart from zero and from the empty text."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[Row]):
    """The rows of one export, page by page, and what they are the answer to.

    `pages`: each an answer of its own; the next is asked for when the one before has left. `window`: None for what is
    true now. `filters`: what narrowed the rows, by name. `total`: how many rows there will be, where known.
    """

    pages: Iterator[Answer[Sequence[Row]]]
    window: TimeRange | None
    filters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Export(Generic[Row]):
    """One export. `name` is its panel's, `title` names it for people.

    `columns`: header and value, in order; headers are snake_case ECS names, times end in `_utc`. The first column is
    never empty. `read` gets the view as the browser sends it to callbacks: input from outside, any JSON.
    """

    name: str
    title: str
    columns: Mapping[str, Callable[[Row], Cell]]
    read: Callable[[object], Reading[Row]]


def at_once(
    answer: Answer[Rows],
    rows: Callable[[Rows], Sequence[Row]],
    window: TimeRange | None,
    filters: Mapping[str, str] = MappingProxyType({}),
) -> Reading[Row]:
    """The reading of an answer that is there as a whole. `rows` takes the file's rows out of what was answered."""
    found = None if answer.rows is None else rows(answer.rows)
    return Reading(iter([with_rows(answer, found)]), window, filters, None if found is None else len(found))


def with_rows(answer: Answer[Rows], rows: Sequence[Row] | None) -> Answer[Sequence[Row]]:
    """The answer with other rows, as believable as it was."""
    return Answer(
        rows, answer.as_of, answer.source, answer.completeness, answer.sentence, answer.advice, answer.since,
        answer.collected_since,
    )  # fmt: skip


def patiently(ask: Callable[[], Answer[Rows]]) -> Answer[Rows]:
    """The answer for a page in the middle of a file: a source that is busy for a moment does not cost all of it."""
    answer = ask()
    for _ in range(_TRIES - 1):
        if answer.rows is not None:
            break
        time.sleep(_PAUSE_S)
        answer = ask()
    return answer


def note(answer: Answer[Rows], window: TimeRange | None) -> str:
    """What the reader of the file must know about these rows; empty where they are all there is."""
    said = []
    if answer.completeness is not Completeness.COMPLETE:
        said.append(f"{answer.completeness.value}: {answer.sentence}")
    begins = answer.collected_since
    if window and begins and not answer.knows_all_of(window):
        said.append(f"nothing was collected before {begins.isoformat(timespec='seconds')}")
    return " ".join(said)
