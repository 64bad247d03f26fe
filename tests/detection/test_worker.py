"""The worker as a process: killed, stopped, misconfigured, cut off. Nothing is lost and nothing doubled."""

import json
import random
import signal
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import Store
from tests.detection.conftest import ROOT, Application, Worker, ask, differences, until
from vigie.clock import utc_now

KILLS = 10
IS_UP = "looks at its sources"


def write_rows(application: Application, seed: int, late_share: float, stop: threading.Event) -> None:
    """Logins in transactions of uneven length, some taken back, a share of them with an old time."""
    dice = random.Random(seed)
    connection = application.connect()
    connection.autocommit = False
    while not stop.is_set():
        with connection.cursor() as cursor:
            for _ in range(dice.randint(1, 30)):
                late = timedelta(days=dice.random() * 30 if dice.random() < late_share else 0)
                cursor.execute(
                    "INSERT INTO account_activity (occurred_at, event, email, ip) VALUES (%s, %s, %s, '192.0.2.7')",
                    (utc_now() - late, dice.choice(["login_success", "login_failure"]), f"user{dice.randint(1, 9)}"),
                )
                stop.wait(dice.random() * 0.02)
        (connection.rollback if dice.random() < 0.2 else connection.commit)()
    connection.close()


@pytest.mark.parametrize(("order", "late_share"), [("id", 0.1), ("time", 0)])
def test_killed_again_and_again_it_stores_every_row_exactly_once(
    application: Application, store: Store, worker: Worker, tmp_path: Path, order: str, late_share: float
) -> None:
    shipped = (ROOT / "config" / "sources.toml").read_text(encoding="utf-8")
    (tmp_path / "sources.toml").write_text(shipped.replace("grace_s", f'order = "{order}"\ngrace_s'), encoding="utf-8")
    worker.environment["VIGIE_SOURCES_FILE"] = str(tmp_path / "sources.toml")
    application.run(
        "INSERT INTO account_activity (occurred_at, event, email) "
        "SELECT now() - n * interval '1 minute', 'login_failure', 'user' || n % 9 FROM generate_series(20000, 1, -1) n"
    )
    stop = threading.Event()
    writers = [threading.Thread(target=write_rows, args=(application, seed, late_share, stop)) for seed in range(4)]
    for writer in writers:
        writer.start()
    dice = random.Random(7)
    for _ in range(KILLS):
        worker.start()
        until(lambda: IS_UP in worker.said(), 60)
        stop.wait(dice.random())
        worker.end(signal.SIGKILL)
    stop.set()
    for writer in writers:
        writer.join()
    ((rows,),) = application.run("SELECT count(*) FROM account_activity")
    worker.start()
    until(lambda: IS_UP in worker.said() and ask(store, "SELECT count(*) FROM events") == rows, 60)
    assert worker.end()[0] == 0
    before = ask(store, "SELECT duplicate FROM sources")
    worker.start()  # and so it stays when the window is read again
    until(lambda: ask(store, "SELECT duplicate FROM sources") > before, 60)
    assert worker.end()[0] == 0
    assert ask(store, "SELECT (count(*), count(DISTINCT event_key))::text FROM events") == f"({rows},{rows})"
    assert differences(store) == []
    assert ask(store, "SELECT sum(n) FROM activity_hourly") == rows == ask(store, "SELECT stored FROM sources")


def test_a_login_is_stored_while_a_long_history_is_read(application: Application, store: Store, worker: Worker) -> None:
    application.run(
        "INSERT INTO account_activity (occurred_at, event, email) "
        "SELECT now() - n * interval '1 minute', 'login_failure', 'user' || n % 9 FROM generate_series(100000, 1, -1) n"
    )
    worker.start()
    until(lambda: ask(store, "SELECT stored FROM sources"))
    application.sign_in("alice")
    until(lambda: ask(store, "SELECT 1 FROM events WHERE user_name = 'alice'"))
    assert ask(store, "SELECT count(*) FROM events") < 100_000
    worker.end()


