"""Live log lines: customers of the web site, and now and then a scanner, guesses at SSH, a shell in a container."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from random import Random

from cli.demo.cast import Person
from cli.demo.logs import LogFolder
from cli.demo.site import Line, break_out, customer, scan, ssh_guessing
from vigie.clock import utc_now

Steps = Iterator[float]
_CUSTOMER_EVERY_S = 5.0
_SCAN_S = (45.0, 90.0), (500.0, 1000.0)  # the first, and from one to the next
_GUESSING_S = (90.0, 180.0), (400.0, 900.0)
_SHELL_S = (200.0, 320.0), (1800.0, 3600.0)
Plan = Callable[[datetime], Iterable[Line]]


class LogStage:
    """Writes lines when they happen; each generator yields the seconds to wait before its next step."""

    def __init__(self, folder: LogFolder, people: tuple[Person, ...], random: Random) -> None:
        self._folder = folder
        self._people = people
        self._random = random

    def agenda(self) -> tuple[Steps, ...]:
        """Everything that goes on; none of it ever ends."""
        return (
            self._customers(),
            self._again(_SCAN_S, lambda began: scan(self._random, began, 0.8)),
            self._again(_GUESSING_S, lambda began: ssh_guessing(self._random, began)),
            self._again(_SHELL_S, lambda began: break_out(self._random, began)),
        )

    def _customers(self) -> Steps:
        while True:
            yield self._random.expovariate(1 / _CUSTOMER_EVERY_S)
            _, log, line = customer(self._random, self._people, utc_now())
            self._folder.write(log, line)

    def _again(self, pauses: tuple[tuple[float, float], tuple[float, float]], plan: Plan) -> Steps:
        first, then = pauses
        yield self._random.uniform(*first)
        while True:
            yield from self.play(plan(utc_now()))
            yield self._random.uniform(*then)

    def play(self, lines: Iterable[Line]) -> Steps:
        """Writes each line when its time has come."""
        for at, log, line in lines:
            yield max(0.0, (at - utc_now()).total_seconds())
            self._folder.write(log, line)
