"""Ten days of log lines up to now, and the deploys of these days."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import groupby
from random import Random

from sqlalchemy import Connection, text

from cli.demo.cast import Person, cast
from cli.demo.days import poisson
from cli.demo.logs import LogFolder
from cli.demo.site import Line, break_out, customer, scan, ssh_guessing, ssh_login
from vigie.clock import utc_now

DAYS = 10
MARKED_BY = "demonstration"
_JUST_NOW = timedelta(minutes=1)  # the live lines go on from here
_PER_HOUR = (14, 8, 5, 4, 4, 6, 16, 40, 90, 130, 140, 130, 120, 125, 130, 130, 125, 120, 125, 130, 120, 90, 55, 28)
_BROKEN = timedelta(hours=9, minutes=20), timedelta(hours=8, minutes=56)  # before now: the release and its end
_DEPLOYS = (
    (timedelta(days=6, hours=3), "shop 1.8.0"),
    (timedelta(days=3, hours=2), "shop 1.8.1"),
    (_BROKEN[0], "shop 1.8.2"),
    (_BROKEN[1], "shop 1.8.1 again"),
    (timedelta(hours=5, minutes=20), "shop 1.8.3"),
)
_DEPLOY = text("INSERT INTO deploys (at, name, marked_by) VALUES (:at, :name, :by)")


def write_history(folder: LogFolder, seed: int, connection: Connection) -> int:
    """Writes the lines where none were written yet, and marks the deploys. Returns how many lines. Raises OSError.

    `connection` is the owner's of Vigie's database.
    """
    if not folder.is_empty:
        return 0
    end = utc_now() - _JUST_NOW
    lines = sorted(_lines(Random(f"logs {seed}"), cast(seed), end), key=lambda line: line[0])  # noqa: S311 - habits
    for log, of in groupby(sorted(lines, key=lambda line: line[1].name), key=lambda line: line[1]):
        folder.write(log, "".join(line for _, _, line in of))
    for before, name in _DEPLOYS:
        connection.execute(_DEPLOY, {"at": end - before, "name": name, "by": MARKED_BY})
    return len(lines)


def _lines(random: Random, people: tuple[Person, ...], end: datetime) -> Iterator[Line]:
    start = end - timedelta(days=DAYS)
    for line in (*_customers(random, people, start, end), *_troubles(random, start, end)):
        if start <= line[0] < end:
            yield line


def _customers(random: Random, people: tuple[Person, ...], start: datetime, end: datetime) -> Iterator[Line]:
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        local = hour.astimezone()
        expected = _PER_HOUR[local.hour] * (0.6 if local.weekday() >= 5 else 1)
        for _ in range(poisson(random, expected)):
            at = hour + timedelta(seconds=random.uniform(0, 3600))
            yield customer(random, people, at, broken=_BROKEN[1] < end - at <= _BROKEN[0])
        hour += timedelta(hours=1)


def _troubles(random: Random, start: datetime, end: datetime) -> Iterator[Line]:
    """Every night scanners and guesses at SSH; one night ago a shell, after the attack on logins of that night."""
    day = start
    while day < end:
        midnight = datetime.combine(day.astimezone().date(), time()).astimezone()
        for _ in range(random.randrange(0, 3)):
            yield from scan(random, midnight + timedelta(hours=random.uniform(0, 24)), random.uniform(0.4, 4))
        for _ in range(random.randrange(0, 3)):
            yield from ssh_guessing(random, midnight + timedelta(hours=random.uniform(0, 24)))
        yield ssh_login(random, midnight + timedelta(hours=random.uniform(8, 18)))
        day += timedelta(days=1)
    local = end.astimezone()
    last_night = local.date() if local.hour >= 5 else local.date() - timedelta(days=1)
    four = datetime.combine(last_night, time(4)).astimezone()
    yield from break_out(random, four + timedelta(minutes=random.uniform(31, 44)))
