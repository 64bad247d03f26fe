"""The export: the whole result, no formulas, recorded, and only for those who are signed in."""

import csv
import io
import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from dashboard.activity.export import COLUMNS, guarded
from tests.conftest import Store
from tests.dashboard.sources.conftest import login, register, save
from vigie.clock import utc_now
from vigie.store.engine import transaction


@pytest.fixture
def logins(store: Store) -> None:
    """1,500 failures of Eve and one success of someone whose name is a formula."""
    start = utc_now() - timedelta(hours=2)
    register(store)
    failed = [login(start + timedelta(seconds=number), "eve", "192.0.2.9") for number in range(1500)]
    save(store, [*failed, login(start, '=cmd|"/c calc"!A1', "192.0.2.8", ok=True)])


def test_every_row_of_the_window_is_in_the_file(alice: FlaskClient, logins: None) -> None:
    rows = list(csv.reader(io.StringIO(alice.get("/activity/export?range=12h").text)))
    assert (tuple(rows[0]), len(rows)) == (COLUMNS, 1502)


def test_the_file_says_that_its_times_are_utc(alice: FlaskClient, logins: None) -> None:
    first = json.loads(alice.get("/activity/export?format=json&zone=Asia/Tokyo").text)[0]
    assert first["occurred_at_utc"].endswith("+00:00")


def test_the_file_honours_the_filter(alice: FlaskClient, logins: None) -> None:
    rows = json.loads(alice.get("/activity/export?format=json&outcome=success").text)
    assert [row["source_ip"] for row in rows] == ["192.0.2.8"]


def test_nothing_is_a_whole_json_file_too(alice: FlaskClient, logins: None) -> None:
    assert json.loads(alice.get("/activity/export?format=json&user=nobody").text) == []


def test_a_name_that_is_a_formula_becomes_text(alice: FlaskClient, logins: None) -> None:
    assert "'=cmd|" in alice.get("/activity/export?outcome=success").text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_value_starts_a_formula(start: str) -> None:
    assert guarded(f"{start}1+1") == f"'{start}1+1"


def test_an_export_is_recorded(alice: FlaskClient, store: Store, logins: None) -> None:
    alice.get("/activity/export?user=eve")
    with transaction(store.owner) as connection:
        row = connection.execute(text("SELECT actor, detail FROM audit WHERE action = 'logins_export'")).one()
    assert (row.actor, row.detail["rows"], row.detail["filter"]["user"]) == ("alice@example.org", 1500, "eve")


def test_charlie_gets_no_file(charlie: FlaskClient, logins: None) -> None:
    assert charlie.get("/activity/export").status_code == 401


def test_another_format_is_refused_in_a_sentence(alice: FlaskClient) -> None:
    refused = alice.get("/activity/export?format=exe")
    assert (refused.status_code, refused.json["error"]) == (400, "Logins are exported as csv or json.")
