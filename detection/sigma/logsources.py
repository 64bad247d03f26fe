"""Which events a `logsource` means, and what its fields are called in the event store.

The names of public rules are those of the Sigma taxonomy. A field that is in no table here, no column and not
computed is one that no source of Vigie's has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sigma.rule import SigmaLogSource

from detection.actions import ACTIONS, LOG_ACTIONS
from detection.sigma.computed import COMPUTED
from detection.sigma.fields import AUDIT_KEY, COLUMNS, DERIVED, Field, audit, raw
from detection.sigma.refusals import Refused, nearest, shown

_RAW = "raw."
_NO_FIELDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Logsource:
    """Events of `categories` (None: of any) of which `sql` is true ("": of all of them; no placeholder is in it).

    `fields`: a rule's name for a field, and ours. `group_by`: the entity where a rule names none.
    """

    words: str
    sql: str
    categories: frozenset[str] | None
    group_by: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=lambda: _NO_FIELDS)
    has_audit_keys: bool = False

    @property
    def condition(self) -> str:
        """True of its events: the categories too, so that what a rule finds does not depend on what came with it."""
        if self.categories is None:
            return self.sql
        listed = ", ".join(f"'{name}'" for name in sorted(self.categories))
        is_of_them = f"e.category = {listed}" if len(self.categories) == 1 else f"e.category IN ({listed})"
        return f"{is_of_them} AND {self.sql}" if self.sql else is_of_them


_WEB_FIELDS = MappingProxyType(
    {
        "cs-method": "http_method",
        "cs-uri-stem": "http_route",
        "c-uri-stem": "http_route",
        # Public rules look for paths in the query too: it is the whole of what was asked for.
        "cs-uri-query": "web.target",
        "c-uri-query": "web.target",
        "cs-uri": "web.target",
        "c-uri": "web.target",
        "c-uri-extension": "web.extension",
        "cs-user-agent": "user_agent",
        "c-useragent": "user_agent",
        "cs-username": "user_name",
        "sc-status": "http_status",
        "c-ip": "source_ip",
        "src_ip": "source_ip",
        "cs-referer": "web.referer",
        "c-referer": "web.referer",
        "cs-host": "web.host",
        "r-dns": "web.host",
        "cs-content-type": "web.content_type",
    }
)
_PROCESS_FIELDS = MappingProxyType(
    {
        "Image": "falco.image",
        "ParentImage": "falco.parent_image",
        "CommandLine": "falco.command",
        "ParentCommandLine": "falco.parent_command",
        "CurrentDirectory": "falco.folder",
        "User": "user_name",
        "LogonId": "falco.login",
        "ProcessId": "falco.process_id",
        "TargetFilename": "falco.file",
        "DestinationIp": "source_ip",
        "DestinationPort": "falco.remote_port",
        "DestinationHostname": "falco.remote_name",
        "Initiated": "falco.began",
    }
)

# Where an answered request may be told: by an access log, by an application's own log, by Grafana's.
_WEB = Logsource(
    "requests to web servers",
    "e.http_method IS NOT NULL",
    frozenset(("web", "authentication", "session", "iam", "application")),
    ("source_ip",),
    _WEB_FIELDS,
)
_FALCO = Logsource(
    "what Falco saw programs do",
    "",
    frozenset(("intrusion_detection",)),
    ("host_name",),
    _PROCESS_FIELDS,
)
_CONNECTIONS = replace(_FALCO, words="what Falco saw programs connect to", sql="e.source_ip IS NOT NULL")
_HOST_CATEGORIES = frozenset(("authentication", "iam", "network", "session", "system"))


def _programs(words: str, *names: str, fields: Mapping[str, str] = _NO_FIELDS) -> Logsource:
    listed = ", ".join(f"'{name}'" for name in names)
    sql = f'lower(e.process_name COLLATE "C") IN ({listed})'
    return Logsource(words, sql, _HOST_CATEGORIES, ("host_name",), fields)


_SYSTEM_LOG = Logsource(
    "lines of the system log",
    "e.process_name IS NOT NULL",
    _HOST_CATEGORIES,
    ("host_name",),
)
_LINUX = Logsource(
    "what programs of the host tell",
    "(e.process_name IS NOT NULL OR e.category = 'intrusion_detection')",
    None,
    ("host_name",),
)
_AUDIT = Logsource(
    "lines of the audit system",
    "(lower(e.process_name COLLATE \"C\") = 'audit' OR e.message ~ '^(node=[^ ]+ )?type=[A-Z_0-9]+ ')",
    frozenset(("system",)),
    ("host_name",),
    MappingProxyType({"type": "audit.type"}),
    has_audit_keys=True,
)

PUBLIC: Mapping[tuple[str | None, str | None, str | None], Logsource] = MappingProxyType(
    {  # product, category, service
        (None, "webserver", None): _WEB,
        ("apache", "webserver", None): _WEB,
        ("nginx", "webserver", None): _WEB,
        (None, "proxy", None): _WEB,
        (None, None, "apache"): _WEB,
        (None, None, "nginx"): _WEB,
        ("apache", None, None): _WEB,
        ("nginx", None, None): _WEB,
        ("linux", None, None): _LINUX,
        ("linux", None, "sshd"): _programs("lines of OpenSSH", "sshd", "sshd-session", "sshd-auth"),
        ("linux", None, "sudo"): _programs("lines of sudo", "sudo", fields=MappingProxyType({"USER": "sudo.user"})),
        ("linux", None, "cron"): _programs("lines of cron", "cron", "crond", "crontab", "anacron"),
        ("linux", None, "vsftpd"): _programs("lines of vsftpd", "vsftpd"),
        ("linux", None, "clamav"): _programs("lines of ClamAV", "clamd", "clamav", "clamscan", "freshclam"),
        ("linux", None, "guacamole"): _programs("lines of Guacamole", "guacd", "guacamole"),
        ("linux", None, "syslog"): _SYSTEM_LOG,
        ("linux", None, "auth"): _SYSTEM_LOG,
        ("linux", None, "auditd"): _AUDIT,
        ("linux", "process_creation", None): _FALCO,
        ("linux", "file_event", None): _FALCO,
        ("linux", "network_connection", None): _CONNECTIONS,
    }
)

OWN_CATEGORIES = tuple(
    sorted({action.category for action in (*ACTIONS.values(), *LOG_ACTIONS.values())} | {"grafana_alert", "monitoring"})
)
_OWN_GROUPS = {
    "intrusion_detection": "host_name",
    "sensor": "host_name",
    "monitoring": "source",
    "grafana_alert": "rule",
    "container": "container_name",
    "system": "host_name",
}


def _own(category: str | None) -> Logsource:
    if category is None:
        return Logsource("every event", "", None, ("source_ip",))
    group_by = (_OWN_GROUPS.get(category, "source_ip"),)
    return Logsource(f"events of category {category}", "", frozenset((category,)), group_by)


_OWN: Mapping[str | None, Logsource] = MappingProxyType({name: _own(name) for name in (None, *OWN_CATEGORIES)})


def logsource_of(written: SigmaLogSource) -> Logsource:
    """Raises Refused where no source of Vigie's gives such events."""
    product, category, service = written.product, written.category, written.service
    found = PUBLIC.get((product, category, service))
    if found is None and product in (None, "vigie") and service is None and category in _OWN:
        found = _OWN[category] if product or category else None
    if found is not None:
        return found
    parts = {"product": product, "category": category, "service": service}
    asked = ", ".join(f"{key} {shown(value)}" for key, value in parts.items() if value is not None)
    raise Refused(
        f"No source of Vigie's gives events of the logsource {asked}.",
        "docs/reference/rules.md lists those it has; for every event write product: vigie.",
    )


def field_of(name: str, source: Logsource) -> Field:
    """The field `name`, which the mapping of `source` has been applied to. Raises Refused for one that is nowhere."""
    found = COLUMNS.get(name) or DERIVED.get(name) or COMPUTED.get(name)
    if found is not None:
        return found
    if name.startswith(_RAW) and len(name) > len(_RAW):
        return raw(name.removeprefix(_RAW))
    if source.has_audit_keys and AUDIT_KEY.fullmatch(name):
        return audit(name)
    known = [*source.fields, *COLUMNS, *COMPUTED]
    raise Refused(
        f"The field {shown(name)} is in no event of Vigie's: its logsource is {source.words}.",
        f"{nearest(name, known)}Use one of the fields of docs/reference/rules.md, or raw.KEY for a key of the raw "
        "record.",
    )
