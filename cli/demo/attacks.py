"""The three attacks on the log-in that the demonstration plays, as plans: who is tried when, from where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import assert_never

from cli.demo.cast import Place, unknown_emails

_TOOLS = (
    "python-requests/2.32.5",
    "Go-http-client/2.0",
    "curl/8.16.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/139.0.0.0 Safari/537.36",
)


class Kind(Enum):
    """MITRE ATT&CK T1110.001, .003, .004."""

    GUESSING = "guessing"
    SPRAYING = "spraying"
    STUFFING = "stuffing"


@dataclass(frozen=True, slots=True)
class Try:
    """One log-in try, `after_s` seconds after the attack began."""

    after_s: float
    email: str
    place: Place
    is_right: bool = False


def plan(kind: Kind, random: Random, accounts: Sequence[str], lasting_s: float) -> list[Try]:
    """The tries in their order. `accounts` exist; stuffing ends with the right password of one of them."""
    match kind:
        case Kind.GUESSING:
            targets = _guessing(random, accounts)
        case Kind.SPRAYING:
            targets = _spraying(random, accounts)
        case Kind.STUFFING:
            targets = _stuffing(random, accounts)
        case _:
            assert_never(kind)
    steps = list(targets)
    pace = lasting_s / len(steps)
    return [
        Try((number + random.random() * 0.8) * pace, email, place, is_right)
        for number, (email, place, is_right) in enumerate(steps)
    ]


Step = tuple[str, Place, bool]


def _guessing(random: Random, accounts: Sequence[str]) -> Iterator[Step]:
    """Many passwords for one account, from a few addresses."""
    victim, places = random.choice(accounts), _places(random, 2)
    for _ in range(random.randrange(60, 100)):
        yield victim, random.choice(places), False


def _spraying(random: Random, accounts: Sequence[str]) -> Iterator[Step]:
    """A common password for each account of a list, most of which exist, another for some; from a few addresses."""
    names = [*random.sample(accounts, min(len(accounts), 95)), *unknown_emails(random, 14)]
    random.shuffle(names)
    places = _places(random, 4)
    for number, name in enumerate(names):
        yield name, places[number % len(places)], False
    for number, name in enumerate(names[: len(names) // 3], start=1):
        yield name, places[number % len(places)], False


def _stuffing(random: Random, accounts: Sequence[str]) -> Iterator[Step]:
    """Stolen pairs, most of them for accounts that do not exist here, from many addresses; one opens an account."""
    victim, *others = random.sample(accounts, min(len(accounts), 8))
    names = [*others, *unknown_emails(random, random.randrange(80, 110))]
    random.shuffle(names)
    places = _places(random, 45)
    opening = random.choice(places)
    for name in names:
        yield name, random.choice(places), False
    yield victim, opening, False  # the list holds an old and a new password of the victim
    yield random.choice(names), random.choice(places), False
    yield victim, opening, True


def _places(random: Random, count: int) -> list[Place]:
    """Attackers' addresses; no demonstration person logs in from these."""
    tool = random.choice(_TOOLS)
    return [Place(f"203.0.113.{host}", tool) for host in random.sample(range(1, 255), count)]
