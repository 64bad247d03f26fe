"""Public rules' logsources and fields, put to real lines of the formats Vigie reads."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.embedded.server import Server
from detection.parsers.interface import Found, Origin
from detection.parsers.registry import parser_named
from tests.conftest import Store, new_store
from tests.detection.sigma.asking import keep, matched, one, rule_of

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCESS = (
    '198.51.100.4 - bob [20/Nov/2026:11:00:00 +0000] "GET /shop/list.php?id=1%27 HTTP/1.1" 200 12 '
    '"https://evil.example/from" "sqlmap/1.8"'
)
JSON_ACCESS = json.dumps(
    {"time": "2026-11-20T11:00:01Z", "method": "POST", "uri": "/upload", "status": 201, "remote_addr": "203.0.113.9",
     "http_host": "shop.example", "http_referer": "https://other.example/", "content_type": "text/plain"}
)  # fmt: skip
MADE_UP = '198.51.100.5 - - [20/Nov/2026:11:00:09 +0000] "FOO /made/up?x=1 HTTP/1.1" 400 12 "-" "-"'
LONG = f'198.51.100.6 - - [20/Nov/2026:11:00:10 +0000] "GET /long?{"y" * 1995}tail HTTP/1.1" 404 12 "-" "-"'
SYSTEM = (
    "Nov 20 11:00:02 web-1 sshd[7]: error: buffer overflow in packet",
    "Nov 20 11:00:03 web-1 sudo: alice : TTY=pts/0 ; PWD=/home/alice ; USER=#-1 ; COMMAND=/bin/id",
    "Nov 20 11:00:04 web-1 CRON[9]: (root) REPLACE (root)",
    'Nov 20 11:00:05 web-1 audisp-syslog: type=EXECVE msg=audit(1.2:3): argc=3 a0="chmod" a1="+x" a2="/tmp/a b"',
    'Nov 20 11:00:06 web-1 audisp-syslog: type=SYSCALL msg=audit(1.2:4): comm="id" key=(null)\x1dSYSCALL=execve',
)
SPAWNED = json.dumps(
    {"time": "2026-11-20T11:00:07Z", "rule": "Run shell", "priority": "Notice", "hostname": "web-1", "output": "x",
     "source": "syscall", "output_fields": {"proc.exepath": "/usr/bin/bash", "proc.cmdline": "bash -i",
     "proc.pname": "nginx", "user.name": "www-data", "proc.cwd": "/tmp/", "evt.type": "execve"}}
)  # fmt: skip
REACHED = json.dumps(
    {"time": "2026-11-20T11:00:08Z", "rule": "Outbound", "priority": "Notice", "hostname": "web-1", "output": "y",
     "source": "syscall", "output_fields": {"proc.name": "curl", "fd.rip": "203.0.113.66", "fd.rport": 4444,
     "fd.rip.name": "pool.example", "evt.type": "connect", "fd.name": "/etc/cron.d/x"}}
)  # fmt: skip
WEB, LINUX = {"category": "webserver"}, {"product": "linux"}


@pytest.fixture(scope="module")
def read(postgres: Server) -> Iterator[Store]:
    """One event for each line, as a source that keeps all reads it."""
    lines = [
        ("nginx", ACCESS),
        ("json", JSON_ACCESS),
        ("falco", SPAWNED),
        ("falco", REACHED),
        ("nginx", MADE_UP),
        ("nginx", LONG),
    ]
    with new_store(postgres) as store:
        for name, line in [*lines, *(("sshd", line) for line in SYSTEM)]:
            found = parser_named(name).parse(line, Origin("app", NOW, keeps_all=True))
            assert isinstance(found, Found)
            keep(store, found.events("app"))
        yield store


def fits(store: Store, folder: Path, logsource: dict[str, str], selection: Any) -> set[str]:
    """The first words of the messages that the selection matches."""
    found = matched(store, one(folder, rule_of({"s": selection, "condition": "s"}, logsource)).condition)
    return {" ".join(message.split()[:2]) for message in found}


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"cs-method": "get", "sc-status": 200}, "GET /shop/list.php?id=1%27"),
        ({"cs-uri-query|contains": "ID=1%27"}, "GET /shop/list.php?id=1%27"),
        ({"cs-uri-query|contains": "/shop/"}, "GET /shop/list.php?id=1%27"),
        ({"cs-uri-stem|endswith": "list.php"}, "GET /shop/list.php?id=1%27"),
        ({"c-uri|endswith": "%27"}, "GET /shop/list.php?id=1%27"),
        ({"c-uri-extension": "php"}, "GET /shop/list.php?id=1%27"),
        ({"cs-user-agent|startswith": "sqlmap"}, "GET /shop/list.php?id=1%27"),
        ({"cs-referer|contains": "evil.example"}, "GET /shop/list.php?id=1%27"),
        ({"cs-username": "bob", "c-ip|cidr": "198.51.100.0/24"}, "GET /shop/list.php?id=1%27"),
        (["sqlmap"], "GET /shop/list.php?id=1%27"),
        ({"cs-uri-query": "/made/up?x=1"}, "FOO /made/up?x=1"),
        ({"cs-uri-query|startswith": "/long?yyy", "cs-uri-query|endswith": "y"}, "GET /long?" + "y" * 1990),
        ({"cs-host": "shop.example"}, "POST /upload"),
        ({"cs-referer|contains": "other.example"}, "POST /upload"),
        ({"cs-content-type": "text/plain"}, "POST /upload"),
    ],
)
def test_a_rule_for_web_servers_finds_the_request(read: Store, tmp_path: Path, selection: Any, message: str) -> None:
    assert fits(read, tmp_path, WEB, selection) == {message}


@pytest.mark.parametrize(
    ("service", "selection", "message"),
    [
        ("sshd", ["buffer overflow"], "error: buffer"),
        ("sudo", {"USER|startswith": "#-"}, "alice :"),
        ("cron", ["REPLACE"], "(root) REPLACE"),
        ("syslog", ["REPLACE"], "(root) REPLACE"),
        ("auth", {"|all": ["COMMAND=", "alice"]}, "alice :"),
        ("auditd", {"type": "EXECVE", "a0": "chmod", "a2|startswith": "/tmp/a b"}, "type=EXECVE msg=audit(1.2:3):"),
        ("auditd", {"SYSCALL": "execve", "comm": "id"}, "type=SYSCALL msg=audit(1.2:4):"),
    ],
)
def test_a_rule_for_a_service_of_linux_finds_the_line(
    read: Store, tmp_path: Path, service: str, selection: Any, message: str
) -> None:
    assert fits(read, tmp_path, {**LINUX, "service": service}, selection) == {message}


@pytest.mark.parametrize(
    ("category", "selection", "message"),
    [
        ("process_creation", {"Image|endswith": "/bash", "CommandLine|contains": " -I"}, "x"),
        ("process_creation", {"ParentImage|endswith": "/nginx", "User": "www-data"}, "x"),
        ("process_creation", {"CurrentDirectory|startswith": "/tmp"}, "x"),
        ("file_event", {"TargetFilename|startswith": "/etc/cron"}, "y"),
        ("network_connection", {"DestinationIp|cidr": "203.0.113.0/24", "Initiated": "true"}, "y"),
        ("network_connection", {"DestinationHostname|contains": "pool", "DestinationPort": 4444}, "y"),
        ("network_connection", {"Image|endswith": "/curl"}, "y"),
    ],
)
def test_a_rule_for_what_programs_do_finds_what_falco_saw(
    read: Store, tmp_path: Path, category: str, selection: Any, message: str
) -> None:
    assert fits(read, tmp_path, {**LINUX, "category": category}, selection) == {message}


def test_a_program_that_only_starts_is_no_connection(read: Store, tmp_path: Path) -> None:
    connections = {**LINUX, "category": "network_connection"}
    assert fits(read, tmp_path, connections, {"Image|endswith": ["/bash", "/curl"]}) == {"y"}


def test_a_rule_for_linux_as_a_whole_looks_at_every_program(read: Store, tmp_path: Path) -> None:
    assert fits(read, tmp_path, LINUX, ["sqlmap", "bash -i", "REPLACE"]) == {"x", "(root) REPLACE"}


def test_a_rule_of_our_own_looks_at_its_category_alone(read: Store, tmp_path: Path) -> None:
    own = {"product": "vigie", "category": "web"}
    assert fits(read, tmp_path, own, {"source_ip|exists": True}) >= {"GET /shop/list.php?id=1%27", "POST /upload"}
