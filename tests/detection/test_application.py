"""The application collector on a real PostgreSQL: nothing lost, nothing doubled, whatever the order."""

from dataclasses import replace
from datetime import timedelta

from detection.mapping import ApplicationMapping
from tests.detection.conftest import Application, Watch, ask, differences, until, watch
from vigie.clock import utc_now


def test_a_login_becomes_an_event_with_the_shipped_mapping(application: Application, watched: Watch) -> None:
    application.sign_in("alice@example.org", event="login_failure", reason="wrong_password", user_agent="Firefox")
    watched.read()
    found = "SELECT (action, outcome, reason, user_name, host(source_ip), user_agent, severity)::text FROM events"
    assert ask(watched.store, found) == (
        "(authn_login_fail,failure,wrong_password,alice@example.org,192.0.2.1,Firefox,2)"
    )


def test_the_history_is_read_once_and_its_newest_rows_first(application: Application, watched: Watch) -> None:
    application.run(
        "INSERT INTO account_activity (occurred_at, event, email) "
        "SELECT now() - n * interval '10 minutes', 'login_success', 'alice' FROM generate_series(9000, 1, -1) n"
    )
    first = watched.collector.look()
    assert max(event.occurred_at for event in first.events) > utc_now() - timedelta(minutes=11)
    watched.keeper.keep("app", first)
    watched.read()
    assert ask(watched.store, "SELECT stored FROM sources") == 9000 == ask(watched.store, "SELECT count(*) FROM events")
    assert differences(watched.store) == []


def test_a_row_that_commits_after_its_successor_is_found(application: Application, watched: Watch) -> None:
    slow = application.connect()
    slow.autocommit = False
    slow.cursor().execute("INSERT INTO account_activity (event, email) VALUES ('login_success', 'slow')")
    application.sign_in("fast")
    watched.read()
    assert ask(watched.store, "SELECT count(*) FROM events WHERE user_name = 'fast'") == 1
    slow.commit()
    slow.close()
    until(watched.sees(1, "SELECT count(*) FROM events WHERE user_name = 'slow'"))


def test_a_row_in_flight_while_the_worker_restarts_is_found(application: Application, watched: Watch) -> None:
    application.sign_in("before")
    slow = application.connect()
    slow.autocommit = False
    slow.cursor().execute("INSERT INTO account_activity (event, email) VALUES ('login_success', 'slow')")
    application.sign_in("fast")
    watched.read()
    slow.commit()
    slow.close()
    until(watched.restarted().sees(3))


def test_a_new_row_with_an_old_time_is_found_at_once(application: Application, watched: Watch) -> None:
    application.sign_in("alice")
    watched.read()
    application.sign_in("late", occurred_at=utc_now() - timedelta(days=20))
    watched.read()
    assert ask(watched.store, "SELECT count(*) FROM events WHERE user_name = 'late'") == 1


def test_a_restart_adds_nothing_twice(application: Application, watched: Watch) -> None:
    for number in range(20):
        application.sign_in(f"user{number}")
    watched.read()
    again = watched.restarted()
    until(again.sees(20, "SELECT duplicate FROM sources"))
    assert (
        ask(watched.store, "SELECT stored FROM sources") == 20 == ask(watched.store, "SELECT sum(n) FROM events_hourly")
    )


def test_a_table_restored_from_a_backup_is_read_again(application: Application, watched: Watch) -> None:
    for _ in range(5):
        application.sign_in("before")
    watched.read()
    application.run("TRUNCATE account_activity RESTART IDENTITY")
    application.sign_in("restored")
    until(watched.sees(1, "SELECT count(*) FROM events WHERE user_name = 'restored'"))


def test_a_row_of_a_wrong_clock_is_set_aside_and_counted(application: Application, watched: Watch) -> None:
    application.sign_in("future", occurred_at="2090-01-01T00:00:00Z")
    application.sign_in("past", occurred_at="1970-01-01T00:00:00Z")
    application.sign_in("alice")
    watched.read()
    assert ask(watched.store, "SELECT (stored, unplaced, rejected)::text FROM sources") == "(1,2,0)"


def test_rows_that_cannot_be_events_are_counted_once_and_stop_nothing(application: Application, watched: Watch) -> None:
    application.sign_in("odd", occurred_at="infinity")
    application.sign_in("odd", event="no such event")
    application.sign_in("alice")
    watched.read()
    watched.restarted().read()
    assert ask(watched.store, "SELECT (stored, rejected)::text FROM sources") == "(1,2)"
    assert [r.sentence.split(",")[0] for r in watched.rejected] == [
        "its time is 'infinity'",
        "its kind is 'no such event'",
    ]


def test_hostile_text_is_stored_cut_and_whole(application: Application, watched: Watch) -> None:
    application.sign_in("a\tb\n\\N\u202e", user_agent="x" * 1_000_000)
    application.sign_in("b", user_agent="login with Bearer abcdefghijklmnop")
    watched.read()
    assert ask(watched.store, "SELECT max(length(user_agent)) FROM events") == 500
    assert ask(watched.store, "SELECT count(*) FROM events WHERE user_name = E'a\tb\n\\\\N\u202e'") == 1
    assert ask(watched.store, "SELECT count(*) FROM events_raw WHERE raw::text LIKE '%abcdefgh%'") == 0


def test_the_window_rises_with_time_and_is_kept_with_the_cursor(
    application: Application, watched: Watch, shipped: ApplicationMapping
) -> None:
    application.sign_in("alice")
    short = watch(watched.store, replace(shipped, overlap=timedelta(seconds=0.5)), application.url)
    until(short.sees('["1"]', "SELECT cursor ->> 'low' FROM collector_cursors"))


def test_once_a_day_all_is_read_again(application: Application, watched: Watch) -> None:
    """A row that a transaction longer than the overlap brought below the window is found then."""
    application.sign_in("alice")
    application.sign_in("bob")
    application.run("DELETE FROM account_activity WHERE email = 'alice'")
    watched.read()
    old = '{"low": ["2"], "read_through_at": "2020-01-01T00:00:00+00:00"}'
    with watched.store.worker.begin() as connection:
        connection.exec_driver_sql(f"UPDATE collector_cursors SET cursor = cursor || '{old}'")
    application.run(
        "INSERT INTO account_activity (id, event, email) OVERRIDING SYSTEM VALUE VALUES (1, 'login_success', 'late')"
    )
    watched.restarted().read()
    assert ask(watched.store, "SELECT count(*) FROM events WHERE user_name = 'late'") == 1
    assert ask(watched.store, "SELECT cursor ->> 'history' FROM collector_cursors") is None


def test_a_cursor_of_another_table_is_not_used(
    application: Application, watched: Watch, shipped: ApplicationMapping
) -> None:
    application.sign_in("alice")
    watched.read()
    application.run(
        "ALTER TABLE account_activity RENAME TO old; CREATE TABLE account_activity (LIKE old INCLUDING ALL)"
    )
    application.run(
        "GRANT SELECT ON account_activity TO app_reader; ALTER TABLE account_activity RENAME COLUMN id TO key"
    )
    application.run(
        "INSERT INTO account_activity (event, key, email) OVERRIDING SYSTEM VALUE VALUES ('login_success', 1, 'bob')"
    )
    watch(watched.store, replace(shipped, columns={**shipped.columns, "id": "key"}), application.url).read()
    assert ask(watched.store, "SELECT count(*) FROM events") == 2
