"""The disk below Vigie's database is full: the sender is told, and nothing is acknowledged that is not stored."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.embedded.server import Server
from tests.conftest import ACCOUNT, Store
from tests.detection.conftest import ask, until
from tests.detection.intake.conftest import Intake, alert


@pytest.fixture
def postgres(small_disk: Path) -> Iterator[Server]:
    """A server on a small disk of its own."""
    server = Server(small_disk / "database", account=ACCOUNT)
    server.start()
    yield server
    server.stop()


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_with_the_disk_full_it_acknowledges_what_it_stored_and_goes_on_once_there_is_room(
    small_disk: Path, intake: Intake, store: Store
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 200_000))
    bulk = {f"field.{number}": "x" * 500 for number in range(200)}
    acknowledged, answer = 0, intake.post_once("falco", alert(output_fields=bulk))
    while answer.status_code == 200:
        acknowledged += 1
        answer = intake.post_once("falco", alert(output_fields=bulk))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    filler.unlink()
    until(lambda: intake.post_once("falco", alert()).status_code == 200)
    assert "The disk below PostgreSQL is full." in intake.said()
    assert ask(store, "SELECT count(*) FROM events") >= acknowledged + 1
    assert ask(store, "SELECT sum(n) FROM event_folds") == ask(store, "SELECT count(*) FROM events")


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_the_last_room_is_left_to_postgresql_and_the_screen_says_why(
    small_disk: Path, intake: Intake, store: Store
) -> None:
    intake.kill()
    intake.environment |= {"VIGIE_STORAGE_FOLDER": str(small_disk), "VIGIE_STORAGE_RESERVE_MB": "16"}
    intake.start()
    until(lambda: intake.is_ready() and intake.post_once("falco", alert()).status_code == 200)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - (10 << 20)))
    answer = intake.post_once("falco", alert())
    assert (answer.status_code, "The storage is full" in answer.text) == (503, True)
    until(lambda: "The storage is full" in str(ask(store, "SELECT error FROM sources")))
    filler.unlink()
    until(lambda: intake.post_once("falco", alert()).status_code == 200)
    until(lambda: ask(store, "SELECT error IS NULL FROM sources"))
