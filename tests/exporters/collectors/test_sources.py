"""Sources: alive, blind, never looked at, and hostile."""

from datetime import timedelta

from tests.conftest import Store
from tests.exporters.conftest import MakeExporter, add_source
from vigie.clock import utc_now
from vigie.store.roles import Role


def test_a_source_that_was_just_read_is_not_blind(store: Store, started: MakeExporter) -> None:
    add_source(store, last_look_at=utc_now(), stored=12, rejected=3)
    exporter = started(store.url(Role.EXPORTER))
    assert exporter.values("vigie_source_blind") == {("application", "app"): 0}
    assert exporter.values("vigie_source_records_total")["rejected", "app"] == 3


def test_an_overdue_source_is_blind(store: Store, started: MakeExporter) -> None:
    add_source(store, last_look_at=utc_now() - timedelta(minutes=5))
    assert started(store.url(Role.EXPORTER)).values("vigie_source_blind") == {("application", "app"): 1}


def test_what_never_happened_is_absent_and_not_zero(store: Store, started: MakeExporter) -> None:
    add_source(store)
    exporter = started(store.url(Role.EXPORTER))
    assert exporter.values("vigie_source_last_event_timestamp_seconds") == {}
    assert exporter.values("vigie_source_last_look_timestamp_seconds") == {}


def test_a_crowd_of_hostile_names_stays_below_a_thousand_series(store: Store, started: MakeExporter) -> None:
    for number in range(300):
        add_source(store, f'{number:03}"}} 1\n# HELP evil\\\u202e{"x" * 500}', last_look_at=utc_now())
    exporter = started(store.url(Role.EXPORTER))
    lines = [line for line in exporter.scrape().text.splitlines() if not line.startswith("#")]
    assert len(lines) < 1000
    assert exporter.values("vigie_sources") == {(): 300}
    assert all(len(name) <= 120 and "\n" not in name for (_, name) in exporter.values("vigie_source_blind"))
