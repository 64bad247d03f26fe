"""A board of sources in every state, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dashboard.sources.interface import Answer, Completeness, SourceStatus
from dashboard.sources.source_questions import (
    DropSeen,
    GapSeen,
    Lag,
    RejectedSeen,
    SourceDetail,
    SourceRow,
    SpellSeen,
    UnplacedSeen,
)
from tests.dashboard.fakes import source
from vigie.blindness import Expectation, Origin, Why

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
LEARNED = Expectation(Origin.LEARNED, 2 * MINUTE, 20 * SECOND)
DOWN = "PostgreSQL does not answer."
NASTY = "<b>x</b><img src=x onerror=alert(1)>\u202e&amp;\n=1+1" + "long" * 60


@dataclass
class FakeBoard:
    """Answers both the questions and the commands of the page. `down`: nothing can be read."""

    now: datetime
    details: dict[str, SourceDetail] = field(default_factory=dict)
    down: str = ""
    done: list[tuple[object, ...]] = field(default_factory=list)

    def board(self) -> Answer[Sequence[SourceRow]]:
        return self._answer([each.row for each in self.details.values()])

    def detail(self, name: str) -> Answer[Sequence[SourceDetail]]:
        return self._answer([self.details[name]] if name in self.details else [])

    def _answer(self, rows: list[object]) -> Answer[Sequence[object]]:
        if self.down:
            return Answer(None, self.now, "Vigie's database", Completeness.UNAVAILABLE, self.down, "Start it again.")
        return Answer(rows, self.now, "Vigie's database")

    def expect(self, name: str, period: timedelta, grace: timedelta, by: str) -> None:
        self.done.append(("expect", name, period, grace, by))

    def expect_nothing(self, name: str, by: str) -> None:
        self.done.append(("nothing", name, by))

    def expect_what_is_learned(self, name: str) -> None:
        self.done.append(("learned", name))

    def retire(self, name: str) -> None:
        self.done.append(("retire", name))


def a_status(now: datetime, name: str, title: str, **more: object) -> SourceStatus:
    """Heard five seconds ago, with a learned rhythm, or as `more` says."""
    heard = now - 5 * SECOND
    base = replace(
        source(now, name, title),
        kind="file",
        expects=LEARNED,
        last_sign_at=heard,
        registered_at=now - timedelta(days=9),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def a_detail(status: SourceStatus, **more: object) -> SourceDetail:
    row = SourceRow(status, tuple(range(24)), Lag(0.4 * SECOND, 1.2 * SECOND, 200), 0)
    return replace(SourceDetail(row, 812, (), (), (), (), None), **more)  # type: ignore[arg-type]


def every_state(now: datetime) -> FakeBoard:
    """One source in each state, the silent one with every trouble."""
    since = now - 17 * MINUTE
    nothing = Expectation(Origin.IRREGULAR)
    learning, never = Expectation(Origin.LEARNING), Expectation(Origin.NEVER)
    silent = a_status(
        now, "falco", "Falco", blind_since=since, blind_why=Why.SILENT, silence=17 * MINUTE, last_sign_at=since,
        rejected=12, gaps=2, unplaced=3,
    )  # fmt: skip
    error = {"error": "The file /var/log/auth.log cannot be read.", "error_advice": "Let Vigie's user read it."}
    statuses = [
        a_status(now, "auth", "sshd", blind_since=since, blind_why=Why.ERROR, **error),
        a_status(now, "nginx", "Proxy log", blind_since=since, blind_why=Why.UNWATCHED),
        a_status(now, "api", "Service log", silence=3 * MINUTE),
        a_status(now, "app", "Logins", kind="application", supplies_logins=True),
        a_status(now, "pg", "PostgreSQL log", expects=learning),
        a_status(now, "grafana", "Grafana (webhook)", kind="intake", expects=nothing, set_by="alice@example.org"),
        a_status(now, "old", "Imported: nginx", kind="import", expects=never),
    ]
    troubled = a_detail(
        silent,
        spells=(
            SpellSeen(since, None, Why.SILENT, "Why."),
            SpellSeen(since - timedelta(days=2), since - timedelta(days=1), Why.UNWATCHED, "Why."),
        ),
        rejected=(RejectedSeen(now, "It has no time.", '{"rule": "x"}', 7),),
        gaps=(GapSeen(now, None, now - timedelta(hours=3), "The file was truncated."),),
        unplaced=(UnplacedSeen(now, now + timedelta(days=300), "falco_rule_match", '{"time": "2027"}'),),
        last_drop=DropSeen(now - MINUTE, "Falco internal: syscall event drop. 26 system calls dropped in last second."),
    )
    troubled = replace(troubled, row=replace(troubled.row, drops=4))
    return FakeBoard(now, {each.row.status.name: each for each in [troubled, *map(a_detail, statuses)]})


def hostile_board(now: datetime) -> FakeBoard:
    """Markup, direction marks and endless words wherever text comes from outside."""
    board = every_state(now)
    troubled = board.details["falco"]
    name = NASTY.replace("\n", " ")[:90]
    status = replace(
        troubled.row.status, title=NASTY, name=name, kind=NASTY, error=NASTY, error_advice=NASTY, set_by=NASTY,
        expects=Expectation(Origin.SET, MINUTE, MINUTE),
    )  # fmt: skip
    board.details = {
        status.name: replace(
            troubled,
            row=replace(troubled.row, status=status),
            rejected=(RejectedSeen(now, NASTY, NASTY * 9, 1),),
            gaps=(GapSeen(now, now, now, NASTY),),
            unplaced=(UnplacedSeen(now, now, NASTY, NASTY),),
            last_drop=DropSeen(now, NASTY),
        )
    }
    return board
