"""Room on the disk below PostgreSQL."""

import re
from pathlib import Path

import pytest

from vigie.errors import StorageFull, StoreUnavailable
from vigie.store.room import Room


def test_a_disk_with_less_than_the_reserve_is_full(tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match=f"^The storage is full: the disk of {re.escape(str(tmp_path))} has less"):
        Room(tmp_path, 10**9).check()


def test_a_disk_with_more_than_the_reserve_is_not(tmp_path: Path) -> None:
    Room(tmp_path, 0).check()


def test_a_folder_that_is_gone_is_said_with_the_setting_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be seen: No such file.*Let VIGIE_STORAGE_FOLDER name a folder"):
        Room(tmp_path / "gone", 16).check()
