"""What a real PostgreSQL writes about us is what we read."""

import time

import psycopg2
import pytest

from cli.embedded.server import Server
from detection.parsers.interface import Sketch
from tests.conftest import new_database
from tests.detection.parsers.reading import parse, sketches

ROLE = "charlie_of_the_log_test"


@pytest.fixture
def database(postgres: Server) -> str:
    return new_database(postgres, owner=ROLE, rights="NOSUPERUSER")


def told(server: Server, of: str) -> Sketch:
    """The event of the first line that holds `of`; the server may write it a moment after it answered."""
    log = server.folder / "postgres.log"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if of in line]
        if found:
            return sketches([parse("postgres", found[0])])[0]
    raise AssertionError(f"{of!r} never came")


def connect(server: Server, role: str, password: str, database: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(server.url(role, password, database).replace("+psycopg2", ""))


def test_a_wrong_password_is_a_failed_login(postgres: Server, database: str) -> None:
    with pytest.raises(psycopg2.OperationalError):
        connect(postgres, ROLE, "wrong", database)
    found = told(postgres, f'authentication failed for user "{ROLE}"')
    assert (found.action, found.category, found.user_name) == ("authn_login_fail", "database", ROLE)


def test_a_refused_table_and_a_failed_statement_are_told_apart(postgres: Server, database: str) -> None:
    with connect(postgres, ROLE, "owner", database) as connection, connection.cursor() as cursor:
        for statement in ("SELECT * FROM pg_authid", "SELECT 'FATAL:  ' FROM nowhere_of_the_log_test"):
            with pytest.raises(psycopg2.Error):
                cursor.execute(statement)
            connection.rollback()
    connection.close()
    assert told(postgres, "permission denied for table pg_authid").action == "authz_fail"
    assert told(postgres, "nowhere_of_the_log_test").action == "database_error"
