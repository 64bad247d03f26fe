"""Tables that look nothing like ours, read by configuration alone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from detection.mapping import ApplicationMapping, load
from tests.conftest import Store
from tests.detection.conftest import ACTIVITY, Application, Watch, ask, until, watch
from vigie.clock import utc_now

TABLE = """
    CREATE SCHEMA shop;
    CREATE TABLE shop.attempts (
        key uuid PRIMARY KEY DEFAULT gen_random_uuid(), created timestamp DEFAULT (now() AT TIME ZONE 'Europe/Paris'),
        ok boolean, who varchar(80), "from" text);
    GRANT USAGE ON SCHEMA shop TO app_reader; GRANT SELECT ON shop.attempts TO app_reader
"""
MAPPING = """
[[application]]
name = "shop"
database = "VIGIE_SHOP_DATABASE_URL"
relation = "shop.attempts"
time_zone = "Europe/Paris"
columns = { id = "key", occurred_at = "created", kind = "ok", user_name = "who", source_ip = "from" }
kinds = { true = "authn_login_success", false = "authn_login_fail" }
"""
VIEW = '''
    CREATE VIEW shop."Log In 100% ""odd""" AS SELECT
        key AS "Key %", created AT TIME ZONE 'Europe/Paris' AS "When ""exactly""", ok::int AS "Ok?", who AS "Who; --"
    FROM shop.attempts;
    GRANT SELECT ON shop."Log In 100% ""odd""" TO app_reader
'''
VIEW_MAPPING = """
[[application]]
name = "odd"
database = "VIGIE_SHOP_DATABASE_URL"
relation = ["shop", 'Log In 100% "odd"']
[application.columns]
id = "Key %"
occurred_at = 'When "exactly"'
kind = "Ok?"
user_name = "Who; --"
[application.kinds]
1 = "authn_login_success"
0 = "authn_login_fail"
"""


@pytest.fixture
def watching(store: Store, application: Application, tmp_path: Path) -> Callable[[str], Watch]:
    """Watches the shop's database with a mapping."""
    application.run(TABLE)
    application.run(VIEW)

    def start(mapping: str) -> Watch:
        file = tmp_path / "sources.toml"
        file.write_text(mapping)
        return watch(store, load(file).applications[0], application.url)

    return start


def attempt(application: Application, **columns: object) -> None:
    row = {"ok": False, "who": "alice"} | columns
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
    application.run(f"INSERT INTO shop.attempts ({names}) VALUES ({marks})", tuple(row.values()))


def test_a_table_of_another_shape_becomes_events(application: Application, watching: Callable[[str], Watch]) -> None:
    attempt(application, created="2026-07-01 12:00:00.123456", **{"from": "[2001:db8::1]:4711"})
    watched = watching(MAPPING)
    watched.read()
    found = "SELECT (action, user_name, host(source_ip), occurred_at AT TIME ZONE 'UTC', reason)::text FROM events"
    assert ask(watched.store, found) == '(authn_login_fail,alice,2001:db8::1,"2026-07-01 10:00:00.123456",)'


def test_a_view_with_the_oddest_names_becomes_events(
    application: Application, watching: Callable[[str], Watch]
) -> None:
    attempt(application, ok=True)
    watched = watching(VIEW_MAPPING)
    watched.read()
    attempt(application)
    until(
        watched.sees(
            "authn_login_fail authn_login_success", "SELECT string_agg(action, ' ' ORDER BY action) FROM events"
        )
    )


def test_an_address_that_is_none_is_kept_in_the_raw_record_alone(
    application: Application, watching: Callable[[str], Watch]
) -> None:
    attempt(application, **{"from": "unknown, <script>"})
    watched = watching(MAPPING)
    watched.read()
    assert ask(
        watched.store, "SELECT raw ->> 'from' FROM events JOIN events_raw USING (event_key) WHERE source_ip IS NULL"
    ) == ("unknown, <script>")


def test_rows_without_growing_keys_are_found_in_any_order_of_commits(
    application: Application, watching: Callable[[str], Watch]
) -> None:
    watched = watching(MAPPING)
    slow = application.connect()
    slow.autocommit = False
    slow.cursor().execute("INSERT INTO shop.attempts (ok, who) VALUES (true, 'slow')")
    attempt(application, who="fast")
    until(watched.sees(1))
    slow.commit()
    slow.close()
    until(watched.sees(2))


def test_a_row_from_the_future_hides_nothing_that_follows(
    application: Application, watching: Callable[[str], Watch]
) -> None:
    attempt(application, created="2090-01-01")
    watched = watching(MAPPING)
    until(watched.sees(1, "SELECT unplaced FROM sources"))
    attempt(application, who="bob")
    until(watched.sees("bob", "SELECT user_name FROM events"))
    until(watched.restarted().sees(1))
    assert ask(watched.store, "SELECT unplaced FROM sources") == 1


def test_a_row_without_a_time_is_counted_once(application: Application, watching: Callable[[str], Watch]) -> None:
    attempt(application, created=None)
    watched = watching(MAPPING)
    until(watched.sees(1, "SELECT rejected FROM sources"))
    watched.restarted().read()
    assert ask(watched.store, "SELECT rejected FROM sources") == 1


def test_a_long_history_by_time_is_read_once(application: Application, watching: Callable[[str], Watch]) -> None:
    application.run(
        "INSERT INTO shop.attempts (ok, who, created) SELECT n % 2 = 0, 'user' || n % 7, "
        "date_trunc('minute', now()) - (n / 50) * interval '1 minute' FROM generate_series(1, 5000) n"
    )
    watched = watching(MAPPING)
    until(watched.sees(5000))
    assert ask(watched.store, "SELECT stored FROM sources") == 5000


def test_late_rows_of_the_window_are_found(application: Application, watching: Callable[[str], Watch]) -> None:
    watched = watching(MAPPING.replace("Europe/Paris", "UTC"))
    attempt(application, created=utc_now().replace(tzinfo=None))
    until(watched.sees(1))
    attempt(application, created=utc_now().replace(tzinfo=None) - timedelta(minutes=10))
    until(watched.sees(2))


def test_bytes_that_are_no_text_stop_nothing(
    store: Store, application: Application, shipped: ApplicationMapping
) -> None:
    """A server of encoding SQL_ASCII keeps whatever it was sent."""
    admin = application.server.connect()
    admin.autocommit = True
    admin.cursor().execute(
        f"CREATE DATABASE {application.database}_old OWNER app_owner ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
    )
    admin.close()
    old = Application(application.server, f"{application.database}_old")
    old.run(ACTIVITY)
    old.run(
        "INSERT INTO account_activity (event, email) VALUES ('login_failure', E'\\xff\\xfe'), ('login_failure', 'bob')"
    )
    watched = watch(store, shipped, old.url)
    until(watched.sees(2))
