"""The export over HTTP: the whole result, recorded, and only for those who are signed in."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from dashboard.app import Parts
from dashboard.exports import routes
from tests.conftest import Store
from tests.dashboard.conftest import csrf, signed_in
from tests.dashboard.exports.conftest import FORMULA, ask, objects, table
from vigie.clock import utc_now
from vigie.store.engine import transaction
from vigie.store.people import PersonRole, create_person


def audit(store: Store) -> list[Any]:
    with transaction(store.owner) as connection:
        rows = connection.execute(text("SELECT * FROM audit WHERE action = 'data_export' ORDER BY id"))
        return list(rows)


def test_every_row_of_the_window_is_in_the_file(alice: FlaskClient, logins: None) -> None:
    answer = ask(alice, "newest-logins", range="12h")
    _, rows, end = table(answer)
    assert (len(rows), len({row["key"] for row in rows})) == (1501, 1501)
    assert answer.headers["X-Vigie-Rows"] == "1501"
    assert f"End of export {answer.headers['X-Vigie-Export']}: complete, 1501 rows." in end


def test_the_file_says_that_its_times_are_utc(alice: FlaskClient, logins: None) -> None:
    begin, first, *_ = objects(ask(alice, "newest-logins", "jsonl", zone="Asia/Tokyo"))
    assert first["occurred_at_utc"].endswith("+00:00")
    assert (begin["times"], begin["until"][-6:]) == ("UTC", "+00:00")


def test_the_file_honours_the_filter_and_says_so(alice: FlaskClient, logins: None) -> None:
    begin, *rows, end = objects(ask(alice, "newest-logins", "jsonl", outcome="success"))
    assert [row["user_name"] for row in rows] == [FORMULA]
    assert (begin["filter"], end["rows"], end["end"]) == ({"outcome": "success"}, 1, "complete")


def test_no_rows_make_a_whole_file_too(alice: FlaskClient, logins: None) -> None:
    headers, rows, end = table(ask(alice, "newest-logins", user="nobody"))
    assert (headers[0], rows) == ("occurred_at_utc", [])
    assert "complete, 0 rows." in end
    assert "user=nobody" in end


def test_a_name_that_is_a_formula_becomes_text(alice: FlaskClient, logins: None) -> None:
    [row] = table(ask(alice, "newest-logins", outcome="success"))[1]
    assert row["user_name"] == f"'{FORMULA}"


def test_spreadsheets_are_told_that_it_is_unicode(alice: FlaskClient, logins: None) -> None:
    assert ask(alice, "newest-logins").data.startswith(b"\xef\xbb\xbf")
    assert ask(alice, "newest-logins", "jsonl").data.startswith(b"{")


def test_the_name_of_the_file_says_what_and_which_window(alice: FlaskClient, logins: None) -> None:
    window = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T12:30:00Z"}
    named = ask(alice, "newest-logins", **window).headers["Content-Disposition"]
    assert named == 'attachment; filename="vigie-newest-logins-20260101T0000Z-20260102T1230Z.csv"'


def test_an_export_is_recorded_when_it_begins_and_when_it_ends(alice: FlaskClient, store: Store, logins: None) -> None:
    answer = ask(alice, "newest-logins", user="eve")
    table(answer)
    begun, ended = audit(store)
    assert (begun.actor, begun.target, begun.detail["rows"]) == ("alice@example.org", "newest-logins", 1500)
    assert begun.detail["filter"] == {"user": "eve"}
    assert (ended.detail["end"], ended.detail["rows"]) == ("complete", 1500)
    assert begun.detail["export"] == ended.detail["export"] == answer.headers["X-Vigie-Export"]


def test_it_is_recorded_before_the_first_byte_leaves(console: Parts, store: Store, logins: None) -> None:
    alice = signed_in(console, "alice@example.org")
    answer = alice.post("/export/newest-logins", json={"format": "csv", "view": {}}, headers=csrf(alice))
    assert [row.detail["stage"] for row in audit(store)] == ["begun"]
    answer.close()


def test_a_reader_who_goes_away_is_recorded(console: Parts, store: Store, logins: None) -> None:
    alice = signed_in(console, "alice@example.org")
    answer = alice.post("/export/newest-logins", json={"format": "csv", "view": {}}, headers=csrf(alice))
    parts = answer.iter_encoded()
    next(parts), next(parts)
    answer.close()
    last = audit(store)[-1]
    assert (last.outcome, last.detail["end"], last.detail["reason"]) == (
        "failure", "broken off", "The reader went away.",
    )  # fmt: skip


def test_charlie_gets_no_file(charlie: FlaskClient, logins: None) -> None:
    assert ask(charlie, "newest-logins").status_code == 401


def test_another_site_cannot_make_alice_export(alice: FlaskClient, store: Store, logins: None) -> None:
    foreign = alice.post("/export/newest-logins", json={"format": "csv"})
    assert (foreign.status_code, audit(store)) == (403, [])


def test_a_viewer_may_export_what_a_viewer_sees(console: Parts, store: Store, logins: None) -> None:
    with transaction(store.console) as connection:
        create_person(connection, "vera@example.org", "Vera", PersonRole.VIEWER, "rivers run under bridges")
    assert ask(signed_in(console, "vera@example.org"), "newest-logins").status_code == 200


@pytest.mark.parametrize("body", [None, [], {}, {"format": "exe"}, {"format": ["csv"]}, "csv", {"format": None}])
def test_a_request_that_makes_no_sense_is_refused_in_a_sentence(alice: FlaskClient, body: Any) -> None:
    refused = alice.post("/export/newest-logins", json=body, headers=csrf(alice))
    assert (refused.status_code, refused.json["error"]) == (400, "An export is csv or jsonl.")


@pytest.mark.parametrize("view", [None, 5, [], {"range": {}, "user": ["x"], "ip": 5, "zone": "\ud800"}])
def test_a_view_that_makes_no_sense_is_the_default_view(alice: FlaskClient, logins: None, view: Any) -> None:
    body = {"format": "csv", "view": view}
    answer = alice.post("/export/newest-logins", json=body, headers=csrf(alice))
    assert len(table(answer)[1]) == 1501


@pytest.mark.parametrize("name", ["nothing", "newest-logins%00", "people"])
def test_there_is_no_export_but_those_of_panels(alice: FlaskClient, name: str) -> None:
    assert ask(alice, name).status_code == 404


def test_one_export_too_many_is_asked_to_wait(console: Parts, logins: None) -> None:
    alice = signed_in(console, "alice@example.org")
    body, headers = {"format": "csv", "view": {}}, csrf(alice)
    running = [alice.post("/export/newest-logins", json=body, headers=headers) for _ in range(routes.MOST_AT_ONCE)]
    assert ask(alice, "newest-logins").status_code == 429
    running[0].close()
    assert ask(alice, "newest-logins").status_code == 200
    running[1].close()


def test_a_session_that_ends_meanwhile_ends_the_export(console: Parts, store: Store, logins: None) -> None:
    alice = signed_in(console, "alice@example.org")
    answer = alice.post("/export/newest-logins", json={"format": "jsonl", "view": {}}, headers=csrf(alice))
    with transaction(store.owner) as connection:
        connection.execute(text("UPDATE sessions SET revoked_at = now()"))
    console.sessions.forget()
    with pytest.raises(ConnectionResetError):
        b"".join(answer.iter_encoded())
    assert audit(store)[-1].detail["reason"] == "The session has ended. Sign in again."


def test_a_time_before_anything_was_collected_is_not_known(alice: FlaskClient, store: Store, logins: None) -> None:
    until = utc_now() - timedelta(days=500)
    window = {"from": (until - timedelta(days=1)).isoformat(), "to": until.isoformat()}
    _, *rows, end = objects(ask(alice, "one-axis", "jsonl", **window))
    assert (rows, end["end"]) == ([], "incomplete")
    assert "nothing was collected before" in end["reason"]


def test_unknown_hours_are_empty_and_hours_without_logins_are_zero(alice: FlaskClient, logins: None) -> None:
    since, until = utc_now() - timedelta(days=401), utc_now() - timedelta(days=399)
    rows = table(ask(alice, "one-axis", **{"from": since.isoformat(), "to": until.isoformat()}))[1]
    assert {row["failure"] for row in rows} == {"", "0"}
    assert rows[0]["failure"] == ""
