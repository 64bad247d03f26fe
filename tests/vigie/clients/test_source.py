"""What a source may be set to."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vigie.clients.errors import Unreachable
from vigie.clients.http import HttpClient
from vigie.clients.source import LokiSettings, PrometheusSettings, Source, credentials
from vigie.errors import ConfigurationError


@pytest.mark.parametrize(
    "url",
    ["", "loki:3100", "ftp://loki", "http://", "http://bob:secret@loki", "http://loki/?a=b", "http://loki/#a",
     "http://loki:70000", "http://lo ki", "http://loki\r\nX: y", "file:///etc/passwd", "http://[::1", "http://löki"],
)  # fmt: skip
def test_it_refuses_a_url_that_is_no_plain_address(url: str) -> None:
    with pytest.raises(ConfigurationError, match="The URL of Loki is not usable") as raised:
        Source("Loki", url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:3100", "https://loki.example/prefix/", "http://[::1]:3100"])
def test_it_takes_a_plain_address(url: str) -> None:
    assert Source("Loki", url).url == url


@pytest.mark.parametrize("secret", ["two\nlines", "two\r\nX-Evil: 1", "schlüssel", " padded", "\x00"])
def test_it_refuses_a_token_that_no_header_can_carry(secret: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        credentials(token=secret)
    assert secret.strip() not in str(raised.value)


def test_credentials_stay_out_of_what_is_printed() -> None:
    source = Source("Loki", "http://loki", credentials(user="bob", password="hunter2", tenant="shop"))
    assert source.headers == {"Authorization": "Basic Ym9iOmh1bnRlcjI=", "X-Scope-OrgID": "shop"}
    assert "Ym9i" not in repr(source)


def test_settings_come_from_the_environment_and_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    monkeypatch.setenv("VIGIE_LOKI_URL", "http://127.0.0.1:3100")
    monkeypatch.setenv("VIGIE_LOKI_TOKEN_FILE", str(tmp_path / "token"))
    source = LokiSettings.load().source("Loki")
    assert source is not None
    assert source.headers == {"Authorization": "Bearer from-a-file"}


def test_a_source_without_a_url_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIGIE_PROMETHEUS_URL", raising=False)
    assert PrometheusSettings.load().source("Prometheus") is None


def test_it_refuses_certificates_that_are_none() -> None:
    with pytest.raises(ConfigurationError, match="certificates to trust for Loki"):
        HttpClient(Source("Loki", "https://loki", ca="-----BEGIN CERTIFICATE-----\nnonsense"))


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A TLS server on loopback with a certificate of its own: its URL, and the certificate as PEM."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ready)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://localhost:{server.server_address[1]}", certificate.read_text()
    server.shutdown()
    thread.join()
    server.server_close()


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ready")

    def handle(self) -> None:
        try:
            super().handle()
        except ssl.SSLError:
            return  # the client does not trust us and says so; that is what is tested

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def test_a_named_authority_is_trusted(tls: tuple[str, str]) -> None:
    url, certificate = tls
    with HttpClient(Source("Loki", url, ca=certificate)) as http:
        assert http.get("/ready").body == b"ready"


def test_an_unknown_authority_is_not_trusted(tls: tuple[str, str]) -> None:
    pauses: list[float] = []
    with (
        HttpClient(Source("Loki", tls[0]), sleep=pauses.append) as http,
        pytest.raises(Unreachable, match="certificate of Loki is not trusted: self-signed"),
    ):
        http.get("/ready")
    assert pauses == []


def test_a_certificate_for_another_name_is_not_trusted(tls: tuple[str, str]) -> None:
    url = tls[0].replace("localhost", "127.0.0.1")
    with (
        HttpClient(Source("Loki", url, ca=tls[1])) as http,
        pytest.raises(Unreachable, match="not valid for"),
    ):
        http.get("/ready")
