"""Which files a path or pattern names, and which are the rotated ones beside a file. Every listing is bounded."""

import fnmatch
import os
import re
from collections.abc import Iterator
from pathlib import Path

from detection.collectors.interface import CannotLook

ENTRIES = 10_000
FILES = 200
_WILD = re.compile(r"[*?[]")
# access.log.1, access.log.2.gz, access.log-20261120.gz, access.log.old: what logrotate and others make.
_ROTATED = re.compile(r"(?:[.-](?:\d[\d._T-]*|old))?(?:\.gz|(?P<foreign>\.(?:bz2|xz|zst|lz4|Z)))?")


def is_pattern(path: str) -> bool:
    return _WILD.search(path) is not None


def named_by(pattern: str) -> list[str]:
    """The files that `pattern` names now, sorted, without rotated ones of others. Raises CannotLook."""
    if not is_pattern(pattern):
        return [pattern]
    found = sorted(_matches(Path(pattern).anchor or ".", Path(pattern).parts[bool(Path(pattern).anchor) :]))
    chosen = [path for path in found if not any(is_rotated(path, other) for other in found)]
    if len(chosen) > FILES:
        raise CannotLook(f"{pattern} names more than {FILES} files.", "Write a narrower pattern in sources.toml.")
    return chosen


def is_rotated(path: str, current: str) -> bool:
    """Whether `path` is named as an older part of `current`."""
    rest = path.removeprefix(current) if path.startswith(current) else ""
    return bool(rest) and _ROTATED.fullmatch(rest) is not None


def rotated_beside(path: str, *, foreign: bool = False) -> list[str]:
    """Regular files (no links: others may write in the folder) that are older parts of `path`, the oldest first.

    `foreign`: those that are compressed in a form that is not read, instead of the others.
    """
    folder, name = os.path.split(path)
    found = [
        (entry.stat(follow_symlinks=False).st_mtime_ns, entry.path)
        for entry in _entries(folder or ".")
        if is_rotated(entry.name, name)
        and _is_foreign(entry.name, name) == foreign
        and entry.is_file(follow_symlinks=False)
    ]
    return [place for _, place in sorted(found)]


def _is_foreign(name: str, current: str) -> bool:
    found = _ROTATED.fullmatch(name.removeprefix(current))
    return found is not None and found["foreign"] is not None


def with_inode(folder: str, inode: int) -> str | None:
    """The file of that inode in `folder`, under whatever name it has now."""
    for entry in _entries(folder or "."):
        if entry.inode() == inode and entry.is_file(follow_symlinks=False):
            return entry.path
    return None


def _matches(folder: str, parts: tuple[str, ...]) -> Iterator[str]:
    part, rest = parts[0], parts[1:]
    if not is_pattern(part):
        yield from _deeper(str(Path(folder, part)), rest)
        return
    for entry in _entries(folder):
        is_hidden = entry.name.startswith(".") and not part.startswith(".")
        if not is_hidden and fnmatch.fnmatchcase(entry.name, part) and (entry.is_dir() if rest else entry.is_file()):
            yield from _deeper(entry.path, rest)


def _deeper(path: str, rest: tuple[str, ...]) -> Iterator[str]:
    if rest:
        yield from _matches(path, rest)
    elif Path(path).exists():
        yield path


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    """Nothing for a folder that is not there. Raises CannotLook for one that cannot be listed or holds too much."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                found.append(entry)
                if len(found) > ENTRIES:
                    raise CannotLook(
                        f"The folder {folder} holds more than {ENTRIES:,} files.", "Keep logs in a folder of their own."
                    )
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CannotLook(
            f"The folder {folder} cannot be listed: {error.strerror}.", "Let the user that runs Vigie read it."
        ) from error
    return found
