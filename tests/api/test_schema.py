"""The tables: made once, whoever starts first."""

from concurrent.futures import ThreadPoolExecutor

from api.database import Database
from tests.api.conftest import Running


def test_ten_starts_at_once_make_the_tables_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(Database.prepare, databases))
    for database in databases:
        database.close()
    api = Running("", database_url, None)  # type: ignore[arg-type]
    assert api.rows("SELECT version FROM schema_version") == [(1,)]


def test_the_activity_table_has_the_columns_that_monitors_read(api: Running) -> None:
    columns = api.rows(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_name = 'account_activity' ORDER BY ordinal_position"
    )
    assert columns == [
        ("id", "bigint", "NO"), ("occurred_at", "timestamp with time zone", "NO"), ("event", "text", "NO"),
        ("user_id", "bigint", "YES"), ("email", "text", "YES"), ("ip", "inet", "YES"),
        ("user_agent", "text", "YES"), ("reason", "text", "YES"),
    ]  # fmt: skip
