"""The circuit breaker on a clock of its own."""

from datetime import UTC, datetime, timedelta

import pytest

from vigie.clients.breaker import LONGEST_HOLD_S, OPEN_S, Breaker
from vigie.clients.errors import AskedWrongly, CircuitOpen, Overloaded, SourceError, WrongAnswer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FAILED = WrongAnswer("Loki", "Loki answered with an error.")


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0
        self.breaker = Breaker("Loki", lambda: self.seconds, lambda: NOON + timedelta(seconds=self.seconds - 1000))

    def ask(self, error: SourceError | None = None) -> None:
        with self.breaker.guard():
            if error is not None:
                raise error

    def fail(self, times: int) -> None:
        for _ in range(times):
            with pytest.raises(WrongAnswer):
                self.ask(FAILED)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_it_stays_closed_below_three_failures(clock: Clock) -> None:
    clock.fail(2)
    clock.ask()
    clock.fail(2)
    clock.ask()


def test_open_it_says_since_when_and_when_it_tries_again(clock: Clock) -> None:
    clock.fail(1)
    clock.seconds += 60
    clock.fail(2)
    with pytest.raises(CircuitOpen, match=r"12:00:00 UTC\. Loki answered with an error\. The next try is in 5 s"):
        clock.ask()


def test_after_a_while_one_probe_goes_through_and_the_others_wait(clock: Clock) -> None:
    clock.fail(3)
    clock.seconds += OPEN_S
    with clock.breaker.guard(), pytest.raises(CircuitOpen, match="tried again now"):
        clock.ask()
    clock.ask()


def test_a_probe_that_fails_opens_it_again(clock: Clock) -> None:
    clock.fail(3)
    clock.seconds += OPEN_S
    clock.fail(1)
    with pytest.raises(CircuitOpen):
        clock.ask()


def test_a_probe_that_breaks_off_lets_the_next_one_try(clock: Clock) -> None:
    clock.fail(3)
    clock.seconds += OPEN_S
    with pytest.raises(KeyboardInterrupt), clock.breaker.guard():
        raise KeyboardInterrupt
    clock.ask()


def test_a_wrong_question_says_nothing_against_the_source(clock: Clock) -> None:
    clock.fail(2)
    with pytest.raises(AskedWrongly):
        clock.ask(AskedWrongly("Loki", "Loki cannot answer this."))
    clock.fail(2)
    clock.ask()


def test_a_source_cannot_send_us_away_for_a_day(clock: Clock) -> None:
    busy = Overloaded("Loki", "Loki is busy.", "", status=503, words="", retry_after_s=86_400.0)
    with pytest.raises(Overloaded):
        clock.ask(busy)
    with pytest.raises(CircuitOpen):
        clock.ask()
    clock.seconds += LONGEST_HOLD_S
    clock.ask()


def test_one_that_stays_open_for_no_time_lets_each_question_try() -> None:
    breaker = Breaker("Loki", lambda: 0.0, lambda: NOON, open_s=0)
    for _ in range(9):
        with pytest.raises(WrongAnswer), breaker.guard():
            raise FAILED


def test_one_that_is_closed_from_outside_lets_the_next_question_try() -> None:
    clock = Clock()
    for _ in range(3):
        with pytest.raises(WrongAnswer):
            clock.ask(FAILED)
    clock.breaker.close()
    clock.ask()
