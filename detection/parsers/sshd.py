"""The authentication log (`auth.log`, `secure`, the journal): OpenSSH first, sudo, su and account tools beside it."""

import re

from detection.actions import LOG_ACTIONS, Action
from detection.parsers.addresses import address_in
from detection.parsers.auth_rules import RULES
from detection.parsers.interface import Found, Ignored, Origin, Parsed, Sketch, canonical
from detection.parsers.syslog import Entry, entry_of
from detection.parsers.text import USER_LIMIT, said, shown

_OTHER_PROGRAM, _NO_ATTEMPT = "a line of another program", "a line that tells no attempt"
_REPEATED = re.compile(r"(?as)message repeated (\d{1,9}) times: \[ ?(.*)\]")
_MOST_REPEATS = 1000


class SshdParser:
    """Reads lines of the system log in any of the forms of `detection.parsers.syslog`."""

    name = "sshd"

    def parse(self, text: str, origin: Origin) -> Parsed:
        entry = entry_of(text, origin)
        if not isinstance(entry, Entry):
            return entry
        read = _attempt(entry, text, origin)
        if isinstance(read, Ignored) and origin.keeps_all:
            sketch = _sketch(entry, None, LOG_ACTIONS["log_line"], {}, entry.said, origin)
            return Found((sketch,), None, canonical(text))
        return read


def _attempt(entry: Entry, text: str, origin: Origin) -> Found | Ignored:
    rules = RULES.get(entry.program)
    if rules is None:
        return Ignored(_OTHER_PROGRAM)
    message, times = _unfolded(entry.said)
    for rule in rules:
        found = rule.pattern.fullmatch(message)
        if found and rule.action:
            sketch = _sketch(entry, rule.reason, rule.action, found.groupdict(), message, origin)
            return Found((sketch,) * times, None, canonical(text))
        if found:
            return Ignored(rule.ignored)
    return Ignored(_NO_ATTEMPT)


def _unfolded(message: str) -> tuple[str, int]:
    """rsyslog folds equal lines; each was an attempt. At most 1,000 of one line are believed."""
    found = _REPEATED.fullmatch(message)
    if not found:
        return message, 1
    return found.group(2).strip(), max(1, min(int(found.group(1)), _MOST_REPEATS))


def _sketch(
    entry: Entry, reason: str | None, action: Action, groups: dict[str, str | None], message: str, origin: Origin
) -> Sketch:
    return Sketch(
        occurred_at=entry.at,
        category=action.category,
        action=action.name,
        outcome=action.outcome,
        severity=action.severity,
        reason=reason,
        user_name=shown(groups.get("user"), USER_LIMIT),
        source_ip=address_in(groups.get("ip")),
        host_name=entry.host,
        container_name=origin.container,
        process_name=entry.program,
        message=said(message),
        raw=entry.raw,
    )
