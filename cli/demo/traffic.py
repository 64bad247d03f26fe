"""Drives the demonstration's live traffic: real requests to the running service, and lines into its log files."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Iterator
from random import Random

from cli.demo.attacks import Kind
from cli.demo.cast import cast, password_of
from cli.demo.client import Client, ServiceAway
from cli.demo.log_traffic import LogStage
from cli.demo.logs import LogFolder
from cli.demo.stage import Stage, Steps

_VISIT_EVERY_S = 9.0  # with about four requests each: well under one request a second
_SIGN_UP_EVERY_S = 420.0
_FIRST_ATTACK_S = (120.0, 180.0)
_ATTACK_EVERY_S = (600.0, 1200.0)
_LONGEST_PAUSE_S = 30.0
_log = logging.getLogger("cli.demo")


def run(base_url: str, *, seed: int, stop: threading.Event, logs: LogFolder) -> None:
    """Returns soon after `stop` is set. `seed` is the one that the history was loaded with; lines go to `logs`.

    The service must believe X-Forwarded-For from here. While it is down the traffic waits, longer each time up to
    30 s, and says so once.
    """
    client = Client(base_url)
    random = Random()  # noqa: S311 - habits, not secrets; unseeded, so that every start goes another way
    lines = LogStage(logs, cast(seed), random)
    agenda = _Agenda(Stage(client, cast(seed), password_of(seed), random), lines, random)
    try:
        while not stop.wait(agenda.wait()):
            try:
                agenda.step()
            except ServiceAway as away:
                _log.warning("The service is away (%s); the demonstration waits for it.", away)
                if _comes_back(client, stop):
                    _log.info("The service is back; the demonstration goes on.")
    finally:
        client.close()


def _comes_back(client: Client, stop: threading.Event) -> bool:
    """Waits for a healthy answer; False when told to stop meanwhile."""
    pause = 1.0
    while not stop.wait(pause):
        try:
            client.check()
        except ServiceAway:
            pause = min(pause * 2, _LONGEST_PAUSE_S)
        else:
            return True
    return False


class _Agenda:
    """What is going on, by the time of its next step."""

    def __init__(self, stage: Stage, lines: LogStage, random: Random) -> None:
        self._stage = stage
        self._random = random
        self._numbers = itertools.count()
        self._due: list[tuple[float, int, Steps]] = []
        for each in (self._visits(), self._sign_ups(), self._attacks(), *lines.agenda()):
            self._add(0, each)

    def wait(self) -> float:
        """Seconds to the next step; what never ends (visits, sign-ups, attacks) keeps the agenda from being empty."""
        return max(0.0, self._due[0][0] - time.monotonic())

    def step(self) -> None:
        """Takes the next step. Raises ServiceAway; whoever met that goes away, the others stay."""
        _, _, steps = heapq.heappop(self._due)
        delay = next(steps, None)
        if delay is not None:
            self._add(delay, steps)

    def _add(self, delay: float, steps: Steps) -> None:
        heapq.heappush(self._due, (time.monotonic() + delay, next(self._numbers), steps))

    def _visits(self) -> Iterator[float]:
        while True:
            self._add(0, self._stage.visit())
            yield min(2 + self._random.expovariate(1 / (_VISIT_EVERY_S - 2)), 40)

    def _sign_ups(self) -> Iterator[float]:
        while True:
            yield self._random.uniform(0.3, 1.7) * _SIGN_UP_EVERY_S
            self._add(0, self._stage.sign_up())

    def _attacks(self) -> Iterator[float]:
        yield self._random.uniform(*_FIRST_ATTACK_S)
        last = None
        while True:
            last = self._random.choice([kind for kind in Kind if kind is not last])
            self._add(0, self._stage.attack(last))
            yield self._random.uniform(*_ATTACK_EVERY_S)
