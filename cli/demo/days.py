"""What people and attackers did in the days before now: the rhythm of the week, mistakes, sign-ups, bad nights."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from api.activity import Activity, Reason
from cli.demo.attacks import Kind, plan
from cli.demo.cast import Habit, Person, Place

# Nights with an attack, counted back from last night.
_BAD_NIGHTS = (
    (0, Kind.STUFFING),
    (6, Kind.GUESSING),
    (11, Kind.SPRAYING),
    (18, Kind.GUESSING),
    (25, Kind.SPRAYING),
)
_TRIES_PER_WINDOW, _WINDOW = 5, timedelta(minutes=5)  # the service's own limit per account and address

# Log-ins on a working day, and the hours (mean, spread) around which they lie.
_RHYTHM = {
    Habit.OFFICE_HOURS: (5.6, ((9.1, 0.8), (11.3, 1.0), (13.9, 1.1), (16.4, 1.3))),
    Habit.NIGHT_OWL: (4.5, ((15.5, 1.5), (21.5, 1.5), (24.3, 1.2))),
    Habit.OCCASIONAL: (0.25, ((12.0, 3.5), (20.0, 1.5))),
}
_WEEKEND_SHARE = {Habit.OFFICE_HOURS: 0.07, Habit.NIGHT_OWL: 0.5, Habit.OCCASIONAL: 0.9}


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of account activity to be; `at` is aware."""

    at: datetime
    what: Activity
    email: str
    place: Place
    reason: Reason | None = None


def happenings(
    people: Sequence[Person], joined: Mapping[str, datetime], end: datetime, days: int, seed: int
) -> Iterator[Happening]:
    """Everything in the `days` before `end`, in no order. The day's rhythm is that of this machine's time zone."""
    random = Random(f"days {seed}")  # noqa: S311 - habits, not secrets
    start = end - timedelta(days=days)
    for person in people:
        if joined[person.email] >= start:
            yield Happening(joined[person.email], Activity.USER_CREATED, person.email, person.places[0])
        for at in _log_ins(random, person, start, end):
            if at > joined[person.email]:
                yield from (each for each in _visit(random, person, at) if start <= each.at < end)
    yield from _attacks(random, people, joined, end, days)


def _log_ins(random: Random, person: Person, start: datetime, end: datetime) -> Iterator[datetime]:
    per_day, peaks = _RHYTHM[person.habit]
    day = start.astimezone()
    while day.date() <= end.astimezone().date():
        expected = per_day * (_WEEKEND_SHARE[person.habit] if day.weekday() >= 5 else 1)
        midnight = datetime.combine(day.date(), time()).astimezone()
        for _ in range(poisson(random, expected)):
            mean, spread = random.choice(peaks)
            yield midnight + timedelta(hours=random.gauss(mean, spread))
        day += timedelta(days=1)


def poisson(random: Random, expected: float) -> int:
    """How often something happens that is expected so often (Knuth's method)."""
    count, waited = 0, random.expovariate(1)
    while waited < expected:
        count, waited = count + 1, waited + random.expovariate(1)
    return count


def _visit(random: Random, person: Person, at: datetime) -> Iterator[Happening]:
    place = random.choices(person.places, (6, 3, 2))[0]
    if random.random() < 0.08:
        yield from _mistakes(random, person, place, at)
    yield Happening(at, Activity.LOGIN_SUCCESS, person.email, place)
    if random.random() < 0.015:
        yield Happening(_later(random, at, 1, 5), Activity.PROFILE_UPDATED, person.email, place)
    if random.random() < 0.004:
        yield Happening(_later(random, at, 1, 5), Activity.PASSWORD_CHANGED, person.email, place)
    stayed = random.random() < 0.3
    if stayed:
        yield Happening(_later(random, at, 50, 60), Activity.TOKEN_REFRESHED, person.email, place)
    if random.random() < 0.45:
        leaves = _later(random, at, 60, 110) if stayed else _later(random, at, 5, 50)
        yield Happening(leaves, Activity.LOGOUT, person.email, place)


def _mistakes(random: Random, person: Person, place: Place, at: datetime) -> Iterator[Happening]:
    """One or two typing errors; now and then somebody has forgotten the password and needs four."""
    times = 4 if random.random() < 0.012 else random.choice((1, 1, 1, 2))
    for number in range(times):
        when = at - timedelta(seconds=(times - number) * random.uniform(4, 15))
        yield Happening(when, Activity.LOGIN_FAILURE, person.email, place, Reason.WRONG_PASSWORD)


def _later(random: Random, at: datetime, least_min: float, most_min: float) -> datetime:
    return at + timedelta(minutes=random.uniform(least_min, most_min))


def _attacks(
    random: Random, people: Sequence[Person], joined: Mapping[str, datetime], end: datetime, days: int
) -> Iterator[Happening]:
    local = end.astimezone()
    last_night = local.date() if local.hour >= 5 else local.date() - timedelta(days=1)
    for nights_ago, kind in _BAD_NIGHTS:
        midnight = datetime.combine(last_night - timedelta(days=nights_ago), time()).astimezone()
        began = midnight + timedelta(hours=random.uniform(1.2, 3.8))
        accounts = [person.email for person in people if joined[person.email] < began]
        if began > end - timedelta(days=days):
            yield from _attack(random, kind, accounts, began)


def _attack(random: Random, kind: Kind, accounts: Sequence[str], began: datetime) -> Iterator[Happening]:
    """The plan's tries as the service would have answered them, its limit included."""
    windows: dict[tuple[str, str], tuple[datetime, int]] = {}
    for each in plan(kind, random, accounts, lasting_s=random.uniform(12, 35) * 60):
        at = began + timedelta(seconds=each.after_s)
        if each.is_right:
            yield Happening(at, Activity.LOGIN_SUCCESS, each.email, each.place)
            continue
        key = (each.email, each.place.address)
        opened, tries = windows.get(key, (at, 0))
        opened, tries = (opened, tries) if at - opened < _WINDOW else (at, 0)
        if tries >= _TRIES_PER_WINDOW:
            yield Happening(at, Activity.LOGIN_THROTTLED, each.email, each.place, Reason.THROTTLED)
            continue
        windows[key] = (opened, tries + 1)
        yield Happening(at, Activity.LOGIN_FAILURE, each.email, each.place, Reason.WRONG_PASSWORD)