def test_it_stops_with_exit_code_0(worker: Worker, store: Store) -> None:
    worker.start()
    until(lambda: ask(store, "SELECT last_look_at FROM sources"))
    code, out, err = worker.end()
    assert (code, err) == (0, "")
    assert [json.loads(line)["message"] for line in out.splitlines()][-1] == "the worker stopped"


def test_its_sign_of_life_goes_on_while_nothing_happens(worker: Worker, store: Store) -> None:
    worker.start()
    until(lambda: ask(store, "SELECT last_look_at FROM sources"))
    first = ask(store, "SELECT last_look_at FROM sources")
    until(lambda: ask(store, "SELECT last_look_at FROM sources") > first)
    assert ask(store, "SELECT (error, stored)::text FROM sources") == "(,0)"


def test_a_mapping_of_a_missing_column_ends_it_with_the_sentence_everywhere(
    application: Application, worker: Worker, store: Store
) -> None:
    application.run("ALTER TABLE account_activity RENAME COLUMN email TO mail")
    code, _, err = worker.start().wait()
    assert (code, len(err.splitlines())) == (2, 1)
    assert "user_name names the column 'email', which account_activity does not have (it has mail," in err
    assert "names the column 'email'" in ask(store, "SELECT error FROM sources")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("VIGIE_APP_DATABASE_URL", "", "app names the setting VIGIE_APP_DATABASE_URL, which is not set. Set VIGIE_APP"),
        ("VIGIE_WORKER_DATABASE_URL", None, "VIGIE_WORKER_DATABASE_URL is not set."),
        ("VIGIE_SOURCES_FILE", "/nowhere/sources.toml", "The file /nowhere/sources.toml cannot be read"),
        ("VIGIE_POLL_SECONDS", "soon", "VIGIE_POLL_SECONDS is not usable"),
    ],
)
def test_a_wrong_setting_ends_it_with_one_sentence(worker: Worker, variable: str, value: str | None, said: str) -> None:
    worker.environment[variable] = value or ""
    if value is None:
        del worker.environment[variable]
    code, _, err = worker.start().wait()
    assert (code, len(err.splitlines())) == (2, 1)
    assert said in err


def test_a_mapping_it_cannot_read_is_on_the_screen_too(worker: Worker, store: Store) -> None:
    worker.start()
    until(lambda: ask(store, "SELECT last_look_at FROM sources"))
    worker.end()
    worker.environment["VIGIE_SOURCES_FILE"] = "/nowhere/sources.toml"
    worker.start().wait()
    assert "cannot be read" in ask(store, "SELECT error FROM sources")


def test_one_database_that_is_away_does_not_hold_up_the_others(
    application: Application, worker: Worker, store: Store, tmp_path: Path
) -> None:
    shipped = (ROOT / "config" / "sources.toml").read_text(encoding="utf-8")
    other = shipped.replace('"app"', '"away"').replace("VIGIE_APP_", "VIGIE_AWAY_")
    (tmp_path / "sources.toml").write_text(other + shipped, encoding="utf-8")
    worker.environment |= {
        "VIGIE_SOURCES_FILE": str(tmp_path / "sources.toml"),
        "VIGIE_AWAY_DATABASE_URL": "postgresql://reader:secret@127.0.0.1:1/away",
    }
    application.sign_in("alice")
    worker.start()
    until(lambda: ask(store, "SELECT error FROM sources WHERE name = 'away'"))
    until(lambda: ask(store, "SELECT stored FROM sources WHERE name = 'app'") == 1)
    assert "secret" not in "".join(worker.end()[1:])


def test_a_source_taken_out_of_the_file_is_no_source_any_more(worker: Worker, store: Store) -> None:
    with store.worker.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO sources (name, kind, title, expected_period_s, grace_s) "
            "VALUES ('old', 'application', 'Old', 10, 20), ('falco', 'intake', 'Falco', 10, 20)"
        )
    worker.start()
    until(lambda: ask(store, "SELECT string_agg(name, ' ' ORDER BY name) FROM sources") == "app falco")
    worker.end()
