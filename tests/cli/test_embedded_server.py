"""The embedded PostgreSQL: private, password-protected, and clear about what is wrong."""

import os
import shutil
import stat
from pathlib import Path

import psycopg2
import pytest

from cli.embedded.binaries import find
from cli.embedded.server import Account, Server
from tests.conftest import ACCOUNT, reachable
from vigie.errors import ConfigurationError, StorageFull, VigieError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return reachable(tmp_path) / "database"


def test_it_keeps_its_data_over_a_restart(folder: Path) -> None:
    server = Server(folder, account=ACCOUNT)
    server.start()
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    connection.close()
    server.stop()

    again = Server(folder, account=ACCOUNT)
    again.start()
    with again.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)
    connection.close()
    again.stop()


def test_nobody_else_can_reach_it(postgres: Server) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(postgres.url("vigie_admin", "wrong", "postgres").replace("+psycopg2", ""))
    with postgres.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
        cursor.execute("SHOW unix_socket_directories")
        row = cursor.fetchone()
    connection.close()
    assert row is not None
    assert stat.S_IMODE(Path(row[0]).stat().st_mode) == 0o700


def test_a_second_start_on_the_same_folder_is_refused(postgres: Server) -> None:
    second = Server(postgres.folder, account=ACCOUNT)
    with pytest.raises(VigieError, match=r"already runs on .* Stop it first"):
        second.start()


def test_a_wrong_password_file_is_named(folder: Path) -> None:
    server = Server(folder, account=ACCOUNT)
    server.start()
    server.stop()
    (folder / "superuser.password").write_text("not it", encoding="ascii")
    with pytest.raises(ConfigurationError, match=r"superuser\.password is not the one of this database\. Restore"):
        Server(folder, account=ACCOUNT).start()


def test_a_folder_without_its_password_file_is_named(folder: Path) -> None:
    server = Server(folder, account=ACCOUNT)
    server.start()
    server.stop()
    (folder / "superuser.password").unlink()
    with pytest.raises(ConfigurationError, match=r"superuser\.password cannot be read: .*Restore"):
        Server(folder, account=ACCOUNT).start()


def test_a_long_path_moves_the_socket_to_a_private_folder(tmp_path: Path) -> None:
    deep = reachable(tmp_path) / ("d" * 100)
    server = Server(deep, account=ACCOUNT)
    server.start()
    assert server.answers()
    server.stop()


def test_a_half_made_cluster_is_made_again(folder: Path) -> None:
    (folder / "data.unfinished" / "base").mkdir(parents=True)
    reachable(folder)
    server = Server(folder, account=ACCOUNT)
    server.start()
    assert server.answers()
    server.stop()


def test_a_missing_version_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"PostgreSQL 15 to 18 was not found in .*VIGIE_PG_BIN"):
        find(named=tmp_path)


def test_the_systems_own_comes_before_the_wheels() -> None:
    assert "pixeltable" not in str(find().folder)
    assert "pixeltable" in str(find(major=18).folder)


def test_a_data_folder_is_started_with_the_version_that_made_it() -> None:
    assert find(major=18).major == 18
    with pytest.raises(ConfigurationError, match="PostgreSQL 12 was not found"):
        find(major=12)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused")
def test_it_refuses_to_run_as_root(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not run as root"):
        Server(folder)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_ends_in_one_sentence_and_the_next_start_works(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 80_000_000)
    server = Server(small_disk / "database", account=ACCOUNT)
    with pytest.raises(StorageFull, match=r"is full: a new database needs 80 MB\. Free space"):
        server.start()
    filler.unlink()
    server.start()
    server.stop()
    filler.write_bytes(b"x" * shutil.disk_usage(small_disk).free)
    with pytest.raises(StorageFull, match=r"is full; PostgreSQL did not start\. Free space"):
        server.start()
    filler.unlink()
    server.start()
    assert server.answers()
    server.stop()


@pytest.mark.parametrize("major", [15, 18])
def test_it_starts_with_each_version_there_is(folder: Path, major: int) -> None:
    server = Server(folder, account=ACCOUNT, pg_bin=find(major=major).folder)
    server.start()
    assert server.binaries.major == major
    server.stop()


def test_the_account_is_found_by_name() -> None:
    assert Account.named("root") == Account(0, 0)
