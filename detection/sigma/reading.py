"""From one YAML document to a rule of pySigma's, with its own key and the words people read of it."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from types import MappingProxyType

from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import PythonRegexEngine
from sigma.rule import SigmaRule
from sigma.rule.attributes import SigmaStatus

from detection.sigma.documents import Document
from detection.sigma.refusals import Refused, nearest, shown
from vigie.severity import Severity, from_word

OWN_KEYS = ("group_by", "runbook", "fires", "stays_silent")
_NAME = re.compile(r"(?a)[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")
_LONGEST_CONDITION = 2000
_DEEPEST_CONDITION = 12
_NOT_LOADED = (SigmaStatus.DEPRECATED, SigmaStatus.UNSUPPORTED)
# What pySigma raises over documents in which a text is a list, a list a number, and so on.
BROKEN = (SigmaError, ArithmeticError, AttributeError, LookupError, NotImplementedError, RecursionError, TypeError,
          ValueError)  # fmt: skip
# Expressions are only compiled here, PostgreSQL matches with them; the other engine complains on standard error.
_POLICY = SigmaPolicy(regex_engine=PythonRegexEngine())
_SELECTOR = re.compile(r"\S*\*\S*\*\S*\*\S*")


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as written: `rule` is pySigma's, `own` the attribute `vigie`."""

    name: str
    document: Document
    rule: SigmaRule | SigmaCorrelationRule
    severity: Severity
    own: Mapping[str, object]

    @property
    def keys(self) -> tuple[str, ...]:
        """By what a correlation may refer to it."""
        return (self.name, str(self.rule.id)) if self.rule.id else (self.name,)

    @property
    def runbook(self) -> str:
        return str(self.own.get("runbook", self.name))


def name_of(document: Document) -> str:
    """The rule's key: its `name`, or else the stem of its file. Raises Refused."""
    name = document.values.get("name", document.stem)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Refused(f"{shown(name)} is no name of a rule.", "Use at most 120 letters, digits, _, - and dots.")
    return name


def written(document: Document) -> Written:
    """Raises Refused with what is wrong, and the remedy."""
    name, values = name_of(document), document.values
    if "action" in values:
        raise Refused("The word action, which repeats a rule, is not known.", "Write each rule in full.")
    if "filter" in values:
        raise Refused("A Sigma filter is no rule.", "Write the exception into the rule: a selection, and not.")
    _check_condition(values.get("detection"))
    rule = _parsed(values)
    if rule.status in _NOT_LOADED:
        word = rule.status.name.lower()
        raise Refused(f"Its status is {word}.", "Give it another status, such as experimental, if you want it.")
    return Written(name, document, rule, _severity(rule), _own(values.get("vigie", {})))


def _parsed(values: dict[str, object]) -> SigmaRule | SigmaCorrelationRule:
    kind = SigmaCorrelationRule if "correlation" in values else SigmaRule
    if kind is SigmaRule and "detection" not in values:
        raise Refused("It has neither detection nor correlation.", "Write a Sigma rule: title, logsource, detection.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # about [[, which is a bracket like any other for us
            return kind.from_dict(values, policy=_POLICY)
    except SigmaError as error:
        raise Refused(f"{said(error)}.", "docs/reference/rules.md shows how it is written.") from error
    except BROKEN as error:
        raise Refused(
            f"A part of it has the wrong type ({type(error).__name__}).", "Compare it with docs/reference/rules.md."
        ) from error


def said(error: Exception) -> str:
    """pySigma's own words, without the path it adds, on one line and cut."""
    text = str(error.args[0]) if error.args else type(error).__name__
    return " ".join(text.split())[:300].rstrip(".")


def _check_condition(detection: object) -> None:
    """pySigma's parser takes long over deep nesting, and over a pattern of many stars."""
    condition = detection.get("condition") if isinstance(detection, dict) else None
    for text in condition if isinstance(condition, list) else [condition]:
        if not isinstance(text, str):
            continue
        depth = deepest = 0
        for character in text:
            depth += (character == "(") - (character == ")")
            deepest = max(deepest, depth)
        if len(text) > _LONGEST_CONDITION or deepest > _DEEPEST_CONDITION or _SELECTOR.search(text):
            raise Refused(
                "Its condition is too long, nested too deeply, or has a name with three stars.", "Write it simpler."
            )


def _severity(rule: SigmaRule | SigmaCorrelationRule) -> Severity:
    """A rule without a level is medium."""
    return from_word(rule.level.name) if rule.level else Severity.MEDIUM


def _own(values: object) -> Mapping[str, object]:
    if not isinstance(values, dict):
        raise Refused("vigie is no mapping.", "Write group_by, runbook, fires and stays_silent below it.")
    for key in values:
        if key not in OWN_KEYS:
            raise Refused(f"vigie: {shown(key)} is not known.", f"{nearest(str(key), list(OWN_KEYS))}Remove it.")
    runbook = values.get("runbook", "x")
    if not isinstance(runbook, str) or not _NAME.fullmatch(runbook):
        raise Refused(f"vigie: runbook {shown(runbook)} is no name.", "Write the name of a page of docs/runbooks.")
    for key in ("fires", "stays_silent"):
        if not isinstance(values.get(key, []), list):
            raise Refused(f"vigie: {key} is no list.", "Write a list of lines or events.")
    return MappingProxyType(values)


def details(rule: Written) -> dict[str, object]:
    """What people read of the rule, as JSON can hold it."""
    sigma = rule.rule
    return {
        "id": str(sigma.id) if sigma.id else None,
        "description": sigma.description,
        "tags": [str(tag) for tag in sigma.tags],
        "falsepositives": [str(each) for each in sigma.falsepositives],
        "references": [str(each) for each in sigma.references],
        "author": sigma.author,
        "status": sigma.status.name.lower() if sigma.status else None,
        "date": str(sigma.modified or sigma.date or "") or None,
        "file": rule.document.file,
        "runbook": rule.runbook,
        "fires": _plain(rule.own.get("fires", [])),
        "stays_silent": _plain(rule.own.get("stays_silent", [])),
    }


def _plain(value: object) -> object:
    """As JSON has it: YAML knows dates and keys that are numbers, too."""
    match value:
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case float() if not isfinite(value):
            return str(value)
        case str() | bool() | int() | float() | None:
            return value
        case date():
            return value.isoformat()
    return str(value)
