"""Deny by default: nothing but the listed places answers a visitor without a session."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.routing import Rule

from dashboard.access.guard import PUBLIC_ENDPOINTS, PUBLIC_FILES
from dashboard.app import Parts
from tests.conftest import Store
from tests.dashboard.conftest import csrf
from vigie.store.engine import transaction

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
CALLBACK = "/_dash-update-component"
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}


def address_of(rule: Rule) -> str:
    name = "joined.css" if rule.endpoint == "access.joined" else "login.css"
    values = {"package_name": "dash", "fingerprinted_path": "dcc/dash_core_components.js", "name": name}
    return str(rule.build({name: values.get(name, "x") for name in rule.arguments}, append_unknown=False)[1])


def test_no_rule_of_the_server_answers_without_a_session(console: Parts, charlie: FlaskClient) -> None:
    rules = [rule for rule in console.server.url_map.iter_rules() if rule.endpoint not in PUBLIC_ENDPOINTS]
    answers = {(address_of(rule), m): charlie.open(address_of(rule), method=m) for rule in rules for m in METHODS}
    assert len(rules) >= 10
    assert {key: answer.status_code for key, answer in answers.items() if answer.status_code != 401} == {}


def test_no_file_of_the_assets_answers_but_the_font(console: Parts, charlie: FlaskClient) -> None:
    folder = console.console.config.assets_folder
    files = {f"/assets/{path.relative_to(folder)}" for path in Path(folder).rglob("*") if path.is_file()}
    assert files > PUBLIC_FILES
    assert {file for file in files if charlie.get(file, buffered=True).status_code == 200} == PUBLIC_FILES


def test_no_callback_answers_without_a_session(charlie: FlaskClient, alice: FlaskClient) -> None:
    callbacks = alice.get("/_dash-dependencies").json or []
    answers = [charlie.post(CALLBACK, json={**callback, "outputs": [], "changedPropIds": []}) for callback in callbacks]
    assert callbacks
    assert {answer.status_code for answer in answers} == {401}


@pytest.mark.parametrize(
    "path",
    ["//", "/_dash-layout/", "/%2e%2e/_dash-layout", "/login/../_dash-layout", "/login/files/../x", "/healthz/../",
     "/LOGIN", "/_dash-layout?x=/login", "/login;/_dash-layout", "/assets/../vendor", "/_mcp", "/static/x", "/console"],
)  # fmt: skip
def test_a_variant_of_a_path_opens_nothing(charlie: FlaskClient, path: str) -> None:
    assert charlie.get(path).status_code in (401, 404, 308)
    assert "dash" not in charlie.get(path, follow_redirects=True).text.lower()


@pytest.mark.parametrize(
    "headers",
    [{"X-Original-URL": "/login"}, {"X-Rewrite-URL": "/login"}, {"X-Forwarded-For": "127.0.0.1"},
     {"Authorization": "Basic YTpi"}, {"X-HTTP-Method-Override": "GET"}, {"Cookie": "vigie_session="}],
)  # fmt: skip
def test_a_header_opens_nothing(charlie: FlaskClient, headers: dict[str, str]) -> None:
    assert charlie.get("/_dash-layout", headers=headers).status_code == 401


def test_a_navigation_is_sent_to_the_sign_in_page_and_back(charlie: FlaskClient) -> None:
    answer = charlie.get("/activity?range=24h&user=a%26b", headers=NAVIGATION)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=/activity%3Frange%3D24h%26user%3Da%2526b"


@pytest.mark.parametrize("cookie", ["x", "é", "a" * 4000, "%00", "' OR 1=1", '"\\054"', "\xed\xa0\x80"])
def test_a_forged_cookie_is_no_session(charlie: FlaskClient, cookie: str) -> None:
    assert charlie.get("/", headers={"Cookie": f"vigie_session={cookie}"}).status_code == 401


def test_a_callback_without_the_token_of_its_session_is_refused_and_recorded(store: Store, alice: FlaskClient) -> None:
    assert alice.post(CALLBACK, json={}).status_code == 403
    assert alice.post(CALLBACK, json={}, headers={"X-CSRFToken": "0" * 64}).status_code == 403
    with transaction(store.console) as connection:
        rows = connection.execute(text("SELECT actor, target FROM audit WHERE action = 'authz_fail'")).all()
    assert [tuple(row) for row in rows] == [("alice@example.org", CALLBACK)]


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
     {"Origin": "null"}, {"Origin": "http://localhost.evil.example"}],
)  # fmt: skip
def test_another_site_cannot_make_the_browser_post(alice: FlaskClient, headers: dict[str, str]) -> None:
    answer = alice.post(CALLBACK, data="{}", content_type="text/plain", headers={**csrf(alice), **headers})
    assert answer.status_code == 403


def test_a_body_over_one_mebibyte_is_refused(alice: FlaskClient, charlie: FlaskClient) -> None:
    body = b"[" + b" " * 1024 * 1024 + b"]"
    assert alice.post(CALLBACK, data=body, headers=csrf(alice)).status_code == 413
    assert charlie.post("/login", data=body).status_code == 413


def test_the_environment_cannot_open_the_model_context_protocol(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("DASH_MCP_ENABLED", "true")
    parts: Parts = request.getfixturevalue("console")
    assert not any("_mcp" in rule.rule for rule in parts.server.url_map.iter_rules())


def test_the_console_answers_a_person_with_a_session(alice: FlaskClient) -> None:
    assert alice.get("/", headers=NAVIGATION).status_code == 200
    assert alice.get("/_dash-layout").status_code == 200
    assert alice.get("/_vigie/seq").json["store"] == "ok"  # type: ignore[index]


def test_a_slash_too_many_at_the_end_of_a_page_is_taken_away(alice: FlaskClient) -> None:
    answer = alice.get("/activity/?range=7d&user=haas", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.location) == (308, "/activity?range=7d&user=haas")


def test_an_address_without_a_page_is_not_found(alice: FlaskClient) -> None:
    assert alice.get("/no/such/page", headers=NAVIGATION).status_code == 404
    assert alice.get("/no/such/page").status_code == 404
