"""The state folder: private, one owner at a time, clear when it cannot be used."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from cli.state import State
from vigie.errors import ConfigurationError, StorageFull, VigieError


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    state = State.open(tmp_path / "state")
    first = state.secret("jwt")
    assert state.secret("jwt") == first
    assert stat.S_IMODE(state.secret_path("jwt").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700


def test_an_empty_secret_file_is_refused_by_name(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    state.secret_path("jwt").touch()
    with pytest.raises(ConfigurationError, match=r"secrets/jwt is empty\. Restore it"):
        state.secret("jwt")


def test_two_cannot_run_on_one_folder(tmp_path: Path) -> None:
    state = State.open(tmp_path)
    words = ("up", "It already runs.", "Stop it first.")
    with state.lock(*words), pytest.raises(VigieError, match="It already runs"), state.lock(*words):
        pass
    with state.lock(*words):
        pass


def test_a_path_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"file.* cannot be used: .*VIGIE_STATE_DIR"):
        State.open(tmp_path / "file")


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_ends_in_one_sentence_and_keeps_the_old_secret(small_disk: Path) -> None:
    state = State.open(small_disk / "state")
    kept = state.secret("jwt")
    (small_disk / "filler").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 65536))
    with pytest.raises(StorageFull, match="is full"):
        state.write_secret("jwt", "y" * 1_000_000)
    assert state.secret("jwt") == kept
