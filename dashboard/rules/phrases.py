"""How the Rules page says states, kinds, verdicts, times and ATT&CK tags."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.sources.rule_questions import GRAFANA, RuleRow, RuleState, SwitchSeen, TimeTo, Verdicts
from dashboard.ui import words
from dashboard.ui.view import View

NONE = "—"


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks: icon, tone, word."""

    icon: str
    tone: str
    word: str


STATES: Mapping[RuleState, Look] = MappingProxyType(
    {
        RuleState.NOT_LOADED: Look("warning", "is-critical", "Not loaded"),
        RuleState.FAILING: Look("warning", "is-critical", "Failing"),
        RuleState.UNFED: Look("blind", "is-dimmed", "Not fed"),
        RuleState.OFF: Look("pause", "is-blind", "Off"),
        RuleState.ON: Look("check", "is-dimmed", "On"),
        RuleState.GONE: Look("minus", "is-dimmed", "Gone"),
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "event": "each event",
        "event_count": "count of events",
        "value_count": "count of different values",
        "temporal": "rules together",
        "temporal_ordered": "rules in order",
        GRAFANA: "Grafana alert",
    }
)
TACTICS = frozenset(
    {
        "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation",
        "defense-evasion", "stealth", "defense-impairment", "credential-access", "discovery", "lateral-movement",
        "collection", "command-and-control", "exfiltration", "impact",
    }
)  # fmt: skip
TECHNIQUES: Mapping[str, str] = MappingProxyType(
    {
        "T1003": "OS credential dumping", "T1003.008": "/etc/passwd and /etc/shadow", "T1021": "Remote services",
        "T1021.004": "SSH", "T1041": "Exfiltration over the command channel", "T1046": "Network service discovery",
        "T1048": "Exfiltration over another protocol", "T1053.003": "Cron", "T1059": "Command and scripting",
        "T1059.004": "Unix shell", "T1068": "Exploitation for privilege escalation", "T1070.002": "Clear system logs",
        "T1071": "Application layer protocol", "T1078": "Valid accounts", "T1078.003": "Local accounts",
        "T1083": "File and directory discovery", "T1098": "Account manipulation", "T1098.007": "Additional roles",
        "T1105": "Ingress tool transfer", "T1110": "Brute force", "T1110.001": "Password guessing",
        "T1110.003": "Password spraying", "T1110.004": "Credential stuffing", "T1136.001": "Local account created",
        "T1190": "Exploit of a public application", "T1213.006": "Data from databases", "T1489": "Service stop",
        "T1499": "Endpoint denial of service", "T1528": "Steal application access token", "T1548": "Abuse elevation",
        "T1548.001": "Setuid and setgid", "T1548.003": "Sudo", "T1550.001": "Application access token",
        "T1552.001": "Credentials in files", "T1562.001": "Disable tools", "T1562.006": "Indicator blocking",
        "T1565.001": "Stored data manipulation", "T1589.001": "Gather credentials", "T1595": "Active scanning",
        "T1595.001": "Scanning address blocks", "T1595.002": "Vulnerability scanning", "T1595.003": "Wordlist scanning",
        "T1609": "Container administration command", "T1611": "Escape to host",
    }
)  # fmt: skip
_TECHNIQUE = re.compile(r"attack\.(t\d{4}(?:\.\d{3})?)", re.ASCII)


def kind_words(kind: str) -> str:
    """`count of events` for event_count."""
    return KINDS.get(kind, words.outside(kind, 30))


def state_words(state: RuleState) -> str:
    """The word on the board."""
    return STATES[state].word


def tag_words(tag: str) -> str:
    """`T1110.001 Password guessing`, `Credential access`; any other tag as it is."""
    plain = tag.lower().replace("_", "-")
    technique = _TECHNIQUE.fullmatch(plain)
    if technique:
        number = technique[1].upper()
        return f"{number} {TECHNIQUES.get(number, '')}".rstrip()
    tactic = plain.removeprefix("attack.")
    if plain.startswith("attack.") and tactic in TACTICS:
        return tactic.replace("-", " ").capitalize()
    return words.outside(tag, 60)


def off_words(off: SwitchSeen, view: View) -> str:
    """`until 12 Oct 2026 10:00`."""
    return f"until {words.date_time(off.until, view.zone)}"


def why(row: RuleRow) -> str:
    """Why a rule does not work or is off, and what to do; empty for one that works."""
    if row.state in (RuleState.NOT_LOADED, RuleState.FAILING):
        where = f"{words.outside(row.file, 120)}: " if row.file else ""
        return where + " ".join(words.outside(each, 600) for each in (row.error, row.advice) if each)
    if row.state is RuleState.OFF and row.off is not None:
        return f"{words.outside(row.off.actor, 80)}: {words.outside(row.off.reason, 500)}"
    if row.state is RuleState.UNFED:
        return "No event of its kind came in 30 days: it can find nothing. The page Sources says what is read."
    if row.state is RuleState.GONE:
        return "Its file is there no more. What it found stays."
    return ""


def share(row: RuleRow) -> str:
    """`42.1 %` of the events of all rules; a dash where there are none."""
    return f"{words.percent(row.volume.events, row.all_events)} %" if row.all_events else NONE


def precision(verdicts: Verdicts) -> tuple[str, str]:
    """`4 of 5 true positive` in its short form, and what the others were."""
    if not verdicts.judged:
        return NONE, f"{verdicts.others} without judgement" if verdicts.others else ""
    counts = ((verdicts.benign, "benign"), (verdicts.false_positive, "false"), (verdicts.others, "not counted"))
    return (
        f"{verdicts.true_positive} of {verdicts.judged}",
        ", ".join(f"{number} {word}" for number, word in counts if number),
    )


def time_to(found: TimeTo | None) -> str:
    """`11 min, n = 44`."""
    return f"{words.span(found.median)}, n = {found.n}" if found else NONE
