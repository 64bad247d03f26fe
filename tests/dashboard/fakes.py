"""An in-memory stand-in for the questions: one night with spraying, a login after six failures, and a usual fortnight.

It answers by brute force over a list of logins, so what it says is easy to believe.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from dashboard.sources.interface import (
    Answer,
    Completeness,
    FailedBy,
    FailedRanking,
    HourCell,
    Login,
    LoginBucket,
    LoginDay,
    LoginFilter,
    LoginPage,
    LoginSummary,
    SourceStatus,
    TimeRange,
)
from vigie.errors import StoreUnavailable
from vigie.login_attacks import AttackKind, LoginAttack, SuccessAfterFailures
from vigie.severity import Severity

Rows = TypeVar("Rows")
SOURCE = "Login table “app”"
PEOPLE = [
    "a.moreau",
    "t.nowak",
    "s.haddad",
    "c.brandt",
    "l.rossi",
    "m.keller",
    "j.ortiz",
    "p.lind",
    "n.petit",
    "w.okafor",
    "z.yilmaz",
    "k.adeyemi",
]
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.1 Safari/605.1",
    "VigieApp/3.4 (Android 15)",
)
WEEKDAY_SHAPE = (0, 0, 0, 0, 0, 0, 0, 3, 7, 10, 10, 7, 5, 5, 7, 8, 7, 4, 3, 2, 2, 1, 1, 0)


def usual_logins(now: datetime, days: int = 56, seed: int = 7) -> list[Login]:
    """Office hours, few failures; newest last. `now` is UTC."""
    dice = random.Random(seed)
    made = []
    for day in range(days, -1, -1):
        for hour, weight in enumerate(WEEKDAY_SHAPE):
            start = (now - timedelta(days=day)).replace(hour=hour, minute=0, second=0, microsecond=0)
            quiet = 3 if start.weekday() >= 5 else 1
            for _ in range(dice.randint(weight, weight * 2) // quiet):
                at = start + timedelta(seconds=dice.randint(0, 3599))
                made.append(_login(at, dice, dice.random() < 0.06))
    return sorted((each for each in made if each.occurred_at < now), key=lambda each: each.occurred_at)


def _login(at: datetime, dice: random.Random, failed: bool) -> Login:
    who = dice.choice(PEOPLE)
    return Login(
        key=f"{dice.getrandbits(128):032x}",
        occurred_at=at,
        outcome="failure" if failed else "success",
        user_name=who,
        source_ip=f"192.0.2.{PEOPLE.index(who) + 10}",
        user_agent=AGENTS[PEOPLE.index(who) % len(AGENTS)],
        reason="wrong_password" if failed else None,
        source="app",
    )


def spraying(start: datetime, seed: int = 11) -> list[Login]:
    """1,284 tries in 17 minutes from nine addresses on 214 accounts; m.keller gets in after 15 minutes."""
    dice = random.Random(seed)
    tries = [
        Login(
            key=f"{dice.getrandbits(128):032x}",
            occurred_at=start + timedelta(seconds=dice.randint(0, 17 * 60)),
            outcome="failure",
            user_name=f"user{number % 214}",
            source_ip=f"203.0.113.{24 + number % 9}",
            user_agent="python-requests/2.32.3",
            reason="unknown_account" if number % 3 else "wrong_password",
            source="app",
        )
        for number in range(1284)
    ]
    got_in = Login(
        "f" * 32,
        start + timedelta(minutes=15),
        "success",
        "m.keller",
        "203.0.113.27",
        "python-requests/2.32.3",
        None,
        "app",
    )
    return sorted([*tries, got_in], key=lambda each: each.occurred_at)


@dataclass
class FakeQuestions:
    """Implements LoginQuestions and SourceQuestions. `down`: nothing can be read, with this sentence."""

    now: datetime
    logins: list[Login] = field(default_factory=list)
    found_attacks: list[LoginAttack] = field(default_factory=list)
    found_successes: list[SuccessAfterFailures] = field(default_factory=list)
    sources: list[SourceStatus] = field(default_factory=list)
    down: str = ""
    mark: str = "1"
    demonstration: bool = True
    collected_since: datetime | None = None
    """From when on logins are known: the oldest of them, and a year ago, unless this says otherwise."""

    def _answer(self, make: Callable[[], Rows]) -> Answer[Rows]:
        if self.down:
            return Answer(
                None,
                self.now,
                SOURCE,
                Completeness.UNAVAILABLE,
                self.down,
                "Start it again, then this screen comes back by itself.",
                self.now,
            )
        begins = self.collected_since or min(
            [each.occurred_at for each in self.logins] + [self.now - timedelta(days=365)]
        )
        return Answer(make(), self.now, SOURCE, collected_since=begins)

    def _in(self, window: TimeRange) -> list[Login]:
        return [each for each in self.logins if window.since <= each.occurred_at < window.until]

    def summary(self, window: TimeRange) -> Answer[LoginSummary]:
        def make() -> LoginSummary:
            rows = self._in(window)
            good = [each for each in rows if each.outcome == "success"]
            return LoginSummary(len(good), len(rows) - len(good), len({each.user_name for each in good}))

        return self._answer(make)

    def series(self, window: TimeRange, step: timedelta) -> Answer[Sequence[LoginBucket]]:
        def make() -> Sequence[LoginBucket]:
            counts = Counter(
                ((each.occurred_at.timestamp() // step.total_seconds()), each.outcome) for each in self._in(window)
            )
            start = int(window.since.timestamp() // step.total_seconds())
            end = int(-(-window.until.timestamp() // step.total_seconds()))
            return [
                LoginBucket(
                    datetime.fromtimestamp(slot * step.total_seconds(), window.since.tzinfo),
                    counts[(slot, "success")],
                    counts[(slot, "failure")],
                )
                for slot in range(start, end)
            ]

        return self._answer(make)

    def per_day(self, window: TimeRange) -> Answer[Sequence[LoginDay]]:
        def make() -> Sequence[LoginDay]:
            counts = Counter(
                (each.occurred_at.astimezone(window.zone).date(), each.outcome) for each in self._in(window)
            )
            day, last, made = (
                window.since.astimezone(window.zone).date(),
                window.until.astimezone(window.zone).date(),
                [],
            )
            while day <= last:
                made.append(LoginDay(day, counts[(day, "success")], counts[(day, "failure")]))
                day += timedelta(days=1)
            return made

        return self._answer(make)

    def by_hour(self, window: TimeRange) -> Answer[Sequence[HourCell]]:
        def make() -> Sequence[HourCell]:
            local = [(each.occurred_at.astimezone(window.zone), each.outcome) for each in self._in(window)]
            counts = Counter((at.weekday(), at.hour, outcome) for at, outcome in local)
            return [
                HourCell(day, hour, counts[(day, hour, "success")], counts[(day, hour, "failure")])
                for day in range(7)
                for hour in range(24)
            ]

        return self._answer(make)

    def _failed_by(self, window: TimeRange, limit: int, name: str) -> Answer[FailedRanking]:
        def make() -> FailedRanking:
            failed: dict[str, list[Login]] = {}
            for each in self._in(window):
                if each.outcome == "failure" and getattr(each, name):
                    failed.setdefault(getattr(each, name), []).append(each)
            rows = [
                FailedBy(
                    value,
                    len(some),
                    sum(1 for one in some if one.reason == "unknown_account"),
                    max(one.occurred_at for one in some),
                )
                for value, some in failed.items()
            ]
            worst = sorted(rows, key=lambda row: (-row.failures, row.value))[:limit]
            return FailedRanking(tuple(worst), len(rows), sum(row.failures for row in rows))

        return self._answer(make)

    def failed_by_user(self, window: TimeRange, limit: int) -> Answer[FailedRanking]:
        return self._failed_by(window, limit, "user_name")

    def failed_by_address(self, window: TimeRange, limit: int) -> Answer[FailedRanking]:
        return self._failed_by(window, limit, "source_ip")

    def _newest(self, window: TimeRange, chosen: LoginFilter) -> list[Login]:
        rows = [
            each
            for each in self._in(window)
            if chosen.outcome in (None, each.outcome)
            and _is_named(each.user_name or "", chosen.user_name)
            and (chosen.source_ip is None or _comes_from(each.source_ip or "", chosen.source_ip))
        ]
        return sorted(rows, key=lambda each: (each.occurred_at, each.key), reverse=True)

    def newest(self, window: TimeRange, chosen: LoginFilter, offset: int, limit: int) -> Answer[LoginPage]:
        def make() -> LoginPage:
            rows = self._newest(window, chosen)
            return LoginPage(tuple(rows[offset : offset + limit]), offset, len(rows))

        return self._answer(make)

    def following(
        self, window: TimeRange, chosen: LoginFilter, after: Login | None, limit: int
    ) -> Answer[Sequence[Login]]:
        def make() -> Sequence[Login]:
            place = (after.occurred_at, after.key) if after else None
            rows = self._newest(window, chosen)
            return [row for row in rows if place is None or (row.occurred_at, row.key) < place][:limit]

        return self._answer(make)

    def attacks(self, window: TimeRange) -> Answer[Sequence[LoginAttack]]:
        return self._answer(
            lambda: [
                each for each in self.found_attacks if each.last_seen >= window.since and each.first_seen < window.until
            ]
        )

    def longest_pause(self) -> timedelta:
        return timedelta(minutes=30)

    def successes_after_failures(self, window: TimeRange) -> Answer[Sequence[SuccessAfterFailures]]:
        return self._answer(
            lambda: [each for each in self.found_successes if window.since <= each.occurred_at < window.until]
        )

    def last_failure_before(self, until: datetime) -> Answer[datetime | None]:
        return self._answer(
            lambda: max(
                (each.occurred_at for each in self.logins if each.outcome == "failure" and each.occurred_at < until),
                default=None,
            )
        )

    def statuses(self) -> Answer[Sequence[SourceStatus]]:
        return replace(self._answer(lambda: self.sources), collected_since=None)

    def change_mark(self) -> str:
        if self.down:
            raise StoreUnavailable(self.down, "Start it again.")
        return self.mark

    def is_demonstration(self) -> bool:
        return self.demonstration


def _is_named(name: str, asked: str | None) -> bool:
    if asked and asked.startswith('"'):
        return name == asked[1:-1]
    return asked is None or (asked != "" and asked.lower() in name.lower())


def _comes_from(address: str, asked: str) -> bool:
    return address.startswith(asked) if asked.endswith((".", ":")) else address == asked


def source(now: datetime, name: str = "app", title: str = SOURCE, blind_since: datetime | None = None) -> SourceStatus:
    """A source seen two seconds ago, or blind."""
    seen = (blind_since or now) - timedelta(seconds=2)
    return SourceStatus(name, title, "application", seen, seen, blind_since, 12_345, 0, 0, None, None)


def one_night(now: datetime) -> FakeQuestions:
    """The night the pictures tell: spraying six hours before `now`, and m.keller opened inside it."""
    start = now - timedelta(hours=6)
    opened = start + timedelta(minutes=15)
    attacks = [
        LoginAttack(
            AttackKind.SPRAYING,
            Severity.CRITICAL,
            start,
            start + timedelta(minutes=17),
            1284,
            214,
            tuple(f"203.0.113.{24 + number}" for number in range(9)),
            0.66,
            ("m.keller",),
            ("6 tries on each account, then the next.", "One account opened."),
        ),
        LoginAttack(
            AttackKind.GUESSING,
            Severity.LOW,
            now - timedelta(hours=11),
            now - timedelta(hours=10, minutes=40),
            18,
            1,
            ("198.51.100.14",),
            0.0,
            ("j.ortiz",),
            ("Same account, rising gaps.", "Looks like a saved old password."),
        ),
    ]
    successes = [
        SuccessAfterFailures(
            "m.keller",
            "203.0.113.27",
            opened,
            6,
            False,
            False,
            AttackKind.SPRAYING,
            Severity.CRITICAL,
            ("New address.", "New device.", "Inside the spraying."),
        ),
        SuccessAfterFailures(
            "j.ortiz",
            "198.51.100.14",
            now - timedelta(hours=10, minutes=39),
            18,
            True,
            True,
            None,
            Severity.LOW,
            ("Known address and device.",),
        ),
        SuccessAfterFailures(
            "p.lind",
            "192.0.2.61",
            now - timedelta(hours=15),
            5,
            True,
            True,
            None,
            Severity.INFORMATIONAL,
            ("Known address and device.",),
        ),
    ]
    logins = sorted([*usual_logins(now), *spraying(start)], key=lambda each: each.occurred_at)
    return FakeQuestions(now, logins, attacks, successes, [source(now)])


def hostile_night(now: datetime) -> FakeQuestions:
    """Markup, direction marks and endless names in every field that comes from outside."""
    nasty = "<b>x</b><img src=x onerror=alert(1)>\u202e&amp;" + "long" * 60
    night = one_night(now)
    night.logins = [
        Login(
            f"{number:032x}",
            now - timedelta(minutes=number),
            ("failure", "success")[number % 2],
            nasty + str(number % 9),
            f"192.0.2.{number % 9}",
            nasty,
            nasty,
            nasty,
        )
        for number in range(300)
    ]
    night.found_attacks = [
        LoginAttack(
            AttackKind.GUESSING,
            Severity.HIGH,
            now - timedelta(hours=1),
            now,
            99,
            1,
            (nasty,) * 30,
            0.5,
            (nasty,),
            (nasty,),
        )
    ]
    night.found_successes = [
        SuccessAfterFailures(nasty, nasty, now - timedelta(minutes=9), 6, False, False, None, Severity.HIGH, (nasty,))
    ]
    night.sources = [source(now, title=nasty)]
    return night
