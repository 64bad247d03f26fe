"""From an application's table to the alert, by the real worker."""

from datetime import timedelta
from pathlib import Path

from tests.conftest import Store
from tests.detection.conftest import Application, Worker, ask, until
from tests.detection.travel.conftest import PARIS, PLACES, TOKYO, written
from vigie.clock import utc_now


def travel(application: Application) -> None:
    """Alice, known for ten days, logs in from Paris and an hour later from Tokyo."""
    for address, ago in ((PARIS, timedelta(days=10)), (PARIS, timedelta(hours=2)), (TOKYO, timedelta(hours=1))):
        application.sign_in("alice@example.org", ip=address, occurred_at=utc_now() - ago)


def test_impossible_travel_is_an_alert_where_a_file_places_addresses(
    application: Application, worker: Worker, store: Store, tmp_path: Path
) -> None:
    worker.environment["VIGIE_GEO_FILE"] = str(written(tmp_path / "places.mmdb", PLACES))
    travel(application)
    worker.start()
    until(lambda: ask(store, "SELECT string_agg(rule || entity::text, ',') FROM alerts"), 60)
    assert ask(
        store, "SELECT rule || ' ' || severity || ' ' || (entity ->> 'user_name') || ' ' || count FROM alerts"
    ) == ("impossible_travel 1 alice@example.org 1")
    assert worker.end()[0] == 0


def test_a_file_that_places_nothing_ends_the_worker_with_a_sentence(worker: Worker, tmp_path: Path) -> None:
    worker.environment["VIGIE_GEO_FILE"] = str(tmp_path / "missing.mmdb")
    code, _, said = worker.start().wait()
    assert (code, len(said.splitlines())) == (2, 1)
    assert "VIGIE_GEO_FILE" in said
