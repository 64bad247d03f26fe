"""What the lines of OpenSSH, sudo, su and the account tools mean.

A user name comes from whoever connects and may hold anything, even " from 192.0.2.1 port 22": the address is the last
one of the line. Patterns are anchored and tried in order; the first that fits counts.
"""

import re
from dataclasses import dataclass

from detection.actions import ACTIONS, LOG_ACTIONS, Action

_FROM = r" from (?P<ip>\S{1,100})"
_PORT = r" port \d{1,5}"
_ENDED = r"(?:Connection (?:closed|reset) by|Disconnected from)"
_UNKNOWN, _WRONG = "unknown_account", "wrong_password"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line that fits `pattern` (groups `user`, `ip`) is `action`; `ignored` says why it is none."""

    pattern: re.Pattern[str]
    action: Action | None
    reason: str | None = None
    ignored: str = ""


def _rule(pattern: str, action: str, reason: str | None = None) -> Rule:
    found = ACTIONS.get(action) or LOG_ACTIONS[action]
    return Rule(re.compile(r"(?as)" + pattern), found, reason or found.reason)


def _passed_over(pattern: str, why: str) -> Rule:
    return Rule(re.compile(r"(?as)" + pattern), None, ignored=why)


_TOLD = "the end of an attempt that another line tells"
_SUM = "a sum of attempts that other lines tell"

SSHD = (
    _rule(rf"Accepted \S+ for (?P<user>.*?){_FROM}{_PORT}.*", "authn_login_success"),
    # Clients offer keys, and nothing at all, before they ask for a password: no failure yet.
    _rule(
        rf"Failed (?:none|publickey) for invalid user (?P<user>.*){_FROM}{_PORT}.*", "authn_attempt", "unknown_account"
    ),
    _rule(rf"Failed (?:none|publickey) for (?P<user>.*){_FROM}{_PORT}.*", "authn_attempt"),
    _rule(rf"Failed \S+ for invalid user (?P<user>.*){_FROM}{_PORT}.*", "authn_login_fail", _UNKNOWN),
    _rule(rf"Failed \S+ for (?P<user>.*){_FROM}{_PORT}.*", "authn_login_fail", _WRONG),
    _rule(rf"Invalid user (?P<user>.*){_FROM}(?:{_PORT})?", "authn_attempt", _UNKNOWN),
    _rule(
        rf"{_ENDED} authenticating user (?P<user>.*) (?P<ip>\S{{1,100}}){_PORT}(?: \[preauth\])?",
        "authn_attempt",
    ),
    _passed_over(rf"{_ENDED} invalid user .*", _TOLD),
    _passed_over(r"Disconnecting .*", _TOLD),
    _rule(
        rf"(?:error: )?maximum authentication attempts exceeded for (?:invalid user )?(?P<user>.*){_FROM}{_PORT}.*",
        "excess_rate_limit_exceeded",
    ),
    _rule(r"drop connection #\d{1,9} from \[(?P<ip>[^\]]{1,100})\]:\d{1,5} .*", "excess_rate_limit_exceeded"),
    _rule(rf"User (?P<user>.*){_FROM} not allowed because .*", "authz_fail"),
    _rule(rf"ROOT LOGIN REFUSED FROM (?P<ip>\S{{1,100}})(?:{_PORT})?", "authz_fail"),
    _rule(rf"Did not receive identification string{_FROM}(?:{_PORT})?", "network_probe"),
    _rule(rf"(?:error: )?Bad protocol version identification .*{_FROM}(?:{_PORT})?", "network_probe"),
    _rule(rf"(?:error: )?banner exchange: Connection{_FROM}{_PORT}: .*", "network_probe"),
    _rule(rf"(?:fatal: )?Unable to negotiate with (?P<ip>\S{{1,100}}){_PORT}: .*", "network_probe"),
    _rule(r"(?:fatal: )?Timeout before authentication for (?:connection from )?(?P<ip>\S{1,100}) .*", "network_probe"),
    _rule(r"pam_unix\(sshd:session\): session opened for user (?P<user>[^\s(]+).*", "session_created"),
    _rule(r"pam_unix\(sshd:session\): session closed for user (?P<user>[^\s(]+).*", "session_logout"),
    _passed_over(r"(?:error: )?PAM[: ].*", _SUM),
    _passed_over(r"pam_\w+\(.*", _SUM),
)

_SUDO = (
    _rule(r"(?P<user>\S+) : \d+ incorrect password attempts? ; .*", "authn_login_fail", _WRONG),
    _rule(r"(?P<user>\S+) : (?:user NOT (?:in sudoers|authorized on host)|command not allowed) ; .*", "authz_fail"),
    _rule(r"(?P<user>\S+) : TTY=.* ; COMMAND=.*", "privilege_use"),
)
_SU = (
    _rule(r"FAILED SU \(to \S+\) (?P<user>\S+) on .*", "authn_login_fail", _WRONG),
    _rule(r"\(to \S+\) (?P<user>\S+) on .*", "privilege_use"),
)
_MEMBERS = _rule(r"add '(?P<user>[^']+)' to group .*", "privilege_permissions_changed")
_JOINED = _rule(r"user (?P<user>\S+) added by \S+ to group .*", "privilege_permissions_changed")

RULES = {
    "sshd": SSHD,
    "sshd-session": SSHD,
    "sshd-auth": SSHD,
    "sudo": _SUDO,
    "su": _SU,
    "useradd": (_rule(r"new user: name=(?P<user>[^,\s]+).*", "user_created"),),
    "userdel": (_rule(r"delete user '(?P<user>[^']+)'.*", "user_deleted"),),
    "usermod": (_MEMBERS,),
    "gpasswd": (_JOINED,),
    "passwd": (_rule(r"pam_unix\(passwd:chauthtok\): password changed for (?P<user>\S+)", "authn_password_change"),),
}
