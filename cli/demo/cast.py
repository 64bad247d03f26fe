"""Who takes part in the demonstration: the people, with their devices, addresses and habits."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from random import Random

DOMAIN = "demo.example"
RANGES = (
    IPv4Network("192.0.2.0/24"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv6Network("2001:db8::/32"),
)

_REGULARS, _OCCASIONALS = 60, 35
_OFFICES = ("198.51.100.10", "198.51.100.20", "198.51.100.30")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST_NAMES = _words("""
    Adele Amina Anton Astrid Bruno Camille Carlos Chiara Clara Daniel David Elena Elif Emil Emma Farid Felix
    Fiona Florian Greta Hanna Hugo Ines Ivan Jana Joana Jonas Julia Karim Lea Leon Lina Louis Lucia Luis Malik
    Marco Maria Marta Mateo Maya Mia Nadia Nils Nina Noah Nora Olga Oscar Paul Petra Rafael Rosa Samir Sara
    Selma Simon Sofia Tariq Theo Tomas Vera Victor Yara Zoe
""")
_LAST_NAMES = _words("""
    Adler Almeida Bauer Becker Bernard Bianchi Blanc Bonnet Castro Costa Demir Diallo Dubois Durand Faber
    Ferrari Fischer Fontaine Garcia Gauthier Girard Haas Hansen Herrera Horvat Ivanova Jansen Keller Klein
    Kowalski Kruger Lambert Laurent Leclerc Lefevre Lindgren Lopez Marin Martin Mercier Meyer Moreau Moretti
    Navarro Novak Okafor Olsen Peeters Petit Popov Ramos Renard Ricci Rossi Roussel Santos Schmidt Silva Torres
    Vidal Visser Weber Wolf
""")

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS, _MAC = "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7"
_DESKTOPS = (
    f"Mozilla/5.0 ({_WINDOWS}) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36",
    f"Mozilla/5.0 ({_WINDOWS}) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    f"Mozilla/5.0 ({_WINDOWS}; rv:145.0) Gecko/20100101 Firefox/145.0",
    f"Mozilla/5.0 ({_MAC}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    f"Mozilla/5.0 ({_MAC}) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
)
_IPHONE = "iPhone; CPU iPhone OS 18_7 like Mac OS X"
_TELEPHONES = (
    f"Mozilla/5.0 ({_IPHONE}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
)


class Habit(Enum):
    """When somebody works."""

    OFFICE_HOURS = "office hours"
    NIGHT_OWL = "night owl"
    OCCASIONAL = "occasional"


@dataclass(frozen=True, slots=True)
class Place:
    """A device at an address, from which somebody logs in."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Person:
    """`joined` is where the sign-up lies: 0 at the start of the history, 1 at its end, below 0 before it."""

    name: str
    email: str
    habit: Habit
    places: tuple[Place, ...]
    joined: float


def password_of(seed: int) -> str:
    """The password of every demonstration account."""
    digest = hashlib.sha256(f"vigie demonstration {seed}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def cast(seed: int) -> tuple[Person, ...]:
    """The same people for the same seed: 60 who come nearly every day and 35 who seldom do."""
    random = Random(f"cast {seed}")  # noqa: S311 - habits, not secrets
    names = random.sample([(first, last) for first in _FIRST_NAMES for last in _LAST_NAMES], _REGULARS + _OCCASIONALS)
    return tuple(_person(random, number, *name) for number, name in enumerate(names))


def newcomer(random: Random) -> Person:
    """Somebody who signs up now."""
    return _person(random, random.randrange(_REGULARS), random.choice(_FIRST_NAMES), random.choice(_LAST_NAMES))


def unknown_emails(random: Random, count: int) -> Sequence[str]:
    """Addresses from stolen lists that have no account here."""
    domains = ("mail.example", "post.example", "web.example")
    pairs = random.sample([(first, last) for first in _FIRST_NAMES for last in _LAST_NAMES], count)
    return [
        f"{first}{random.choice('._')}{last}{random.randrange(60, 100)}@{random.choice(domains)}".lower()
        for first, last in pairs
    ]


def _person(random: Random, number: int, first: str, last: str) -> Person:
    habit = Habit.OCCASIONAL if number >= _REGULARS else Habit.NIGHT_OWL if number % 12 == 11 else Habit.OFFICE_HOURS
    home = f"192.0.2.{random.randrange(1, 255)}"
    mobile = f"2001:db8:{random.randrange(1, 0xFFF):x}:{random.randrange(1, 0xFFFF):x}::{random.randrange(1, 0xFFFF):x}"
    desktop = random.choice(_DESKTOPS)
    at_home = Place(home, desktop)
    places = (
        Place(random.choice(_OFFICES), desktop) if habit is Habit.OFFICE_HOURS else at_home,
        at_home,
        Place(mobile, random.choice(_TELEPHONES)),
    )
    # Three in ten sign up during the history, the others in the year before it.
    joined = random.random() if random.random() < 0.3 else -12 * random.random() - 0.01
    return Person(f"{first} {last}", f"{first}.{last}@{DOMAIN}".lower(), habit, places, joined)
