"""A board of rules in every state, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dashboard.sources.interface import Answer, Completeness, TimeRange
from dashboard.sources.rule_questions import (
    GRAFANA,
    AlertSeen,
    Reads,
    RuleDetail,
    RuleRow,
    RuleState,
    SwitchSeen,
    TimeTo,
    Verdicts,
    Volume,
)
from vigie.errors import VigieError
from vigie.severity import Severity

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DOWN = "PostgreSQL does not answer."
NASTY = "<b>x</b><img src=x onerror=alert(1)>\u202e&amp;\n=1+1" + "long" * 60
RUNBOOK = """# Password guessing

Someone **tries** many passwords, see `authn_login_fail`.

## First five minutes
1. Search [the events](../events.md)
   of the address.
2. Look at [ATT&CK](https://attack.mitre.org/x).

```
vigie users list
```
"""
YAML = "title: Password guessing\nname: password_guessing\n"
SQL = "SELECT 1 FROM events e WHERE e.action = 'authn_login_fail'"


@dataclass
class FakeRules:
    """Answers the questions and takes the commands of the page. `down`: nothing can be read."""

    now: datetime
    details: dict[str, RuleDetail] = field(default_factory=dict)
    down: str = ""
    done: list[tuple[object, ...]] = field(default_factory=list)
    refuses: VigieError | None = None

    def rules(self, window: TimeRange) -> Answer[Sequence[RuleRow]]:
        return self._answer([each.row for each in self.details.values()])

    def rule(self, name: str, window: TimeRange) -> Answer[Sequence[RuleDetail]]:
        return self._answer([self.details[name]] if name in self.details else [])

    def _answer(self, rows: list[object]) -> Answer[Sequence[object]]:
        if self.down:
            return Answer(None, self.now, "Vigie's database", Completeness.UNAVAILABLE, self.down, "Start it again.")
        return Answer(rows, self.now, "Vigie's database")

    def switch_off(self, *given: object) -> None:
        if self.refuses:
            raise self.refuses
        self.done.append(("off", *given))

    def switch_on(self, *given: object) -> None:
        self.done.append(("on", *given))


def a_rule(now: datetime, name: str, title: str, **more: object) -> RuleRow:
    """One that works and never fired, or as `more` says."""
    row = RuleRow(
        name=name, title=title, severity=Severity.HIGH, kind="event_count", serves=False, file="", state=RuleState.ON,
        error=None, advice=None,
        error_since=None, off=None, loaded_at=now - DAY, evaluated_at=now, volume=Volume(), all_events=1284,
        last_fired_at=None, waiting=0, acknowledged=0, verdicts=Verdicts(), to_acknowledge=None, to_close=None,
    )  # fmt: skip
    return replace(row, **more)  # type: ignore[arg-type]


def every_state(now: datetime) -> FakeRules:
    """One rule in each state; password guessing has fired and was judged."""
    off = SwitchSeen(now - DAY, now + 3 * DAY, "A load test of our own", "alice@example.org", None, None)
    fired = a_rule(
        now, "password_guessing", "Password guessing", severity=Severity.CRITICAL,
        volume=Volume(1284, 3, tuple(range(24))), last_fired_at=now - 9 * MINUTE, waiting=2, acknowledged=1,
        verdicts=Verdicts(4, 1, 0, 2), to_acknowledge=TimeTo(11 * MINUTE, 44), to_close=TimeTo(95 * MINUTE, 40),
    )  # fmt: skip
    rows = [
        a_rule(
            now, "bad_field", "Rule with a wrong field", state=RuleState.NOT_LOADED, error_since=now - DAY,
            file="web/bad_field.yml", error="The field Wibble is not known.", advice="Use a column of events.",
        ),
        a_rule(now, "slow", "Slow rule", state=RuleState.FAILING, error="It took over 2 s.", advice="Narrow it."),
        a_rule(now, "unfed", "Database dump", state=RuleState.UNFED),
        a_rule(now, "scanning", "Scanning", state=RuleState.OFF, off=off, severity=Severity.LOW),
        fired,
        a_rule(now, "grafana/HighErrorRate", "HighErrorRate", kind=GRAFANA, severity=Severity.MEDIUM),
        a_rule(now, "failed_login", "Failed login", kind="event", serves=True, severity=Severity.INFORMATIONAL),
        a_rule(now, "old_rule", "Old rule", state=RuleState.GONE, last_fired_at=now - 90 * DAY),
    ]  # fmt: skip
    details = {row.name: RuleDetail(row, Reads(), (), ()) for row in rows}
    before = SwitchSeen(now - 9 * DAY, now - 7 * DAY, "Too loud", "bob@example.org", now - 8 * DAY, "bob@example.org")
    reads = Reads(
        "Many failures of one account.", ("attack.credential-access", "attack.t1110.001"), ("A script.",),
        ("https://example.org/x",), "Vigie", "stable", "login_guessing.yml", "password_guessing", RUNBOOK, YAML, SQL,
        ("format: sshd\nFailed password",), ("format: sshd\nAccepted password",),
    )  # fmt: skip
    alerts = (
        AlertSeen(42, "Password guessing: 192.0.2.7", Severity.CRITICAL, "open", None, 1200, now - 9 * MINUTE),
        AlertSeen(17, "Password guessing: alice", Severity.CRITICAL, "closed", "benign", 84, now - DAY),
    )
    details["password_guessing"] = RuleDetail(fired, reads, alerts, (before,))
    return FakeRules(now, details)


def hostile_rules(now: datetime) -> FakeRules:
    """Markup, direction marks and endless words wherever text comes from outside."""
    off = SwitchSeen(now, now + DAY, NASTY, NASTY, now, NASTY)
    row = a_rule(
        now, NASTY.replace("\n", " ")[:200], NASTY, kind=NASTY, state=RuleState.FAILING, error=NASTY, advice=NASTY,
        off=off, volume=Volume(9, 1, (1,) * 24), last_fired_at=now,
    )  # fmt: skip
    each = (NASTY, "attack." + NASTY)
    reads = Reads(NASTY, each, each, each, NASTY, NASTY, NASTY, NASTY, f"# {NASTY}\n- {NASTY}\n\n```\n{NASTY}", NASTY,
                  NASTY, each, each)  # fmt: skip
    alerts = (AlertSeen(1, NASTY, Severity.HIGH, "open", None, 1, now),)
    return FakeRules(now, {row.name: RuleDetail(row, reads, alerts, (off,))})
