"""What every request meets: size, headers, addresses, CORS, errors, the log."""

import socket
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from tests.api.conftest import ALICE, PASSWORD, SECRET, Running, running


def test_a_stranger_is_refused_everywhere_with_the_same_words(api: Running) -> None:
    for method, path in [("GET", ""), ("PATCH", ""), ("POST", "/password"), ("GET", "/activity")]:
        answer = api.ask(method, f"/users/me{path}", json={})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_a_forged_token_is_refused(api: Running, token: str) -> None:
    header = {"Authorization": f"Bearer {token}".encode()}
    assert api.ask("GET", "/users/me", headers=header).status_code == 401


def test_a_token_of_another_audience_or_without_expiry_is_refused(api: Running) -> None:
    claims = jwt.decode(api.tokens()["access_token"], SECRET, algorithms=["HS256"], audience="vigie-api")
    for change in ({"aud": "other"}, {"iss": "other"}, {"exp": 1}, {"sub": "x"}, {"sid": "x"}, {"exp": None}):
        changed = {name: value for name, value in (claims | change).items() if value is not None}
        assert api.ask("GET", "/users/me", jwt.encode(changed, SECRET, "HS256")).status_code == 401


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 9000, b"\xff\xfe", b'{"email": "\\ud800", "password": "x"}', b"9" * 5000, b"null"]
)
def test_a_body_that_is_no_form_is_refused_without_a_trace(api: Running, body: bytes) -> None:
    answer = api.ask("POST", "/auth/login", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json().keys() >= {"error", "advice"}


def test_a_large_body_is_refused_whether_or_not_its_length_is_told(api: Running) -> None:
    told = api.ask("POST", "/auth/login", data=b"x" * 20_000)
    untold = api.ask("POST", "/auth/login", data=iter([b"x" * 10_000] * 2))
    assert (told.status_code, untold.status_code) == (413, 413)


def test_every_kind_of_answer_carries_the_security_headers(api: Running) -> None:
    for method, path in [("GET", "/health"), ("GET", "/nowhere"), ("DELETE", "/health"), ("POST", "/auth/login")]:
        headers = api.ask(method, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_generated_documentation_is_not_served(api: Running) -> None:
    assert {api.ask("GET", path).status_code for path in ("/docs", "/redoc", "/openapi.json")} == {404}


def test_browsers_of_other_origins_may_not_read_by_default(api: Running) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for method in ("OPTIONS", "POST"):
        assert "Access-Control-Allow-Origin" not in api.ask(method, "/auth/login", headers=headers).headers


def test_an_origin_by_setting_may_read_and_no_other(database_url: str) -> None:
    with running(database_url, API_CORS_ORIGINS="https://shop.example.org") as api:
        allowed = api.ask("GET", "/health", headers={"Origin": "https://shop.example.org"})
        other = api.ask("GET", "/health", headers={"Origin": "https://elsewhere.example"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://shop.example.org"
    assert "Access-Control-Allow-Origin" not in other.headers


def test_a_forwarded_address_is_ignored_from_a_stranger(api: Running) -> None:
    for number in range(6):
        answer = api.log_in(password="wrong", headers={"X-Forwarded-For": f"192.0.2.{number}"})
    assert answer.status_code == 429
    assert api.rows("SELECT DISTINCT host(ip) FROM account_activity") == [("127.0.0.1",)]


def test_a_forwarded_address_is_believed_from_a_trusted_proxy(database_url: str) -> None:
    with running(database_url, API_TRUSTED_PROXIES="127.0.0.0/8, 10.0.0.0/8") as api:
        api.log_in(headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.7, 10.1.2.3"})
        assert api.rows("SELECT host(ip) FROM account_activity") == [("192.0.2.7",)]


@pytest.mark.parametrize(
    "agent", [b"x" * 10_000, b"\xff\xfe\x80", b'"><script>alert(1)</script>', "héhé\u202e".encode()]
)
def test_a_hostile_user_agent_is_stored_safely(api: Running, agent: bytes) -> None:
    assert api.log_in(headers={"User-Agent": agent}).status_code == 200
    (stored,) = api.rows("SELECT user_agent FROM account_activity ORDER BY id DESC LIMIT 1")[0]
    assert 0 < len(stored) <= 512
    assert stored[:5] == agent.decode("utf-8", "replace")[:5]


def test_a_user_agent_with_nul_does_no_harm(api: Running) -> None:
    with socket.create_connection(("127.0.0.1", int(api.url.rsplit(":", 1)[1]))) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nUser-Agent: a\x00b\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith((b"HTTP/1.1 200", b"HTTP/1.1 400"))


def test_every_request_and_every_account_event_is_one_json_line(api: Running) -> None:
    api.log_in(password="wrong", headers={"User-Agent": "Firefox"})
    fail, request = api.lines(least=4)[-2:]  # two of signing up, two of this
    assert (fail["event"], fail["reason"], fail["user"]) == ("authn_login_fail", "wrong_password", ALICE)
    assert (request["event"], request["http_route"], request["http_status"]) == ("http_request", "/auth/login", 401)
    for line in (fail, request):
        assert (line["source_ip"], line["user_agent"], line["http_method"]) == ("127.0.0.1", "Firefox", "POST")
        assert line["duration_ms"] > 0


def test_the_log_never_holds_a_password_a_token_or_the_secret(api: Running) -> None:
    tokens = api.tokens()
    api.log_in(password="wrong-password-1")
    api.ask("POST", "/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    api.ask("GET", f"/users/me?access_token={tokens['access_token']}", tokens["access_token"])
    api.ask("GET", f"/nowhere/{tokens['access_token']}")
    form = {"current_password": PASSWORD, "new_password": "another long password"}
    api.ask("POST", "/users/me/password", tokens["access_token"], json=form)
    hidden = [PASSWORD, "wrong-password-1", "another long", SECRET, *map(str, tokens.values())][:6]
    assert [value for value in hidden if value in api.log.getvalue()] == []


def test_parallel_tries_cannot_slip_past_the_throttle(api: Running) -> None:
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda _: api.log_in(password="wrong").status_code, range(10)))
    assert sorted(codes) == [401] * 5 + [429] * 5
