"""Lines as nginx, sshd and Falco write them, about people, addresses and containers that do not exist."""

import json
from datetime import UTC, datetime
from random import Random

from cli.demo.logs import stamp

HOST = "shop-1"
_ID = "a1b2c3d4e5f6"


def request_line(
    at: datetime, address: str, request: tuple[str, str], status: int, took_s: float, agent: str, random: Random
) -> str:
    """One line of nginx's access log, with `$request_time` behind it. `request`: method and target."""
    method, target = request
    size = 153 if status >= 400 else 0 if status == 304 else random.randrange(400, 24_000)
    when = at.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{address} - - [{when}] "{method} {target} HTTP/1.1" {status} {size} "-" "{agent}" {took_s:.3f}\n'


def ssh_failed(at: datetime, user: str, address: str, random: Random, *, exists: bool) -> str:
    """A refused password."""
    who = user if exists else f"invalid user {user}"
    return _ssh(at, f"Failed password for {who} from {address} port {random.randrange(30_000, 60_000)} ssh2", random)


def ssh_accepted(at: datetime, user: str, address: str, random: Random) -> str:
    """A login with a key."""
    port = random.randrange(30_000, 60_000)
    said = f"Accepted publickey for {user} from {address} port {port} ssh2: ED25519 SHA256:demonstrationdemonstration"
    return _ssh(at, said, random)


def _ssh(at: datetime, said: str, random: Random) -> str:
    return f"{stamp(at)} {HOST} sshd[{random.randrange(1000, 30_000)}]: {said}\n"


def shell_spawned(at: datetime, container: str) -> str:
    """Somebody opened a shell in a container."""
    return _falco(
        at, container, "Terminal shell in container", "Notice",
        "A shell was spawned in a container with an attached terminal",
        {"proc.name": "sh", "proc.pname": "uvicorn", "proc.cmdline": "sh -i", "user.name": "root"},
        ["T1059", "container", "mitre_execution", "shell"],
    )  # fmt: skip


def shadow_read(at: datetime, container: str) -> str:
    """A program read the password hashes."""
    return _falco(
        at, container, "Read sensitive file untrusted", "Warning",
        "Sensitive file opened for reading by non-trusted program",
        {"fd.name": "/etc/shadow", "proc.name": "cat", "proc.pname": "sh", "proc.cmdline": "cat /etc/shadow",
         "user.name": "root"},
        ["T1555", "container", "filesystem", "mitre_credential_access"],
    )  # fmt: skip


def connected_out(at: datetime, container: str) -> str:
    """A container reached out to where it never does."""
    return _falco(
        at, container, "Vigie unexpected outbound connection", "Warning", "Unexpected outbound connection",
        {"fd.name": "172.22.0.5:40000->198.51.100.77:4444", "fd.sip": "198.51.100.77", "fd.sport": 4444,
         "proc.name": "sh", "proc.cmdline": "sh -i", "user.name": "root"},
        ["T1071", "container", "mitre_command_and_control", "network"],
    )  # fmt: skip


def _falco(
    at: datetime, container: str, rule: str, priority: str, said: str, fields: dict[str, object], tags: list[str]
) -> str:
    known = {"container.id": _ID, "container.name": container, **fields}
    output = f"{at.astimezone(UTC):%H:%M:%S.%f}000: {priority} {said} | container_name={container}"
    document = {
        "hostname": HOST, "output": output, "output_fields": known, "priority": priority, "rule": rule,
        "source": "syscall", "tags": tags, "time": stamp(at).replace("Z", "000Z"),
    }  # fmt: skip
    return json.dumps(document) + "\n"
