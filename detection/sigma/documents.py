"""The YAML of a folder of rules, read as what anybody may have written: one document at a time, each for itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from sigma.exceptions import SigmaError
from sigma.rule.base import SigmaYAMLLoader, check_alias_expansion

from detection.sigma.refusals import Refused, shown

LARGEST_BYTES = 262_144
MOST_FILES = 5000
MOST_VALUES = 5000
_DEPTH = 20
_MARK = re.compile(r"^---[ \t]*(?:#.*)?\r?$", re.MULTILINE)  # at the start of a line it is one even within a text
_SUFFIXES = (".yml", ".yaml")
# Thresholds of the console's own login patterns, which are no Sigma rule.
NO_RULES = frozenset(("login_attacks.yml",))


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document. `file` is its path below the folder, `values` what it says, `text` as written."""

    file: str
    values: dict[str, object]
    text: str

    @property
    def stem(self) -> str:
        return Path(self.file).stem


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a document in it, that cannot be read."""

    file: str
    sentence: str
    advice: str


def documents(folder: Path) -> Iterator[Document | Unreadable]:
    """Every document of every `*.yml` and `*.yaml` in the folder and below, files in the order of their names."""
    for number, path in enumerate(_files(folder)):
        file = path.relative_to(folder).as_posix()
        if number >= MOST_FILES:
            yield Unreadable(file, f"There are more than {MOST_FILES} files of rules.", "Remove those not needed.")
            return
        try:
            text = _text(path)
        except Refused as error:
            yield Unreadable(file, error.sentence, error.advice)
            continue
        yield from _of_file(file, text)


def _files(folder: Path) -> list[Path]:
    """What is hidden is left alone: a checkout's own folder too."""
    found = [path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.name not in NO_RULES]
    shown = (path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    return sorted(path for path in shown if _is_file(path))


def _is_file(path: Path) -> bool:
    """What cannot even be looked at counts as one, so that it is named."""
    try:
        return path.is_file()
    except OSError:
        return True


def _text(path: Path) -> str:
    """Raises Refused."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise Refused(f"The file cannot be read: {error.strerror}.", "Let the worker read it.") from error
    if len(data) > LARGEST_BYTES:
        raise Refused(f"The file is larger than {LARGEST_BYTES // 1024} KiB.", "Split it into several files.")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Refused("The file is not UTF-8 text.", "Save it as UTF-8.") from error


def _of_file(file: str, text: str) -> Iterator[Document | Unreadable]:
    for part in _MARK.split(text):
        try:
            values = _values(part)
        except Refused as error:
            yield Unreadable(file, error.sentence, error.advice)
            continue
        if values is not None:
            yield Document(file, values, part.strip("\r\n") + "\n")


def _values(text: str) -> dict[str, object] | None:
    """None for a document of comments alone. Raises Refused."""
    try:
        values = yaml.load(text, Loader=SigmaYAMLLoader)  # noqa: S506 - a SafeLoader that refuses keys written twice
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1} of the document" if mark else ""
        raise Refused(f"It is no valid YAML{where}: {_problem(error)}.", "Correct that line.") from error
    except (TypeError, ValueError, RecursionError, OverflowError) as error:  # keys that are lists, dates of month 13
        raise Refused(f"It is no valid YAML: {type(error).__name__}.", "Write a mapping of names to values.") from error
    if values is None:
        return None
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise Refused("It is no mapping of names to values.", "Write a Sigma rule: title, logsource, detection.")
    _check_size(values)
    return values


def _problem(error: yaml.YAMLError) -> str:
    return shown(getattr(error, "problem", None) or str(error)).strip("'\"")


def _check_size(values: dict[str, object]) -> None:
    """Aliases that multiply, and nesting and lists that no person writes, stop here. Raises Refused."""
    try:
        check_alias_expansion(values, max_expansion=MOST_VALUES)
    except SigmaError as error:
        raise Refused("Its aliases go in a circle or expand to too much.", "Write it without aliases.") from error
    level: list[object] = [values]
    seen = 0
    for _ in range(_DEPTH):
        inner: list[object] = []
        for holder in level:
            members = holder.values() if isinstance(holder, dict) else holder if isinstance(holder, list) else ()
            inner += members
        seen += len(inner)
        if seen > MOST_VALUES:
            raise Refused(f"It has more than {MOST_VALUES} values.", "Split it into several rules.")
        if not inner:
            return
        level = inner
    raise Refused(f"It is nested more than {_DEPTH} levels deep.", "Write it flatter.")
