"""`vigie import` on real files and a real PostgreSQL."""

import argparse
import gzip
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.importing.command import run
from cli.importing.log_file import open_all
from cli.importing.reading import REGION
from cli.settings import CommandSettings
from detection.collectors.interface import Source
from detection.keeping import Keeper
from detection.parsers.registry import UnknownFormat
from tests.conftest import Store
from tests.detection.collectors.conftest import access_line
from tests.detection.conftest import ask, differences
from vigie.errors import ConfigurationError, StorageFull, VigieError
from vigie.store.roles import Role

COUNTS = "SELECT (stored, duplicate, hits, rejected, ignored)::text FROM sources"


def import_files(store: Store, *paths: Path | str, format_name: str = "nginx", source: str | None = None) -> None:
    words = argparse.Namespace(format=format_name, source=source, time_zone="UTC")
    settings = CommandSettings.load(database_url=store.server.url("vigie_owner", "owner", store.database))
    assert run(settings, words, open_all([str(path) for path in paths])) == 0


def written(path: Path, *numbers: int, status: int = 401, end: str = "") -> Path:
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(access_line(number, status) for number in numbers) + end)
    return path


def test_a_file_is_stored_and_summed_up(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = written(tmp_path / "access.log", 1, 2, 3)
    written(log, 4, status=200, end="nonsense\n\n")
    import_files(store, log)
    assert ask(store, COUNTS) == "(3,0,4,1,0)"
    said = capsys.readouterr().out
    assert "events                   3  stored, source nginx" in said
    assert "rejected                 1  1 × " in said
    assert "Vigie keeps 400 days: the first of them is dropped on " in said


def test_importing_again_adds_nothing(store: Store, tmp_path: Path) -> None:
    log = written(tmp_path / "access.log", *range(REGION + 50), *range(20), end="nonsense\n")
    import_files(store, log)
    before = ask(store, COUNTS), ask(store, "SELECT sum(n) FROM http_minute"), ask(store, "SELECT sum(n) FROM rejected")
    os.utime(log, (1, 1))
    import_files(store, log)
    total = REGION + 70
    assert before == (f"({total},0,{total},1,0)", total, 1)
    assert ask(store, COUNTS) == f"({total},{total},{total},1,0)"
    assert (ask(store, "SELECT sum(n) FROM http_minute"), differences(store)) == (total, [])


def test_a_file_that_has_grown_and_was_renamed_adds_what_is_new(store: Store, tmp_path: Path) -> None:
    log = written(tmp_path / "access.log", *range(70))
    import_files(store, log)
    import_files(store, written(log, *range(70, 100)).rename(tmp_path / "access.log.1"))
    assert ask(store, COUNTS) == "(100,70,100,0,0)"


def test_gzip_files_are_read(store: Store, tmp_path: Path) -> None:
    packed = tmp_path / "access.log.2.gz"
    packed.write_bytes(gzip.compress("".join(map(access_line, range(9))).encode()))
    import_files(store, packed)
    assert ask(store, COUNTS) == "(9,0,9,0,0)"


def test_standard_input_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(access_line(1).encode())))  # type: ignore[type-var]
    monkeypatch.setattr("sys.stdin", stream)
    import_files(store, "-")
    assert ask(store, COUNTS) == "(1,0,1,0,0)"


def test_old_lines_get_their_partitions_and_it_says_when_they_go(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "access.log"
    log.write_text(access_line(1, when=-timedelta(days=900)) + access_line(2), encoding="utf-8")
    import_files(store, log)
    assert ask(store, "SELECT count(*) FROM events") == 2
    assert "1 of these events are older than the 400 days that Vigie keeps" in capsys.readouterr().out


def test_a_damaged_file_says_so_and_importing_it_whole_adds_the_rest(store: Store, tmp_path: Path) -> None:
    packed, total = tmp_path / "access.log.gz", 2 * REGION
    whole = gzip.compress("".join(map(access_line, range(total))).encode())
    packed.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(VigieError, match=r"cannot be read to its end.*What was read before is stored"):
        import_files(store, packed)
    assert REGION < ask(store, "SELECT stored FROM sources") < total
    packed.write_bytes(whole)
    import_files(store, packed)
    assert ask(store, "SELECT (stored, hits)::text FROM sources") == f"({total},{total})"
    assert ask(store, "SELECT sum(n) FROM http_minute") == total


def test_the_name_of_a_source_that_is_read_live_is_refused(store: Store, tmp_path: Path) -> None:
    keeper = Keeper(store.url(Role.WORKER), timedelta(days=400))
    keeper.register(Source("nginx", "file", "Site", 10, 20))
    keeper.close()
    with pytest.raises(ConfigurationError, match="Import under another name: --source NAME"):
        import_files(store, written(tmp_path / "access.log", 1))


def test_an_unknown_format_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "ngnix", "/nowhere"]) == UnknownFormat.exit_code == 2
    assert "There is no log format 'ngnix'. Use one of: apache, api, docker, falco" in capsys.readouterr().err


def test_a_missing_file_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "nginx", "/nowhere/access.log"]) == 2
    assert "The file /nowhere/access.log cannot be read: No such file" in capsys.readouterr().err


def test_names_are_meant_from_where_the_command_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "access.log", 1)
    monkeypatch.setenv("VIGIE_CALLED_FROM", str(tmp_path))
    (file,) = open_all(["access.log"])
    assert [len(batch) for batch in file.batches(10)] == [1]
    file.close()


def test_an_import_leaves_the_last_room_on_the_disk_to_postgresql(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_STORAGE_FOLDER", str(tmp_path))
    monkeypatch.setenv("VIGIE_STORAGE_RESERVE_MB", "1000000")
    with pytest.raises(StorageFull, match=r"The storage is full.*Then import again: what is stored is not added twice"):
        import_files(store, written(tmp_path / "access.log", 1))
    assert ask(store, COUNTS) == "(0,0,0,0,0)"
