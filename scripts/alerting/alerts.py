"""Reading config/alerts/*.yml: strictly, since an alert that is read wrongly stays silent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from vigie.errors import ConfigurationError

Closed = TypeVar("Closed", bound=Enum)

_REQUIRED = frozenset(("name", "severity", "backend", "query", "threshold", "for", "sentence", "means"))
_OPTIONAL = frozenset(("group_by", "value", "panel"))
_NAME = re.compile(r"[a-z][a-z0-9_]{2,60}")
_LABEL = re.compile(r"[a-z_][a-z0-9_]*")
_PANEL = re.compile(r"[a-z-]+/[1-9]\d?")
_DURATION = re.compile(r"(0|[1-9]\d*)[smh]")
_THRESHOLD = re.compile(r"([<>]) (\d+(?:\.\d+)?)")
_PLACE = re.compile(r"\{(\w+)\}")
_BY = re.compile(r"\bby \(([^)]*)\)")


class Severity(Enum):
    """The label `severity`. Vigie's intake reads `warning` as medium."""

    CRITICAL = "critical"
    HIGH = "high"
    WARNING = "warning"


class Backend(Enum):
    """Whose language the query is in."""

    PROMETHEUS = "prometheus"
    LOKI = "loki"


class Value(Enum):
    """How a sentence shows the value of the query."""

    COUNT = "count"
    PERCENT = "percent"  # of a share, 0 to 1


@dataclass(frozen=True, slots=True)
class Threshold:
    """`above`: fires when the value is greater than `limit`; otherwise when it is less."""

    above: bool
    limit: str

    def __str__(self) -> str:
        return f"{'>' if self.above else '<'} {self.limit}"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. `group_by` with the name is its fingerprint, wherever it is evaluated.

    `panel`: uid of a dashboard and number of its panel that shows what the query asks.
    """

    name: str
    severity: Severity
    backend: Backend
    query: str
    threshold: Threshold
    lasts: str
    group_by: tuple[str, ...]
    value: Value | None
    sentence: str
    means: str
    panel: str | None

    @property
    def runbook(self) -> str:
        """The page for who is woken by it, from the top of the checkout."""
        return f"docs/runbooks/{self.name}.md"

    def sentence_with(self, label: str, value: str) -> str:
        """The sentence with a template in each place. `{}` in `label` stands for the name of the label."""
        return _PLACE.sub(lambda found: value if found[1] == "value" else label.replace("{}", found[1]), self.sentence)


@dataclass(frozen=True, slots=True)
class Subject:
    """One file: `key` is its stem."""

    key: str
    title: str
    alerts: tuple[Alert, ...]


def read_subjects(folder: Path) -> tuple[Subject, ...]:
    """All files of `folder`. Raises ConfigurationError, which names file, alert and remedy."""
    subjects = tuple(_subject(path) for path in sorted(folder.glob("*.yml")))
    seen: dict[str, str] = {}
    for subject in subjects:
        for alert in subject.alerts:
            if alert.name in seen:
                raise ConfigurationError(
                    f"{subject.key}.yml: the alert {alert.name} stands in {seen[alert.name]}.yml already.",
                    "Give one of them another name.",
                )
            seen[alert.name] = subject.key
    return subjects


def _subject(path: Path) -> Subject:
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    if (
        not isinstance(written, dict)
        or set(written) != {"subject", "alerts"}
        or not isinstance(written["alerts"], list)
    ):
        raise ConfigurationError(f"{path.name} is no file of alerts.", "It holds `subject` and the list `alerts`.")
    alerts = tuple(_alert(each, path.name) for each in written["alerts"])
    return Subject(path.stem, str(written["subject"]), alerts)


def _alert(written: object, file: str) -> Alert:
    if not isinstance(written, dict):
        raise ConfigurationError(f"{file}: {str(written)[:60]!r} is no alert.", "An alert is a list of keys.")
    where = f"{file}, alert {str(written.get('name'))[:60]}"
    keys = {str(key) for key in written}
    for wrong, words in ((_REQUIRED - keys, "lacks"), (keys - _REQUIRED - _OPTIONAL, "has the unknown key")):
        if wrong:
            raise ConfigurationError(f"{where} {words} {', '.join(sorted(wrong))}.", "See docs/reference/alerts.md.")
    alert = Alert(
        name=_shaped(written, "name", _NAME, where),
        severity=_one_of(Severity, written["severity"], where),
        backend=_one_of(Backend, written["backend"], where),
        query=" ".join(_text(written, "query", where).split("\n")).strip(),
        threshold=_threshold(written, where),
        lasts=_shaped(written, "for", _DURATION, where),
        group_by=_labels(written, where),
        value=_one_of(Value, written["value"], where) if "value" in written else None,
        sentence=_text(written, "sentence", where),
        means=_text(written, "means", where),
        panel=_shaped(written, "panel", _PANEL, where) if "panel" in written else None,
    )
    _check_labels(alert, where)
    return alert


def _check_labels(alert: Alert, where: str) -> None:
    """Labels that the query does not keep would be holes in the sentence and another fingerprint."""
    grouped = [tuple(name.strip() for name in found.split(",")) for found in _BY.findall(alert.query)]
    if any(names != alert.group_by for names in grouped) or (alert.group_by and not grouped):
        raise ConfigurationError(
            f"{where}: the query is grouped by {grouped or 'nothing'}, `group_by` says {list(alert.group_by)}.",
            "Write the same labels in the same order in both.",
        )
    known = {*alert.group_by, *(["value"] if alert.value else [])}
    unknown = set(_PLACE.findall(alert.sentence)) - known
    if unknown:
        raise ConfigurationError(
            f"{where}: the sentence names {', '.join(sorted(unknown))}, which the alert does not have.",
            f"It has {', '.join(sorted(known)) or 'no label and no value'}.",
        )


def _text(written: Mapping[str, Any], key: str, where: str) -> str:
    value = written[key]
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f"{where}: `{key}` is no text.", "Put it in quotes.")
    return value


def _shaped(written: Mapping[str, Any], key: str, shape: re.Pattern[str], where: str) -> str:
    value = _text(written, key, where)
    if not shape.fullmatch(value):
        raise ConfigurationError(f"{where}: `{key}` cannot be {value[:60]!r}.", f"It has the shape {shape.pattern}.")
    return value


def _threshold(written: Mapping[str, Any], where: str) -> Threshold:
    sign, limit = _shaped(written, "threshold", _THRESHOLD, where).split(" ")
    return Threshold(sign == ">", limit)


def _labels(written: Mapping[str, Any], where: str) -> tuple[str, ...]:
    names = written.get("group_by", [])
    if not isinstance(names, list) or not all(isinstance(name, str) and _LABEL.fullmatch(name) for name in names):
        raise ConfigurationError(f"{where}: `group_by` is no list of labels.", "Example: group_by: [job, instance]")
    return tuple(names)


def _one_of(kind: type[Closed], value: object, where: str) -> Closed:
    try:
        return kind(value)
    except ValueError:
        allowed = ", ".join(str(each.value) for each in kind)
        raise ConfigurationError(f"{where}: {str(value)[:60]!r} is none of {allowed}.") from None
