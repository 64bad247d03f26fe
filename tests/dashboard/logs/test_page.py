"""The Logs page as the browser is told it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from dashboard.logs import answers, page
from dashboard.ui import shell
from tests.dashboard.asking import told_by
from tests.dashboard.logs.fakes import FakeLogs, some_lines

VIEW = {"range": "1h", "zone": "Europe/Paris"}


@pytest.fixture
def logs() -> FakeLogs:
    return some_lines(datetime.now(UTC))


@pytest.fixture
def client(logs: FakeLogs) -> FlaskClient:
    """The page without a lock."""
    return client_of(logs)[1]


def client_of(logs: FakeLogs) -> tuple[Dash, FlaskClient]:
    app = Dash("test", suppress_callback_exceptions=True)
    app.layout = lambda: shell.layout((page.PAGE,), None)
    page.register(app, logs)
    app.server.register_blueprint(answers.blueprint(logs))
    return app, app.server.test_client()


def told(logs: FakeLogs, view: object) -> dict[str, Any]:
    return told_by(*client_of(logs), view)


def get(client: FlaskClient, path: str, **asked: object) -> Any:
    return client.get(f"/logs/{path}", query_string={**VIEW, **asked}).get_json()


def test_both_panels_are_told_something(logs: FakeLogs) -> None:
    assert {name: each["state"] for name, each in told(logs, VIEW).items()} == {"log-volume": "ok", "log-lines": "ok"}


def test_empty_is_empty_and_down_is_an_error(logs: FakeLogs) -> None:
    empty, down = told(FakeLogs(), VIEW), told(FakeLogs(down="Loki does not answer."), VIEW)
    assert {each["state"] for each in empty.values()} == {"empty"}
    assert {(each["state"], each["sentence"]) for each in down.values()} == {("error", "Loki does not answer.")}


def test_a_search_that_finds_nothing_is_no_good_sign(logs: FakeLogs) -> None:
    assert {each["state"] for each in told(logs, {**VIEW, "q": "nowhere"}).values()} == {"unmatched"}


def test_a_query_that_cannot_be_read_is_said_to_be_so(logs: FakeLogs) -> None:
    shown = told(logs, {**VIEW, "q": "user:("})["log-lines"]
    assert (shown["state"], bool(shown["sentence"])) == ("unmatched", True)


def test_what_was_not_looked_at_is_said(logs: FakeLogs) -> None:
    logs.note = "Searched back to 12 Nov 08:30."
    assert told(logs, VIEW)["log-lines"]["note"] == "Searched back to 12 Nov 08:30."


def test_older_lines_go_on_where_the_page_ended(client: FlaskClient, logs: FakeLogs) -> None:
    first = told(logs, VIEW)["log-lines"]["content"]
    older = get(client, "older", place=first["older"])
    assert older["lines"][0]["text"].startswith("line 0149")


def test_the_tail_brings_what_is_new_and_a_little_before_it(client: FlaskClient, logs: FakeLogs) -> None:
    newest = get(client, "newer")["lines"][0]
    logs.add(datetime.now(UTC), "brand new")
    texts = [each["text"] for each in get(client, "newer", place=f"{newest['at']}.{newest['key']}")["lines"]]
    assert texts[:2] == ["brand new", newest["text"]]
    assert len(texts) <= 3


def test_a_line_is_shown_among_its_neighbours(client: FlaskClient, logs: FakeLogs) -> None:
    place = logs.lines[100].place
    shown = get(client, "context", place=f"{place.at}.{place.key}", before=2, after=1)
    assert (len(shown["before"]), shown["line"]["text"][:9], len(shown["after"])) == (2, "line 0100", 1)


def test_a_line_that_is_gone_is_said_to_be_gone(client: FlaskClient) -> None:
    assert get(client, "context", place="1793600000000000000.ab")["gone"] is True


def test_choices_come_with_what_the_lines_are(client: FlaskClient) -> None:
    shown = get(client, "choices")
    assert shown["streams"] == [["api", "api"], ["postgres", "postgres"]]
    assert shown["about"].startswith("Lines that a test wrote")


def test_a_supplier_that_is_down_is_told_with_its_status(client: FlaskClient, logs: FakeLogs) -> None:
    logs.down = "Loki does not answer."
    answer = client.get("/logs/newer", query_string=VIEW)
    assert (answer.status_code, answer.get_json()["error"]) == (503, "Loki does not answer.")


@pytest.mark.parametrize(
    "place", ["", "x", "1.2", "9" * 40 + ".aa", "1793600000000000000", "1793600000000000000.ZZ", "-1.a"]
)
def test_a_place_that_makes_no_sense_is_refused(client: FlaskClient, place: str) -> None:
    assert [
        client.get(f"/logs/{path}", query_string={"place": place}).status_code for path in ("older", "context")
    ] == [
        400,
        400,
    ]


@pytest.mark.parametrize("count", ["-1", "x", "99999999999", "1e3", "٣"])
def test_a_number_of_neighbours_that_makes_no_sense_is_none(client: FlaskClient, logs: FakeLogs, count: str) -> None:
    place = logs.lines[100].place
    assert get(client, "context", place=f"{place.at}.{place.key}", before=count)["before"] == []


@pytest.mark.parametrize("view", [None, 5, [], "x", {"q": 5, "stream": ["x"], "level": {}, "preset": 1, "range": []}])
def test_a_view_that_makes_no_sense_is_the_usual_one(logs: FakeLogs, view: object) -> None:
    assert told(logs, view)["log-lines"]["state"] == "ok"


def test_the_histogram_holds_no_text_of_a_line(logs: FakeLogs) -> None:
    assert "went well" not in json.dumps(told(logs, VIEW)["log-volume"])
