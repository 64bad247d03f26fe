"""Room on the disk below PostgreSQL. It ends itself where its next log segment finds none: better to stop before."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from vigie.errors import StorageFull, StoreUnavailable

_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Room:
    """`folder` is any folder on that disk; `reserve_mb` are left free there, for PostgreSQL itself and its sessions."""

    folder: Path
    reserve_mb: int

    def check(self) -> None:
        """Raises StorageFull where less than the reserve is free, StoreUnavailable where that cannot be seen."""
        try:
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise StoreUnavailable(
                f"How much room the disk of {self.folder} has cannot be seen: {error.strerror}.",
                "Let VIGIE_STORAGE_FOLDER name a folder on the disk that PostgreSQL writes to.",
            ) from error
        if free < self.reserve_mb * _MEGABYTE:
            raise StorageFull(
                f"The storage is full: the disk of {self.folder} has less than the {self.reserve_mb} MB left that are "
                "kept for PostgreSQL itself.",
                "Free space there; storing goes on by itself after that, and nothing is lost.",
            )
