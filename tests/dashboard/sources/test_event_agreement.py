"""Whatever is asked, PostgreSQL and plain Python over the same events give the same answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.embedded.server import Server
from dashboard.sources.event_database import EventDatabase
from dashboard.sources.event_questions import DIMENSIONS, EventSearch
from dashboard.sources.interface import TimeRange
from tests.conftest import new_store
from tests.dashboard.event_fakes import FakeEvents, hostile_events, night_of_events, text_of
from tests.dashboard.sources.conftest import register, save
from tests.dashboard.sources.contract import rows_of
from tests.dashboard.sources.event_contract import every_event
from tests.dashboard.sources.test_event_database import stored
from vigie.clock import utc_now
from vigie.query import parse

SHARED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ZONES = ("UTC", "Europe/Paris", "Asia/Kolkata", "America/St_Johns")
TERMS = (
    "outcome:failure", "severity:>=medium", "source:app", "-source:nginx", "action:*login*", "rule:*", "-rule:*",
    "rule:Read*", "http_status:404", "http_status:>=400", "container_name:vigie-api", "user_name:m.keller", "shell",
    "source_ip:203.0.113.0/24", "source_ip:2001:db8::/32", "category:web", "severity:critical", '"<b>x</b>"', "long",
)  # fmt: skip
Drawn = tuple[int, int, str, str, dict[str, tuple[int, ...]]]


class Both:
    """The same events in PostgreSQL and in memory. Not a data class: Hypothesis would print every event of it."""

    def __init__(self, database: EventDatabase, fake: FakeEvents) -> None:
        self.database, self.fake = database, fake


@pytest.fixture(scope="module")
def both(postgres: Server) -> Iterator[Both]:
    """The night and the hostile one, in PostgreSQL and in memory."""
    now = utc_now()
    events = night_of_events(now).events + hostile_events(now).events
    with new_store(postgres) as store:
        register(store)
        save(store, stored(events))
        yield Both(EventDatabase(store.console), FakeEvents(now, events))


@st.composite
def searches(draw: st.DrawFn) -> Drawn:
    """Seconds before now, a zone, a query, and the places of ticked values."""
    first, second = draw(st.integers(0, 9 * 86_400)), draw(st.integers(0, 9 * 86_400))
    terms = draw(st.lists(st.sampled_from(TERMS), max_size=3))
    joined = draw(st.sampled_from((" ", " OR "))).join(terms)
    text = f"NOT ({joined})" if terms and draw(st.booleans()) else joined
    places = st.lists(st.integers(0, 699), min_size=1, max_size=3).map(tuple)
    ticked = draw(st.dictionaries(st.sampled_from(DIMENSIONS), places, max_size=2))
    return max(first, second), min(first, second), draw(st.sampled_from(ZONES)), text, ticked


def search_of(drawn: Drawn, fake: FakeEvents) -> EventSearch:
    first, second, zone, text, ticked = drawn
    window = TimeRange(at(fake.now, first), at(fake.now, second), ZoneInfo(zone))
    chosen = {
        name: frozenset(text_of(fake.events[place % len(fake.events)], name) for place in places)
        for name, places in ticked.items()
    }
    return EventSearch(window, parse(text), chosen)


def at(now: datetime, seconds: int) -> datetime:
    return now - timedelta(seconds=seconds)


@SHARED
@given(drawn=searches(), bins=st.integers(2, 90))
def test_histograms_agree(both: Both, drawn: Drawn, bins: int) -> None:
    database, fake = both.database, both.fake
    search = search_of(drawn, fake)
    assert rows_of(database.histogram(search, bins)) == rows_of(fake.histogram(search, bins))


@SHARED
@given(drawn=searches(), limit=st.integers(1, 20))
def test_facets_agree(both: Both, drawn: Drawn, limit: int) -> None:
    database, fake = both.database, both.fake
    search = search_of(drawn, fake)
    found, expected = rows_of(database.facets(search, limit)), rows_of(fake.facets(search, limit))
    assert {name: found.values[name] for name in DIMENSIONS} == expected.values
    assert dict(found.further) == dict(expected.further)


@SHARED
@given(drawn=searches(), limit=st.integers(1, 200))
def test_pages_agree(both: Both, drawn: Drawn, limit: int) -> None:
    database, fake = both.database, both.fake
    search = search_of(drawn, fake)
    assert every_event(database, search, limit + 9) == every_event(fake, search, 1000)


@SHARED
@given(place=st.integers(0, 699), each_way=st.integers(0, 30))
def test_neighbours_and_counts_of_the_same_agree(both: Both, place: int, each_way: int) -> None:
    database, fake = both.database, both.fake
    event = fake.events[place % len(fake.events)].row
    assert list(rows_of(database.around(event, each_way))) == list(rows_of(fake.around(event, each_way)))
    assert list(rows_of(database.same_entity(event))) == list(rows_of(fake.same_entity(event)))


@SHARED
@given(place=st.integers(0, 699))
def test_every_event_is_found_by_its_place(both: Both, place: int) -> None:
    database, fake = both.database, both.fake
    event = fake.events[place % len(fake.events)]
    found = rows_of(database.one(event.row.position))
    assert found is not None
    assert replace(found, raw_state=event.raw_state) == event
