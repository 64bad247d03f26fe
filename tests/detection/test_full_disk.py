"""The disk below Vigie's database is full; what cannot be stored waits."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.embedded.server import Server
from tests.conftest import ACCOUNT, Store
from tests.detection.conftest import Application, Worker, ask, differences, until


@pytest.fixture
def postgres(small_disk: Path) -> Iterator[Server]:
    """A server on a small disk of its own."""
    server = Server(small_disk / "database", account=ACCOUNT)
    server.start()
    yield server
    server.stop()


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_with_the_disk_full_nothing_is_lost_and_it_goes_on_once_there_is_room(
    small_disk: Path, application: Application, store: Store, worker: Worker
) -> None:
    application.run(
        "INSERT INTO account_activity (event, email) "
        "SELECT 'login_failure', 'user' || n % 9 FROM generate_series(1, 9000) n"
    )
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 500_000))
    worker.start()
    until(lambda: "The disk below PostgreSQL is full. Free space there" in worker.said())
    filler.unlink()
    until(lambda: ask(store, "SELECT stored FROM sources") == 9000)
    assert differences(store) == []
    assert worker.end()[0] == 0


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_the_last_room_is_left_to_postgresql_and_the_screen_says_why(
    small_disk: Path, application: Application, store: Store, worker: Worker
) -> None:
    application.sign_in()
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - (10 << 20)))
    worker.environment |= {"VIGIE_STORAGE_FOLDER": str(small_disk), "VIGIE_STORAGE_RESERVE_MB": "16"}
    worker.start()
    until(lambda: "The storage is full" in str(ask(store, "SELECT error FROM sources")))
    assert ask(store, "SELECT stored FROM sources") == 0
    filler.unlink()
    until(lambda: ask(store, "SELECT (stored, error)::text FROM sources") == "(1,)")
    assert worker.end()[0] == 0
