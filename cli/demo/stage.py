"""What demonstration people do at the service: each visit, sign-up and attack is a generator.

It yields the seconds to wait before its next step and asks the service at most once between two yields, so that many of
them can take turns in one thread.
"""

from collections.abc import Iterable, Iterator
from random import Random

from cli.demo.attacks import Kind, plan
from cli.demo.cast import Person, Place, newcomer
from cli.demo.client import Client

Steps = Iterator[float]

_CREATED, _OK, _UNAUTHORIZED = 201, 200, 401
_MOST_PEOPLE = 200
_STRIKES = 3
_BIOS = ("Back office", "On the road this week", "Ask me about invoices", "Part-time, Monday to Wednesday", "New here")


class Stage:
    """The people who can log in now, and what they do."""

    def __init__(self, client: Client, people: Iterable[Person], password: str, random: Random) -> None:
        """`password` opens every account of `people`."""
        self._client = client
        self._random = random
        self._password = password
        self._changed: dict[str, str] = {}  # passwords changed since the start
        self._strikes: dict[str, int] = {}
        self._people = {person.email: person for person in people}

    def visit(self) -> Steps:
        """Somebody logs in, perhaps after a mistake, looks at the profile, and perhaps logs out."""
        if not self._people:
            return
        person = self._random.choice(list(self._people.values()))
        place = self._random.choices(person.places, (6, 3, 2))[0]
        if self._chance(0.1):
            yield from self._mistakes(person, place)
        token = self._log_in(person, place)
        if token is None:
            return
        yield self._random.uniform(0.5, 2)
        self._client.ask("GET", "/users/me", place, token=token)
        yield from self._browse(person, place, token)

    def _mistakes(self, person: Person, place: Place) -> Steps:
        for _ in range(self._random.choice((1, 1, 1, 2))):
            self._try(person.email, place, self._password_of(person.email)[:-1])
            yield self._random.uniform(3, 9)

    def _log_in(self, person: Person, place: Place) -> str | None:
        """The access token. Who is refused several times running (another password meanwhile) comes no more."""
        status, answer = self._try(person.email, place, self._password_of(person.email))
        if status == _OK:
            self._strikes.pop(person.email, None)
            return str(answer["access_token"])
        if status == _UNAUTHORIZED:
            self._strikes[person.email] = self._strikes.get(person.email, 0) + 1
            if self._strikes[person.email] >= _STRIKES:
                self._people.pop(person.email, None)
        return None

    def _browse(self, person: Person, place: Place, token: str) -> Steps:
        yield self._random.uniform(2, 10)
        if self._chance(0.08):
            self._client.ask("PATCH", "/users/me", place, token=token, form={"bio": self._random.choice(_BIOS)})
        elif self._chance(0.2):
            self._client.ask("GET", "/users/me/activity", place, token=token)
        elif self._chance(0.015):
            token = self._change_password(person, place, token)
        if self._chance(0.5):
            yield self._random.uniform(20, 240)
            self._client.ask("POST", "/auth/logout", place, token=token)

    def _change_password(self, person: Person, place: Place, token: str) -> str:
        old = self._password_of(person.email)
        form = {"current_password": old, "new_password": f"{old}+"}
        status, answer = self._client.ask("POST", "/users/me/password", place, token=token, form=form)
        if status != _OK:
            return token
        self._changed[person.email] = form["new_password"]
        return str(answer["access_token"])

    def sign_up(self) -> Steps:
        """A new account, its first log-in soon after."""
        person = newcomer(self._random)
        form = {"email": person.email, "password": self._password, "name": person.name}
        status, _ = self._client.ask("POST", "/auth/register", person.places[0], form=form)
        if status != _CREATED:
            return
        yield self._random.uniform(2, 8)
        self._log_in(person, person.places[0])
        if len(self._people) < _MOST_PEOPLE:
            self._people[person.email] = person

    def attack(self, kind: Kind) -> Steps:
        """One attack, over in one to two minutes. Stuffing ends inside somebody's account."""
        now = 0.0
        for each in plan(kind, self._random, list(self._people), lasting_s=self._random.uniform(60, 120)):
            yield each.after_s - now
            now = each.after_s
            password = self._password_of(each.email) if each.is_right else f"Password{self._random.randrange(1000)}!"
            self._try(each.email, each.place, password)

    def _try(self, email: str, place: Place, password: str) -> tuple[int, dict[str, object]]:
        return self._client.ask("POST", "/auth/login", place, form={"email": email, "password": password})

    def _password_of(self, email: str) -> str:
        return self._changed.get(email, self._password)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share
