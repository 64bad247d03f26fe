"""The state folder: who may read it, the secrets in it, and one `vigie up` on it at a time."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vigie.errors import ConfigurationError, StorageFull, VigieError


@dataclass(frozen=True, slots=True)
class State:
    """`database/`, `secrets/`, `logs/` below one folder that only its owner may enter."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "State":
        """Makes what is missing. Raises ConfigurationError, StorageFull."""
        try:
            for each in (folder, folder / "secrets", folder / "logs"):
                each.mkdir(parents=True, exist_ok=True)
                each.chmod(0o700)
        except OSError as error:
            raise explained(error, folder) from error
        return cls(folder.resolve())

    @property
    def database(self) -> Path:
        return self.folder / "database"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def secret(self, name: str) -> str:
        """The generated secret of this name, made at first use: 256 bits, URL-safe. Raises VigieError."""
        path = self.secret_path(name)
        try:
            if path.exists():
                return _not_empty(path)
            return self.write_secret(name, secrets.token_urlsafe(32))
        except OSError as error:
            raise explained(error, path) from error

    def write_secret(self, name: str, value: str) -> str:
        """Keeps `value` in a file of mode 0600, complete or not at all. Raises VigieError."""
        path = self.secret_path(name)
        partial = path.with_suffix(".partial")
        try:
            partial.unlink(missing_ok=True)
            with os.fdopen(
                os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(value)
            partial.replace(path)
        except OSError as error:
            raise explained(error, path) from error
        return value

    def secret_path(self, name: str) -> Path:
        return self.folder / "secrets" / name

    @contextmanager
    def lock(self, name: str, sentence: str, advice: str) -> Iterator[None]:
        """Held while something runs that must run once. Raises VigieError with these words when it does already."""
        path = self.folder / f"{name}.lock"
        try:
            opened = path.open("w")
        except OSError as error:
            raise explained(error, path) from error
        with opened as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise VigieError(sentence, advice) from error
            yield

    def is_locked(self, name: str) -> bool:
        """Whether that lock is held by anybody now."""
        try:
            with self.lock(name, "held", ""):
                return False
        except VigieError:
            return True


def _not_empty(path: Path) -> str:
    value = path.read_text(encoding="utf-8").strip()
    if not value:
        raise ConfigurationError(
            f"The secret file {path} is empty.", "Restore it from a backup; a new value would not open the database."
        )
    return value


def explained(error: OSError, path: Path) -> VigieError:
    """One sentence for what the file system refused."""
    if error.errno == 28:  # ENOSPC
        return StorageFull(f"The disk that holds {path} is full.", "Free space and start again; nothing was lost.")
    remedy = "Correct its owner, or set" if isinstance(error, PermissionError) else "Set"
    return ConfigurationError(
        f"{path} cannot be used: {error.strerror}.", f"{remedy} VIGIE_STATE_DIR to another folder."
    )
