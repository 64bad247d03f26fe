"""Refusals are recorded, and a flood of them does not flood the audit table."""

import logging

import pytest
from sqlalchemy import text

from dashboard.access.records import Refusals
from dashboard.app import Parts
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, CHARLIE
from vigie.store.engine import transaction


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def rows(store: Store) -> list[tuple[str, int]]:
    with transaction(store.console) as connection:
        found = connection.execute(text("SELECT actor, detail FROM audit WHERE action = 'authz_fail' ORDER BY id"))
        return [(row.actor, row.detail["more"]) for row in found]


def test_a_flood_is_one_row_a_minute_with_the_count(store: Store, console: Parts) -> None:
    seconds = Seconds()
    refusals = Refusals(console.engine, seconds)
    with console.server.test_request_context("/x"):
        for _ in range(50):
            refusals.record("authz_fail", "no", CHARLIE)
        refusals.record("authz_fail", "no", ALICE)
        seconds.now = 60
        refusals.record("authz_fail", "no", CHARLIE)
    assert rows(store) == [(CHARLIE, 0), (ALICE, 0), (CHARLIE, 49)]


def test_each_one_is_in_the_log(console: Parts, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    refusals = Refusals(console.engine)
    with console.server.test_request_context("/x"):
        for _ in range(50):
            refusals.record("authz_fail", "no", CHARLIE)
    assert [record.message for record in caplog.records].count("authz_fail failure") == 50
