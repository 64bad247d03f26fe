"""Logins by outcome."""

from tests.conftest import Store
from tests.exporters.conftest import MakeExporter, add_source, store_logins
from tests.stack import until
from vigie.store.roles import Role


def test_both_outcomes_are_there_at_zero_before_any_login(store: Store, started: MakeExporter) -> None:
    assert started(store.url(Role.EXPORTER)).values("vigie_logins_total") == {("success",): 0, ("failure",): 0}


def test_new_failures_are_counted_and_old_ones_are_not(store: Store, started: MakeExporter) -> None:
    add_source(store)
    store_logins(store, "now()", "failure", 7)
    exporter = started(store.url(Role.EXPORTER))
    assert exporter.values("vigie_logins_total")["failure",] == 0
    store_logins(store, "now()", "failure", 3)
    store_logins(store, "now() - interval '60 hours'", "failure", 500)  # an import of old lines
    until(lambda: exporter.values("vigie_logins_total")["failure",] == 3, "three failures")
