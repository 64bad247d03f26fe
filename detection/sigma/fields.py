"""What a field of a rule is in the event store: a column of `events`, or an expression over the event's record.

An expression is ours, letter for letter: a name from a rule never becomes a part of it, it is bound (`?`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType


class Kind(Enum):
    """What the values are, and so how they are compared."""

    TEXT = auto()
    WORD = auto()  # of a closed vocabulary, stored in lower case
    ADDRESS = auto()
    NUMBER = auto()
    SEVERITY = auto()  # stored as 1 to 5
    TIME = auto()
    FLAG = auto()  # an expression that is true or false


@dataclass(frozen=True, slots=True)
class Field:
    """`sql` reads the rows `e` and `r`, in parentheses where it is no single call; each `?` in it stands for the next
    of `binds`.
    """

    sql: str
    kind: Kind = Kind.TEXT
    binds: tuple[str, ...] = ()


_KINDS = {
    "occurred_at": Kind.TIME,
    "source": Kind.WORD,
    "category": Kind.WORD,
    "action": Kind.WORD,
    "outcome": Kind.WORD,
    "reason": Kind.WORD,
    "severity": Kind.SEVERITY,
    "source_ip": Kind.ADDRESS,
    "http_status": Kind.NUMBER,
}
_TEXTS = (
    "rule", "user_name", "user_agent", "host_name", "container_name", "process_name", "http_method", "http_route",
    "message",
)  # fmt: skip

COLUMNS: Mapping[str, Field] = MappingProxyType(
    {name: Field(f"e.{name}", kind) for name, kind in (*_KINDS.items(), *((name, Kind.TEXT) for name in _TEXTS))}
)

GROUPS = tuple(name for name in COLUMNS if name not in ("occurred_at", "severity", "message"))
"""The columns that can make an entity, or be counted by a correlation."""

HAYSTACK = Field("concat_ws(' ', e.message, coalesce(r.raw ->> 'line', r.raw::text))")
"""Where words without a field are looked for."""


def raw(*paths: str) -> Field:
    """The first of the values of the raw record at these paths. `a.b` is the key "a.b", or "b" of the object "a"."""
    parts: list[str] = []
    binds: list[str] = []
    for path in paths:
        parts.append("r.raw ->> ?")
        binds.append(path)
        if "." in path:
            holder, _, rest = path.partition(".")
            parts += ["r.raw -> ? ->> ?", "r.raw #>> ?::text[]"]
            binds += [holder, rest, "{" + ",".join(f'"{_escaped(name)}"' for name in path.split(".")) + "}"]
    return Field(f"coalesce({', '.join(parts)})", Kind.TEXT, tuple(binds))


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _falco(*names: str) -> Field:
    parts = [f"r.raw -> 'output_fields' ->> '{name}'" for name in names]
    return Field(f"coalesce({', '.join(parts)})")


def _program(path: str, name: str) -> Field:
    """A program with its path; where Falco's rule gave only its name, that behind a slash, as rules look for it."""
    of = "r.raw -> 'output_fields' ->>"
    return Field(f"coalesce({of} '{path}', '/' || ({of} '{name}'))")


_REFERER = r'" [0-9]{3} (?:[0-9]{1,20}|-)\s*"([^"\\]*(?:\\.[^"\\]*)*)"'
# The message of a request is its method, what it asked for and the status, which is gone where it was cut. Taking it
# apart by length costs a third of what the expression does, which is for methods that nobody defines.
_TARGET = Field(
    """(CASE WHEN starts_with(e.message, e.http_method || ' ') IS NOT TRUE
            THEN coalesce(substring(e.message from ?), e.http_route)
        WHEN right(e.message, 4) = ' ' || e.http_status
            THEN left(substr(e.message, length(e.http_method) + 2), -4)
        ELSE substr(e.message, length(e.http_method) + 2) END)""",
    Kind.TEXT,
    (r"^\S+ (.*) [0-9]{3}$",),
)

DERIVED: Mapping[str, Field] = MappingProxyType(
    {
        "web.target": _TARGET,
        "web.extension": Field("substring(e.http_route from ?)", Kind.TEXT, (r"\.([A-Za-z0-9]{1,10})$",)),
        "web.referer": Field(
            "coalesce(substring(r.raw ->> 'line' from ?), r.raw ->> 'http_referer', r.raw ->> 'referer', "
            "r.raw ->> 'http.request.referrer', r.raw #>> '{http,request,referrer}')",
            Kind.TEXT,
            (_REFERER,),
        ),
        "web.host": raw("http_host", "vhost", "server_name", "url.domain", "request.host", "http.host", "host"),
        "web.content_type": raw("content_type", "http.request.mime_type", "http_content_type"),
        "falco.image": _program("proc.exepath", "proc.name"),
        "falco.parent_image": _program("proc.pexepath", "proc.pname"),
        "falco.command": _falco("proc.cmdline"),
        "falco.parent_command": _falco("proc.pcmdline"),
        "falco.folder": _falco("proc.cwd"),
        "falco.login": _falco("user.loginuid"),
        "falco.process_id": _falco("proc.pid"),
        "falco.file": _falco("fd.name"),
        "falco.remote_port": _falco("fd.rport", "fd.sport"),
        "falco.remote_name": _falco("fd.rip.name", "fd.sip.name", "fd.name"),
        "falco.began": Field(
            "(r.raw -> 'output_fields' ->> 'evt.type' IN ('connect', 'sendto', 'sendmsg', 'sendmmsg'))",
            Kind.FLAG,
        ),
        "sudo.user": Field("substring(e.message from ?)", Kind.TEXT, (r"USER=(\S+)",)),
        "audit.type": Field(
            "coalesce(substring(e.message from ?), r.raw ->> '_AUDIT_TYPE_NAME')", Kind.TEXT, (r"\ytype=([A-Z_0-9]+)",)
        ),
    }
)

AUDIT_KEY = re.compile(r"(?a)[A-Za-z][A-Za-z0-9_-]{0,63}")
_BEFORE = "(?:^|\\s|\ufffd)"  # the kernel's control character before the names is shown as U+FFFD


def audit(key: str) -> Field:
    """The value of `key=value` or `key="value"` in a line of the audit system. `key` fits AUDIT_KEY."""
    binds = (rf'{_BEFORE}{key}="([^"]*)"', rf'{_BEFORE}{key}=([^"\s]\S*)')
    return Field("coalesce(substring(e.message from ?), substring(e.message from ?))", Kind.TEXT, binds)
