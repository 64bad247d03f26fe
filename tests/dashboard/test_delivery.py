"""What goes over the wire, and how often."""

import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from dashboard.delivery import Delivery

BROTLI = {"Accept-Encoding": "gzip, br"}
PAGE = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}


def test_a_file_with_a_fingerprint_is_kept_for_a_year(alice: FlaskClient) -> None:
    page = alice.get("/", headers=PAGE).text
    for file in re.findall(r'(?:src|href)="(/(?:_dash|assets|login)[^"]+)"', page):
        answer = alice.get(file, headers=BROTLI, buffered=True)
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable", file
        assert answer.headers.get("Content-Encoding", "br") == "br"


def test_a_file_without_one_is_asked_for_again_after_a_while(alice: FlaskClient) -> None:
    file = "/assets/fonts/inter-latin-wght-normal.woff2"
    first = alice.get(file, buffered=True)
    again = alice.get(file, headers={"If-None-Match": first.headers["ETag"]}, buffered=True)
    assert first.headers["Cache-Control"] == "private, max-age=3600"
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)]
)
def test_the_browser_chooses_the_compression(alice: FlaskClient, accepted: str, encoding: str | None) -> None:
    answer = alice.get("/_dash-dependencies", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_what_is_compressed_is_what_was_asked_for(alice: FlaskClient) -> None:
    file = "/assets/vendor/plotly-cartesian.min.js?m=1"
    plain, packed = alice.get(file, buffered=True).data, alice.get(file, headers=BROTLI, buffered=True).data
    assert brotli.decompress(packed) == plain
    assert len(packed) < len(plain) / 2


def server(folder: Path | None) -> Flask:
    made = Flask("files", static_folder=None)
    Delivery(folder).install(made)
    made.add_url_rule("/script.js", "access.joined", lambda: Response("let a = 1;\n" * 500, mimetype="text/javascript"))
    return made


def test_the_best_compression_is_kept_between_starts(tmp_path: Path) -> None:
    server(tmp_path).test_client().get("/script.js", headers=BROTLI)
    deadline = time.monotonic() + 30
    while not (kept := list(tmp_path.glob("*.br"))):
        assert time.monotonic() < deadline
    served = server(tmp_path).test_client().get("/script.js", headers=BROTLI).data
    assert served == kept[0].read_bytes()
    assert brotli.decompress(served) == b"let a = 1;\n" * 500


def test_a_folder_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    client = server(tmp_path / "file" / "folder").test_client()
    for _ in range(3):
        assert client.get("/script.js", headers=BROTLI).status_code == 200


def test_files_that_are_asked_for_at_once_are_all_served() -> None:
    made = server(None)
    made.add_url_rule("/many/<n>", "access.sign_in_file", lambda n: Response(f"/* {n} */" * 100, mimetype="text/css"))
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns as often as they can
    try:
        with ThreadPoolExecutor(8) as browsers:
            asked = browsers.map(lambda n: made.test_client().get(f"/many/{n}", headers=BROTLI), range(1500))
            assert {answer.status_code for answer in asked} == {200}
    finally:
        sys.setswitchinterval(before)


def test_short_answers_and_streams_are_left_alone(tmp_path: Path) -> None:
    made = server(None)
    made.add_url_rule("/short", "short", lambda: "ok")
    made.add_url_rule("/stream", "stream", lambda: Response((f"{n}\n" for n in range(900)), mimetype="text/csv"))
    for path in ("/short", "/stream"):
        assert "Content-Encoding" not in made.test_client().get(path, headers=BROTLI).headers
