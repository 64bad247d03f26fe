"""The rules as they are shipped, in the real worker: from the application's table to the alert."""

from tests.conftest import Store
from tests.detection.conftest import Application, Worker, application, ask, until, worker
from vigie.store.engine import transaction

__all__ = ["application", "worker"]  # fixtures
RULES = "SELECT string_agg(DISTINCT rule, ' ' ORDER BY rule) FROM alerts"


def test_an_attack_that_opens_an_account_is_told_by_each_rule_it_meets(
    application: Application, worker: Worker, store: Store
) -> None:
    for number in range(1, 9):
        application.sign_in(
            f"user{number}@example.org", event="login_failure", ip="203.0.113.7", reason="wrong_password"
        )
    application.sign_in("user9@example.org", ip="203.0.113.7")
    worker.start()
    expected = "attack_opened_account password_spraying suspicious_connections"
    until(lambda: ask(store, RULES) == expected, 60)
    assert worker.end()[0] == 0


def test_an_ordinary_morning_is_no_alert(application: Application, worker: Worker, store: Store) -> None:
    for number in range(20):
        application.sign_in(f"user{number}@example.org", ip=f"192.0.2.{number}")
    application.sign_in("user3@example.org", event="login_failure", ip="192.0.2.3", reason="wrong_password")
    worker.start()
    until(lambda: ask(store, "SELECT count(*) FROM events") == 21, 60)
    until(lambda: ask(store, "SELECT count(*) FROM detection_spans") == 0, 60)
    assert (ask(store, RULES), ask(store, "SELECT count(*) FROM rules WHERE error IS NOT NULL")) == (None, 0)


def test_the_worker_tells_the_console_of_every_rule(application: Application, worker: Worker, store: Store) -> None:
    worker.start()
    until(lambda: ask(store, "SELECT count(*) FROM rules WHERE is_loaded") >= 37, 60)
    with transaction(store.owner) as connection:
        incomplete = connection.exec_driver_sql(
            "SELECT rule FROM rules WHERE NOT details ?& array['description', 'tags', 'falsepositives', 'fires']"
        ).all()
    assert incomplete == []
