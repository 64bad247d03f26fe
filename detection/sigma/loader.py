"""A folder of Sigma rules, compiled. One bad rule never stops the others: it is in `not_loaded`, with the remedy."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule

from detection.sigma.backend import condition_of
from detection.sigma.compiled import NotLoaded, Rule
from detection.sigma.correlations import Correlations
from detection.sigma.documents import Unreadable, documents
from detection.sigma.explain import condition_text
from detection.sigma.fields import GROUPS
from detection.sigma.logsources import Logsource, logsource_of
from detection.sigma.reading import BROKEN, Written, details, said, written
from detection.sigma.refusals import Refused, nearest, shown
from detection.sigma.samples import check_samples
from vigie.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules that can be evaluated, each behind those it refers to; and the others, by file."""

    rules: tuple[Rule, ...]
    not_loaded: tuple[NotLoaded, ...]


def load(folder: Path) -> Loaded:
    """Every rule in the folder and below. Raises ConfigurationError where there is no such folder."""
    if not folder.is_dir():
        raise ConfigurationError(f"There is no folder of rules {folder}.", "Correct the path.")
    not_loaded: list[NotLoaded] = []
    read = list(_read(folder, not_loaded))
    correlations = Correlations([rule for rule in read if isinstance(rule.rule, SigmaCorrelationRule)])
    for rule in read:
        if isinstance(rule.rule, SigmaRule):
            try:
                correlations.add(rule, *_compiled(rule, rule.rule))
            except Refused as error:
                not_loaded.append(_refusal(rule, error))
    not_loaded += [_refusal(rule, error) for rule, error in correlations.join()]
    return Loaded(correlations.rules, tuple(sorted(not_loaded, key=lambda each: (each.file, each.name))))


def _read(folder: Path, not_loaded: list[NotLoaded]) -> Iterator[Written]:
    """What is a rule at all. Of several with one name the first counts."""
    files: dict[str, str] = {}
    for document in documents(folder):
        if isinstance(document, Unreadable):
            not_loaded.append(NotLoaded(document.file, Path(document.file).stem, document.sentence, document.advice))
            continue
        try:
            rule = written(document)
            for key in rule.keys:
                if key in files:
                    raise Refused(f"There is a rule {shown(key)} already, in {files[key]}.", "Give it its own name.")
            files |= dict.fromkeys(rule.keys, document.file)
        except Refused as error:
            name = document.values.get("name", document.stem)
            not_loaded.append(NotLoaded(document.file, str(name)[:120], error.sentence, error.advice))
            continue
        yield rule


def _compiled(rule: Written, sigma: SigmaRule) -> tuple[Logsource, Rule]:
    """Raises Refused."""
    check_samples(rule)
    source = logsource_of(sigma.logsource)
    prefix = f"s{sha256(rule.name.encode()).hexdigest()[:8]}_"
    try:
        condition = condition_of(sigma, source, prefix)
    except Refused:
        raise
    except BROKEN as error:
        raise Refused(f"{said(error)}.", "docs/reference/rules.md says what can be asked.") from error
    return source, Rule(
        name=rule.name,
        title=sigma.title,
        severity=rule.severity,
        group_by=_group_by(rule, source),
        condition=condition,
        correlation=None,
        alerts=True,
        sources=source.categories,
        text=rule.document.text,
        details={**details(rule), "sql": condition_text(condition)},
    )


def _group_by(rule: Written, source: Logsource) -> tuple[str, ...]:
    asked = rule.own.get("group_by")
    if asked is None:
        return source.group_by
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise Refused("vigie: group_by is no list of fields.", "Write it as [source_ip].")
    columns = tuple(dict.fromkeys(source.fields.get(name, name) for name in asked))
    for name in columns:
        if name not in GROUPS:
            raise Refused(
                f"vigie: group_by {shown(name)} is no column of events.", f"{nearest(name, list(GROUPS))}Use a column."
            )
    return columns


def _refusal(rule: Written, error: Refused) -> NotLoaded:
    return NotLoaded(rule.document.file, rule.name, error.sentence, error.advice)
