"""The HTTP client against sources that misbehave, on real connections."""

import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.vigie.clients import faults
from tests.vigie.clients.faults import Fault, answer, faulty
from vigie.clients.errors import (
    AskedWrongly,
    CircuitOpen,
    Overloaded,
    Refused,
    SourceError,
    TooLarge,
    TooSlow,
    Unreachable,
    WrongAnswer,
)
from vigie.clients.http import ATTEMPTS, HttpClient
from vigie.clients.source import Source, credentials

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LOGIN = b"<!doctype html><title>Sign in</title><script>alert(1)</script>"
WELL = answer(b'{"status": "success"}')


def client(url: str, sleep: Callable[[float], None] = lambda _: None, deadline_s: float = 5.0) -> HttpClient:
    source = Source("Loki", url, credentials(token="alices-token"), deadline_s=deadline_s, max_bytes=100_000)
    return HttpClient(source, sleep=sleep, chance=lambda: 0.5)


FAULTS: dict[str, tuple[Fault, type[SourceError]]] = {
    "reset": (faults.reset_after(b""), Unreachable),
    "reset in the middle": (faults.reset_after(HEAD + b"{"), Unreachable),
    "closed without an answer": (faults.raw(b""), Unreachable),
    "cut": (faults.raw(HEAD + b'{"status":'), Unreachable),
    "cut in a chunk": (faults.raw(CHUNKED + b"ff\r\n{"), Unreachable),
    "garbage": (faults.raw(b"\x00\xff\x13 SSH-2.0-OpenSSH_9.2\r\n\r\n"), WrongAnswer),
    "sign-in page": (answer(LOGIN, "200 OK", "Content-Type: text/html"), WrongAnswer),
    "truncated JSON": (answer(b'{"status": "succ'), WrongAnswer),
    "JSON with NaN": (answer(b'{"data": NaN}'), WrongAnswer),
    "no UTF-8": (answer(b'{"data": "\xff\xfe"}'), WrongAnswer),
    "nested without end": (answer(b"[" * 90_000), WrongAnswer),
    "a number without end": (answer(b"9" * 90_000), WrongAnswer),
    "no body": (answer(b""), WrongAnswer),
    "damaged gzip": (answer(b"no gzip at all", "200 OK", "Content-Encoding: gzip"), WrongAnswer),
    "endless": (faults.endless(CHUNKED, b"2000\r\n" + b" " * 8192 + b"\r\n"), TooLarge),
    "gzip bomb": (answer(faults.bomb(), "200 OK", "Content-Encoding: gzip"), TooLarge),
    "too long by its own word": (answer(b" " * 100_001), TooLarge),
    "huge header": (faults.raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"), WrongAnswer),
    "many headers": (faults.raw(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 500 + b"\r\n"), WrongAnswer),
    "redirect": (answer(b"", "302 Found", "Location: http://127.0.0.1:1/"), WrongAnswer),
    "unknown path": (answer(b"404 page not found", "404 Not Found"), WrongAnswer),
    "defect": (answer(b"multiple org IDs present", "500 Internal Server Error"), WrongAnswer),
    "refused": (answer(b"no org id", "401 Unauthorized"), Refused),
    "forbidden": (answer(LOGIN, "403 Forbidden"), Refused),
    "asked wrongly": (answer(b"parse error at line 1", "400 Bad Request"), AskedWrongly),
    "too many questions": (answer(b"too many outstanding requests", "429 Too Many Requests"), Overloaded),
    "not ready": (answer(b"Service Unavailable", "503 Service Unavailable"), Overloaded),
    "gateway": (answer(LOGIN, "502 Bad Gateway"), Overloaded),
}

NEVER_ENDING: dict[str, Fault] = {
    "hanging": faults.hang,
    "dripping body": faults.drip(HEAD, b" "),
    "dripping chunks": faults.drip(CHUNKED, b"1\r\n \r\n"),
    "dripping headers": faults.drip(b"HTTP/1.1 200 OK\r\n", b"X"),
    "dripping status": faults.drip(b"HTTP/1.1 2", b"0"),
    "dripping error": faults.drip(b"HTTP/1.1 400 Bad Request\r\n\r\n", b"x"),
    "always about to continue": faults.drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "empty blocks of gzip": faults.drip(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
        b"\x00\x00\x00\xff\xff",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_its_own_error(fault: str) -> None:
    behave, kind = FAULTS[fault]
    with faulty(behave) as server, client(server.url) as http, pytest.raises(SourceError) as raised:
        http.get_json("/loki/api/v1/labels")
    assert type(raised.value) is kind


@pytest.mark.parametrize("fault", FAULTS)
def test_every_sentence_names_the_source_and_hides_what_it_must(fault: str) -> None:
    with faulty(FAULTS[fault][0]) as server, client(server.url) as http, pytest.raises(SourceError) as raised:
        http.get_json("/loki/api/v1/labels")
    assert "Loki" in raised.value.sentence
    assert not any(hidden in str(raised.value) for hidden in ("alices-token", "<", "alert(1)"))


@pytest.mark.parametrize("fault", NEVER_ENDING)
def test_a_source_that_never_ends_is_left_at_the_total_deadline(fault: str) -> None:
    with faulty(NEVER_ENDING[fault]) as server, client(server.url, deadline_s=0.3) as http, pytest.raises(TooSlow):
        http.get_json("/loki/api/v1/labels")


def test_a_source_that_is_down_is_unreachable_and_says_where() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        client(f"http://127.0.0.1:{port}") as http,
        pytest.raises(Unreachable, match=f"127.0.0.1:{port}: connection re"),
    ):
        http.get_json("/")


def test_a_short_fault_is_survived_within_one_question() -> None:
    pauses: list[float] = []
    with faulty(FAULTS["reset"][0], FAULTS["not ready"][0], WELL) as server, client(server.url, pauses.append) as http:
        assert http.get_json("/x") == {"status": "success"}
    assert pauses == [0.1, 0.2]


def test_retries_are_few() -> None:
    with faulty(FAULTS["not ready"][0]) as server, client(server.url) as http, pytest.raises(Overloaded):
        http.get_json("/x")
    assert len(server.requests) == ATTEMPTS


@pytest.mark.parametrize("fault", ["asked wrongly", "refused", "redirect", "sign-in page", "endless", "defect"])
def test_what_would_fail_again_is_not_tried_again(fault: str) -> None:
    with faulty(FAULTS[fault][0]) as server, client(server.url) as http, pytest.raises(SourceError):
        http.get_json("/x")
    assert len(server.requests) == 1


def test_it_waits_as_long_as_it_is_asked_to() -> None:
    pauses: list[float] = []
    busy = answer(b"", "429 Too Many Requests", "Retry-After: 1")
    with faulty(busy, WELL) as server, client(server.url, pauses.append) as http:
        http.get_json("/x")
    assert pauses == [1.0]


@pytest.mark.parametrize("wait", ["60", "99999999999999999999", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_it_does_not_ask_again_before_the_time_it_was_told(wait: str) -> None:
    busy = answer(b"", "503 Service Unavailable", f"Retry-After: {wait}")
    with faulty(busy) as server, client(server.url) as http:
        with pytest.raises(Overloaded):
            http.get_json("/x")
        with pytest.raises(CircuitOpen, match="503"):
            http.get_json("/x")
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait", ["-1", "soon", "", "١", "1e9", "Fri, 99 Foo 2100"])
def test_a_senseless_retry_after_counts_as_none(wait: str) -> None:
    busy = answer(b"", "503 Service Unavailable", f"Retry-After: {wait}".encode().decode("latin-1"))
    with faulty(busy, WELL) as server, client(server.url) as http:
        assert http.get_json("/x") == {"status": "success"}


def test_three_failures_open_the_circuit() -> None:
    with faulty(FAULTS["defect"][0]) as server, client(server.url) as http:
        for _ in range(3):
            with pytest.raises(WrongAnswer):
                http.get_json("/x")
        with pytest.raises(CircuitOpen, match=r"Loki has not answered since .* UTC\. Loki answered with"):
            http.get_json("/x")
    assert len(server.requests) == 3


def test_a_redirect_is_not_followed() -> None:
    with faulty(WELL) as other:
        move = answer(b"", "307 Temporary Redirect", f"Location: {other.url}/")
        with faulty(move) as server, client(server.url) as http, pytest.raises(WrongAnswer, match="redirects"):
            http.get_json("/x")
        assert other.connections == 0


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(WELL) as proxy, faulty(WELL) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        with client(server.url) as http:
            http.get_json("/x")
        assert (proxy.connections, server.connections) == (0, 1)


def test_one_connection_serves_many_questions() -> None:
    with faulty(WELL) as server, client(server.url) as http:
        for _ in range(5):
            http.get_json("/x")
    assert (len(server.requests), server.connections) == (5, 1)


def test_many_threads_share_one_client() -> None:
    with faulty(WELL) as server, client(server.url) as http, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: http.get_json(f"/{number}"), range(80)))
    assert found == [{"status": "success"}] * 80
    assert len(server.requests) == 80


def test_a_kept_connection_that_was_closed_meanwhile_does_no_harm() -> None:
    once = faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    with faulty(once) as server, client(server.url) as http:
        assert [http.get_json("/x") for _ in range(3)] == [{}, {}, {}]


def test_the_prefix_of_the_url_and_hostile_parameters_stay_in_their_places() -> None:
    with faulty(WELL) as server, client(f"{server.url}/loki/") as http:
        http.get_json("/api", [("query", "a b&c=d\r\nX-Evil: 1#\ud800")])
    assert server.requests[0].startswith("GET /loki/api?query=a+b%26c%3Dd%0D%0AX-Evil%3A+1%23%3F HTTP/1.1\r\n")


def test_credentials_are_sent_and_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with faulty(FAULTS["refused"][0]) as server, client(server.url) as http, pytest.raises(Refused) as raised:
        http.get_json("/x")
    assert "Authorization: Bearer alices-token\r\n" in server.requests[0]
    assert "alices-token" not in f"{caplog.text}{raised.value!r}{raised.value}"


def test_what_the_server_says_is_cleaned_redacted_and_cut() -> None:
    said = "parse error \x1b[31m\u202e password=hunter2 ".encode() + b"x" * 5000
    with (
        faulty(answer(said, "400 Bad Request")) as server,
        client(server.url) as http,
        pytest.raises(AskedWrongly) as raised,
    ):
        http.get_json("/x")
    assert raised.value.words.startswith("parse error [31m password=[redacted] xxx")
    assert len(raised.value.words) <= 240


def test_a_question_may_be_given_less_time_than_the_source_has() -> None:
    with (
        faulty(faults.hang) as server,
        HttpClient(Source("Loki", server.url, deadline_s=60)) as http,
        pytest.raises(TooSlow),
    ):
        http.get_json("/", within_s=0.05)
