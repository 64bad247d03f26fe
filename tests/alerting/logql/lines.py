"""What a log query keeps of lines, and which labels each then has."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.alerting.logql.tree import Json, LabelFilter, LineFilter, Log, Stage

ERROR = "__error__"
_PATH = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\.?(\w+)')
_ORDER = {
    ">": float.__gt__, ">=": float.__ge__, "<": float.__lt__, "<=": float.__le__, "==": float.__eq__, "=": float.__eq__,
    "!=": float.__ne__,
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """`at`: seconds."""

    at: float
    labels: Mapping[str, str]
    text: str


def kept(log: Log, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines that the query keeps, in their order, with the labels that it gave them."""
    for line in lines:
        if all(_label_matches(line.labels, matcher)[0] for matcher in log.matchers):
            labels = _through(log.stages, line)
            if labels is not None:
                yield Line(line.at, labels, line.text)


def _through(stages: tuple[Stage, ...], line: Line) -> dict[str, str] | None:
    labels = dict(line.labels)
    for stage in stages:
        after = _after(stage, labels, line)
        if after is None:
            return None
        labels = after
    return labels


def _after(stage: Stage, labels: dict[str, str], line: Line) -> dict[str, str] | None:
    """The labels after a stage; None where it drops the line."""
    match stage:
        case LineFilter(sign, text):
            found = text in line.text if sign in ("|=", "!=") else re.search(text, line.text) is not None
            return labels if found is (sign[0] == "|") else None
        case Json(fields):
            return labels | _extracted(fields, line)
        case LabelFilter():
            matches, trouble = _label_matches(labels, stage)
            return (labels | trouble) if matches else None


def _extracted(fields: tuple[tuple[str, str], ...], line: Line) -> dict[str, str]:
    try:
        document = json.loads(line.text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return {ERROR: "JSONParserErr"}
    found = {name: _at(document, path) for name, path in fields} if fields else dict(_flat(document, ""))
    return {(f"{name}_extracted" if name in line.labels else name): _written(value) for name, value in found.items()}


def _at(document: Any, path: str) -> Any:
    for quoted, bare in _PATH.findall(path):
        document = document.get(quoted or bare) if isinstance(document, dict) else None
    return document


def _flat(document: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        name = prefix + re.sub(r"\W", "_", key)
        name = f"_{name}" if name[0].isdigit() else name
        if isinstance(value, dict):
            yield from _flat(value, f"{name}_")
        elif not isinstance(value, list):
            yield name, value


def _written(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _label_matches(labels: Mapping[str, str], wanted: LabelFilter) -> tuple[bool, dict[str, str]]:
    """Whether it matches, and the error that it left behind: text where a number was expected keeps the line."""
    value = labels.get(wanted.label, "")
    if isinstance(wanted.value, float):
        if not value:
            return False, {}
        try:
            return _ORDER[wanted.sign](float(value), wanted.value), {}
        except ValueError:
            return True, {ERROR: "LabelFilterErr"}
    equal = re.fullmatch(wanted.value, value) is not None if "~" in wanted.sign else value == wanted.value
    return equal is (wanted.sign[0] == "="), {}
