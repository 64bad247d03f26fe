"""The same headers on every kind of answer; a strict policy on every page."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from plotly.offline import get_plotlyjs_version

from dashboard.app import Parts, make_parts, warm_up
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, add_people, console_settings, csrf, sign_in

PAGE = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
KINDS = [
    ("GET", "/login", 200), ("GET", "/login/files/login.css", 200), ("GET", "/login/files/none", 404),
    ("GET", "/", 200),
    ("GET", "/healthz", 200), ("GET", "/_dash-layout", 200), ("GET", "/_vigie/seq", 200), ("GET", "/nowhere", 404),
    ("GET", "/assets/none.js", 404), ("GET", "/assets/vendor/plotly-cartesian.min.js", 200), ("PUT", "/", 405),
    ("POST", "/_dash-update-component", 415), ("GET", "/_dash-component-suites/dash/none.js", 404),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status"), KINDS)
def test_every_kind_of_answer_has_the_headers(alice: FlaskClient, method: str, path: str, status: int) -> None:
    if path == "/login":
        alice.delete_cookie("vigie_session")
    answer = alice.open(path, method=method, headers={**PAGE, **csrf(alice)}, buffered=True)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Server" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_vigie/seq", "/login", "/nowhere", "/_dash-dependencies"])
def test_pages_and_data_are_kept_nowhere(alice: FlaskClient, charlie: FlaskClient, path: str) -> None:
    assert alice.get(path, headers=PAGE).headers["Cache-Control"] == "no-store"
    assert charlie.get(path, headers=PAGE).headers["Cache-Control"] == "no-store"


def test_the_policy_has_no_unsafe_word_and_the_hashes_of_all_inline_scripts(alice: FlaskClient) -> None:
    answer = alice.get("/", headers=PAGE)
    policy = answer.headers["Content-Security-Policy"]
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    assert "unsafe" not in policy
    assert inline
    assert all(f"'sha256-{value}'" in policy for value in hashes)


def test_each_page_has_a_nonce_of_its_own_and_our_script_first(alice: FlaskClient) -> None:
    pages = [alice.get("/", headers=PAGE) for _ in range(2)]
    nonces = [re.findall(r'name="csp-nonce" content="([^"]+)"', page.text)[0] for page in pages]
    assert nonces[0] != nonces[1]
    assert f"style-src 'self' 'nonce-{nonces[1]}'" in pages[1].headers["Content-Security-Policy"]
    assert re.findall(r'<script src="([^"?]+)', pages[1].text)[0] == "/assets/early.js"


def test_the_page_tells_no_version_of_the_system_and_loads_nothing_from_elsewhere(alice: FlaskClient) -> None:
    page = alice.get("/", headers=PAGE).text
    assert "python_version" not in page
    assert "://" not in re.sub(r"<svg.*?</svg>", "", page)


def test_the_page_loads_neither_the_grid_nor_what_nobody_uses(alice: FlaskClient) -> None:
    scripts = " ".join(re.findall(r'<script src="([^"]+)"', alice.get("/", headers=PAGE).text))
    assert "dash_renderer" in scripts
    assert "polyfill" in scripts  # old as it is: the bundles' lazy parts need its regeneratorRuntime
    for unused in ("dash_table", "dash_ag_grid", "/package_data/plotly"):
        assert unused not in scripts


def test_the_vendored_chart_library_is_the_one_that_plotly_writes_for(root: Path) -> None:
    start = root / "dashboard/assets/vendor/plotly-cartesian.min.js"
    assert f"v{get_plotlyjs_version()}" in start.read_text(encoding="utf-8")[:400]


def test_behind_tls_cookies_are_bound_to_the_host_and_browsers_stay_there(store: Store, root: Path) -> None:
    add_people(store)
    parts = make_parts(console_settings(store, root, console_tls=True))
    warm_up(parts)
    client = parts.server.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    answer = sign_in(client, ALICE)
    assert all(
        c.startswith("__Host-") and "Secure" in c and "Path=/" in c for c in answer.headers.getlist("Set-Cookie")
    )
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert client.get("/_dash-layout", base_url="https://localhost").status_code == 200
    parts.engine.dispose()


def test_an_unexpected_error_shows_a_number_and_no_trace(
    console: Parts, alice: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    console.server.view_functions["/_dash-layout"] = lambda: {}["secret insides"]
    answer = alice.get("/_dash-layout")
    number = re.findall(r"number ([0-9a-f]{8})", answer.text)[0]
    assert answer.status_code == 500
    assert "insides" not in answer.text
    assert number in str([vars(record) for record in caplog.records])
