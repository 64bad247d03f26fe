"""What the questions of the Security events page cost on a big store, beside their limits.

    python -m benchmarks.event_questions                       # 1,000,000 events over 30 days, some minutes
    python -m benchmarks.event_questions --rows 10_000_000     # the size of the goals; a quarter of an hour, 5 GB

Figures are medians of warm rounds; each round asks for a window that ends a little later, as an open screen does. "SQL"
is the time that PostgreSQL's process computed for the question, all statements of it: other work on the machine
disturbs it less than a clock. "clock" is how long the page waits for the answer.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from benchmarks.event_store import DAYS, fill
from benchmarks.store_questions import generated
from dashboard.sources.event_database import EventDatabase
from dashboard.sources.event_questions import EventRows, EventSearch, Position
from dashboard.sources.interface import Answer, TimeRange
from vigie.clock import utc_now
from vigie.query import parse
from vigie.store.engine import transaction

BLOCK, BINS, VALUES = 100, 120, 10  # as the page asks
FILTERED = "outcome:failure source:app"
QUERIES = (
    "severity:critical", 'rule:"Rule 3"', "http_status:404", "source_ip:203.0.113.5", "user_name:person77",
    "source:postgres severity:high", "user_name:person1234 outcome:failure", "-source:nginx -rule:*", "absentword",
)  # fmt: skip
Ask = Callable[[EventSearch], Answer[object]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one question, in milliseconds. `said`: what the answer said of itself."""

    sql: float
    clock: float
    said: str


class Meter:
    """Asks with one connection and reads how long its PostgreSQL process computed."""

    def __init__(self, console: Engine, rounds: int) -> None:
        self._rounds = rounds
        with transaction(console) as connection:
            self._pid = int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)

    def cost(self, ask: Ask, search: EventSearch) -> Cost:
        """Medians over the rounds after a first one."""
        sql, clock = [], []
        for number in range(self._rounds + 1):
            later = replace(
                search, window=replace(search.window, until=search.window.until + number * timedelta(seconds=1))
            )
            computed, started = self._computed_ms(), time.perf_counter()
            answer = ask(later)
            clock.append(1000 * (time.perf_counter() - started))
            sql.append(self._computed_ms() - computed)
        looked_at = getattr(answer.rows, "looked_at", None)
        return Cost(
            median(sql[1:]), median(clock[1:]), answer.sentence or (f"newest {looked_at:,}" if looked_at else "")
        )

    def _computed_ms(self) -> float:
        return int(Path(f"/proc/{self._pid}/schedstat").read_text().split()[0]) / 1e6


def asked(events: EventDatabase, search: EventSearch) -> dict[str, Ask]:
    """The questions of the page, and all of what it asks when it is opened."""
    first = page_of(events, search, None)
    deep = Position(search.window.since + search.window.length / 3, "")
    asks: dict[str, Ask] = {
        "first page": lambda later: events.page(later, None, BLOCK),
        "histogram": lambda later: events.histogram(later, BINS),
        "facets": lambda later: events.facets(later, VALUES),
        "all of them": lambda later: opened(events, later),
        "page in the depth": lambda later: events.page(later, deep, BLOCK),
    }
    if first.next is not None:
        asks["next page"] = lambda later: events.page(later, first.next, BLOCK)
    return asks


def opened(events: EventDatabase, search: EventSearch) -> Answer[object]:
    """As a browser that opens the page: what one panel has read the others need not read again."""
    events.page(search, None, BLOCK)
    events.histogram(search, BINS)
    return events.facets(search, VALUES)


def page_of(events: EventDatabase, search: EventSearch, after: Position | None) -> EventRows:
    rows = events.page(search, after, BLOCK).rows
    assert rows is not None
    return rows


LIMITS = {  # SQL ms by (days, query, question); of 10 million events, and of 1 million within a factor of 1.5
    (30, "", "all of them"): 25.0,
    (30, FILTERED, "all of them"): 75.0,
    (30, "", "next page"): 3.0,
    (30, "", "page in the depth"): 3.0,
    (30, FILTERED, "next page"): 3.0,
    (30, FILTERED, "page in the depth"): 3.0,
}


def report(console: Engine, rounds: int) -> None:
    """Prints one line for each question of each search."""
    meter, events, now = Meter(console, rounds), EventDatabase(console), utc_now()
    for days in (1, DAYS):
        window = TimeRange(now - timedelta(days=days, minutes=20), now, ZoneInfo("Europe/Paris"))
        for words in ("", FILTERED, *QUERIES):
            search = EventSearch(window, parse(words))
            print(f"{days} d, {words or 'everything'}")
            for name, ask in asked(events, search).items():
                cost, limit = meter.cost(ask, search), LIMITS.get((days, words, name))
                beside = f"limit {limit:g}" if limit else ""
                print(
                    f"  {name:18} SQL {cost.sql:8.1f} ms  clock {cost.clock:8.1f} ms  {beside:10} {cost.said}",
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many events to generate (default 1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds (default 5)")
    given = parser.parse_args()
    with generated(partial(fill, events=given.rows)) as console:
        print(f"{given.rows:,} events over {DAYS} days")
        report(console, given.rounds)
        console.dispose()


if __name__ == "__main__":
    main()
