"""Access logs of nginx and Apache: every request is counted, few are events."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.parsers.interface import Found, HttpHit, Rejected
from detection.parsers.web import REFUSED, is_probe
from tests.detection.parsers.reading import ORIGIN, hits, one, parse, read, sketches

FORMATS = ("nginx", "apache")


def line(request: str = "GET / HTTP/1.1", status: int = 200, rest: str = ' "-" "curl/8.5.0"', user: str = "-") -> str:
    return f'192.0.2.1 - {user} [20/Nov/2026:10:00:00 +0100] "{request}" {status} 12{rest}'


def counted(format_name: str, text: str) -> HttpHit:
    found = parse(format_name, text)
    assert isinstance(found, Found)
    assert found.hit
    return found.hit


def test_an_nginx_log_is_these_events_and_counts() -> None:
    parsed = read("nginx", "nginx.log")
    actions = Counter(s.action for s in sketches(parsed))
    assert actions == {"http_refused": 3, "http_probe": 4, "http_server_error": 1}
    assert [hit.duration_s for hit in hits(parsed)][:7] == [None, 0.12, 0.001, None, 0.003, 0.0, 1.25]


def test_an_apache_log_is_these_events_and_counts() -> None:
    parsed = read("apache", "apache.log")
    assert [(s.action, s.user_name) for s in sketches(parsed)] == [
        ("http_refused", None), ("http_refused", "a user with blanks"), ("http_probe", None),
    ]  # fmt: skip
    assert [hit.duration_s for hit in hits(parsed)] == [None, 0.012345, 0.000812, 2.0, None]


@pytest.mark.parametrize("format_name", FORMATS)
def test_an_ordinary_request_is_counted_and_no_event(format_name: str) -> None:
    found = parse(format_name, line("GET /products/7?page=2#top HTTP/2.0"))
    assert isinstance(found, Found)
    assert not found.sketches
    assert found.hit
    assert (found.hit.method, found.hit.route_path, found.hit.at.isoformat()) == (
        "GET", "/products/7", "2026-11-20T09:00:00+00:00",
    )  # fmt: skip


@pytest.mark.parametrize("status", sorted(REFUSED))
def test_a_refusal_is_an_event(status: int) -> None:
    assert one("nginx", line("GET /admin HTTP/1.1", status)).action == "http_refused"


@pytest.mark.parametrize("status", [200, 302, 400, 404, 405, 422, 499, 502, 503, 504])
def test_other_answers_are_only_counted(status: int) -> None:
    found = parse("nginx", line("GET /orders HTTP/1.1", status))
    assert isinstance(found, Found)
    assert not found.sketches


@pytest.mark.parametrize(
    "target",
    ["/.env", "/.git/config", "/a/../../etc/passwd", "/%2e%2e%2f%2e%2e%2fx", "/%252e%252e/x", "/?q=1+UNION+SELECT+1",
     "/?x=${jndi:ldap://a}", "http://example.com/", "/?q=<script>", "/a%00b"],
)  # fmt: skip
def test_what_only_an_attacker_asks_for_is_a_probe(target: str) -> None:
    assert is_probe(target, 404)
    assert is_probe(target, 200)


def test_an_answered_probe_is_worse_than_a_refused_one() -> None:
    answered, refused = one("nginx", line("GET /.env HTTP/1.1")), one("nginx", line("GET /.env HTTP/1.1", 404))
    assert answered.severity > refused.severity
    assert (answered.outcome, refused.outcome) == ("success", "failure")


def test_another_products_page_is_a_probe_only_where_there_is_none() -> None:
    assert is_probe("/wp-login.php", 404)
    assert not is_probe("/wp-login.php", 200)


@pytest.mark.parametrize("request_line", [r"\x16\x03\x01", "HELO", "FOO / HTTP/1.1", "CONNECT a:443 HTTP/1.1"])
def test_what_is_no_usual_request_is_a_probe(request_line: str) -> None:
    assert one("nginx", line(request_line, 400)).action == "http_probe"


def test_a_connection_that_sent_nothing_is_no_probe() -> None:
    assert counted("nginx", line("", 408)).method == "OTHER"


@pytest.mark.parametrize(
    "before", ["", "shop.example ", "shop.example:80 ", "10.0.0.2, 10.0.0.1, ", '"10.5.1.2, 198.51.100.1" ']
)
def test_what_stands_before_the_address_is_no_address(before: str) -> None:
    assert str(counted("nginx", before + line()).source_ip) == "192.0.2.1"


def test_a_token_in_a_query_is_not_kept() -> None:
    found = one("nginx", line("GET /reset?token=hunter2hunter2 HTTP/1.1", 403))
    assert "hunter2" not in f"{found.message}{found.raw}{found.http_route}"


def test_a_user_name_cannot_forge_a_line() -> None:
    name = r"x [20/Nov/2026:09:00:00 +0100] \x22GET / HTTP/1.1\x22 200 1"
    assert one("nginx", line("GET /admin HTTP/1.1", 401, user=name)).http_status == 401


@pytest.mark.parametrize("text", ["x", "192.0.2.1 - - [20/Nov/2026:10:00:00 +0100] nothing", line()[:60], "\x00" * 99])
def test_other_text_is_rejected(text: str) -> None:
    assert isinstance(parse("nginx", text), Rejected)


@pytest.mark.parametrize(
    "time", ["31/Feb/2026:10:00:00 +0000", "01/Jan/0000:10:00:00 +0000", "20/Nov/2026:25:00:00 +0000", "9" * 26]
)
def test_a_time_that_is_none_is_rejected(time: str) -> None:
    assert isinstance(parse("apache", line().replace("20/Nov/2026:10:00:00 +0100", time)), Rejected)


quoted = st.text(st.characters(codec="utf-8", exclude_characters='"\\\n\r'), max_size=60)


@given(st.ip_addresses(v=6), quoted, quoted, st.integers(100, 599), st.integers(0, 99_999))
def test_what_nginx_writes_is_read_back(address: object, path: str, agent: str, status: int, millis: int) -> None:
    text = (
        f'{address} - - [20/Nov/2026:10:00:00 +0100] "GET /{path} HTTP/1.1" {status} 1 "-" "{agent}" '
        f"{millis / 1000:.3f}"
    )
    hit = counted("nginx", text)
    assert (hit.status, hit.duration_s) == (status, millis / 1000)


@pytest.mark.parametrize(("status", "outcome"), [(200, "success"), (404, "failure")])
def test_where_all_is_kept_every_request_is_an_event(status: int, outcome: str) -> None:
    line = f'192.0.2.7 - - [20/Nov/2026:11:00:00 +0000] "GET /a?b=1 HTTP/1.1" {status} 12 "-" "curl"'
    event = one("nginx", line, replace(ORIGIN, keeps_all=True))
    assert (event.action, event.outcome, event.message) == ("http_request", outcome, f"GET /a?b=1 {status}")
