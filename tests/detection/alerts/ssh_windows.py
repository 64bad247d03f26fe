"""Guessed SSH passwords, straight from the lines of a log: one expression, two pointers, and nothing of Vigie.

It knows the documented threshold of the rule `ssh_password_guessing`: more than 5 failed logins within one minute, from
one address.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

MORE_THAN, WITHIN = 5, timedelta(minutes=1)
_FAILED = re.compile(
    r"(?P<at>\w{3} [ \d]\d \d\d:\d\d:\d\d) \S+ sshd\[\d+\]: (?:message repeated (?P<times>\d+) times: \[ )?"
    r"(?:Failed (?!none |publickey )\S+ for |(?:error: )?maximum authentication attempts exceeded for )"
    r".* from (?P<ip>\S+) port \d+.*"
)
# Address, and (events inside firing windows, second of the first event with which a window fired).
Findings: TypeAlias = dict[str, tuple[int, str]]


def windows(lines: Sequence[str]) -> Findings:
    """Straight from the lines. A year that is not written does not matter: the log is shorter."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for line in lines:
        found = _FAILED.fullmatch(line)
        if found:
            at = datetime.strptime(f"2024 {found['at']}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
            times[found["ip"]] += [at] * int(found["times"] or 1)
    findings = {}
    for address, each in times.items():
        each.sort()
        inside, first, begin = set[int](), "", 0
        for at in each:
            while at - each[begin] > WITHIN:
                begin += 1
            end = bisect_right(each, at)
            if end - begin > MORE_THAN:
                inside |= set(range(begin, end))
                first = first or at.strftime("%m-%d %H:%M:%S")
        if inside:
            findings[address] = (len(inside), first)
    return findings
