"""The questions about events on a real PostgreSQL, asked with the console's role."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from cli.embedded.server import Server
from dashboard.sources import event_facets, event_histogram
from dashboard.sources.event_database import EventDatabase
from dashboard.sources.event_questions import EventDetail, EventRow, EventSearch, Position, RawState
from dashboard.sources.interface import Answer, Completeness, TimeRange
from tests.conftest import Store, new_store
from tests.dashboard.event_fakes import event, failed_login, fields_of, night_of_events
from tests.dashboard.sources.conftest import partitions, register, save
from tests.dashboard.sources.contract import rows_of
from tests.dashboard.sources.event_contract import EventQuestionsContract, detail_of, every_event
from vigie.clock import utc_now
from vigie.event import Event
from vigie.query import Query, parse
from vigie.store.engine import make_engine, parse_url, transaction

PARIS = ZoneInfo("Europe/Paris")
SPELL = text("INSERT INTO blind_spells VALUES ('app', :since, :since, :until, 'silent', 'Why.')")


def stored(details: Sequence[EventDetail]) -> list[Event]:
    """The events of a stand-in as the worker stores them."""
    made = []
    for each in details:
        fields = fields_of(each)
        position = each.row.position
        del fields["position"]
        fields["source_ip"] = ip_address(each.row.source_ip) if each.row.source_ip else None
        made.append(
            Event(occurred_at=position.occurred_at, event_key=bytes.fromhex(position.key), raw=each.raw or {}, **fields)  # type: ignore[arg-type]
        )
    return made


@pytest.fixture
def events(store: Store) -> EventDatabase:
    register(store)
    return EventDatabase(store.console)


@pytest.fixture(scope="module")
def night(postgres: Server) -> Iterator[tuple[Store, datetime]]:
    """A store with the night of the stand-in, and its end; nothing is changed in it."""
    now = utc_now()
    with new_store(postgres) as store:
        register(store, expected_period_s=86_400)  # not blind, however long the tests take
        save(store, stored(night_of_events(now).events))
        yield store, now


class TestEventDatabase(EventQuestionsContract):
    @pytest.fixture
    def events(self, night: tuple[Store, datetime]) -> EventDatabase:
        return EventDatabase(night[0].console)

    @pytest.fixture
    def search(self, night: tuple[Store, datetime]) -> EventSearch:
        now = night[1]
        return EventSearch(TimeRange(now - timedelta(days=8, minutes=7), now, PARIS), Query())


def around_now(**length: float) -> EventSearch:
    now = utc_now()
    return EventSearch(TimeRange(now - timedelta(**length), now + timedelta(seconds=1), PARIS), Query())


def every_answer(events: EventDatabase, search: EventSearch, row: EventRow) -> list[Answer[object]]:
    return [
        events.page(search, None, 10), events.histogram(search, 60), events.facets(search, 10),
        events.one(row.position), events.around(row, 5), events.same_entity(row),
        events.values("user_name", "", search.window, 5),
    ]  # fmt: skip


def test_without_postgresql_every_answer_is_unavailable_and_says_what_to_do(postgres: Server) -> None:
    url = parse_url(postgres.url("vigie_console", "x", "no_such_database"), "TEST")
    events = EventDatabase(make_engine(url.set(port=1), application="test", statement_timeout_s=1))
    answers = every_answer(events, around_now(hours=1), failed_login(utc_now(), "alice", "192.0.2.1").row)
    assert {(a.rows, a.completeness, bool(a.sentence and a.advice)) for a in answers} == {
        (None, Completeness.UNAVAILABLE, True)
    }


def test_what_is_ticked_wrongly_is_no_error_where_postgresql_is_away(postgres: Server) -> None:
    url = parse_url(postgres.url("vigie_console", "x", "no_such_database"), "TEST")
    events = EventDatabase(make_engine(url.set(port=1), application="test", statement_timeout_s=1))
    search = replace(around_now(hours=1), chosen={"severity": frozenset(["\x00"])})
    assert events.facets(search, 5).completeness is Completeness.UNAVAILABLE


class TestBudget:
    """What is said when the time of a question is over before everything was looked at."""

    @pytest.fixture
    def tired(self, night: tuple[Store, datetime]) -> EventDatabase:
        return EventDatabase(night[0].console, budget_s=0)

    @pytest.fixture
    def search(self, night: tuple[Store, datetime]) -> EventSearch:
        now = night[1]
        return EventSearch(TimeRange(now - timedelta(days=8), now, PARIS), parse("shell OR login OR GET"))

    def test_every_answer_says_that_it_is_not_all(self, tired: EventDatabase, search: EventSearch) -> None:
        row = failed_login(search.window.until, "m.keller", "203.0.113.24").row
        page, histogram, facets, _, around, same, _ = every_answer(tired, search, row)
        answers = (page, histogram, facets, around, same)
        assert {answer.completeness for answer in answers} == {Completeness.TRUNCATED}
        assert all(answer.sentence and answer.advice and answer.since for answer in answers)

    def test_the_search_says_how_far_back_it_got(self, tired: EventDatabase, search: EventSearch) -> None:
        answer, until = tired.page(search, None, 10), search.window.until
        assert answer.since == until
        assert answer.sentence == f"Searched back to {until.astimezone(PARIS):%-d %b %H:%M}."

    def test_a_page_that_ended_early_says_where_the_search_goes_on(
        self, tired: EventDatabase, search: EventSearch, night: tuple[Store, datetime]
    ) -> None:
        events = EventDatabase(night[0].console)
        middle = every_event(events, search)[50].position
        page = rows_of(tired.page(search, middle, 10))
        assert page.rows == ()
        assert page.next is not None
        assert rows_of(events.page(search, page.next, 10)).rows == rows_of(events.page(search, middle, 10)).rows

    def test_the_histogram_leaves_out_what_it_did_not_look_at(self, tired: EventDatabase, search: EventSearch) -> None:
        assert rows_of(tired.histogram(search, 60)).buckets == ()

    def test_what_rollups_know_needs_no_budget(self, tired: EventDatabase, search: EventSearch) -> None:
        everything = replace(search, query=Query())
        assert tired.histogram(everything, 60).completeness is Completeness.COMPLETE
        assert tired.facets(everything, 60).completeness is Completeness.COMPLETE


class TestMany:
    """More events than can be looked at one by one, with limits that a test can fill."""

    @pytest.fixture
    def events(self, night: tuple[Store, datetime]) -> EventDatabase:
        return EventDatabase(night[0].console)

    @pytest.fixture
    def search(self, night: tuple[Store, datetime]) -> EventSearch:
        now = night[1]
        return EventSearch(TimeRange(now - timedelta(hours=7, minutes=7), now, PARIS), Query())

    def test_too_many_to_count_one_by_one_are_counted_by_the_hour(
        self, events: EventDatabase, search: EventSearch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fine = rows_of(events.histogram(search, 60))
        monkeypatch.setattr(event_histogram, "MOST_FINE", 9)
        coarse = rows_of(events.histogram(search, 60))
        assert (fine.step, coarse.step) == (timedelta(minutes=10), timedelta(hours=1))
        assert coarse.total == fine.total

    def test_facets_that_were_not_counted_over_all_say_over_how_many(
        self, events: EventDatabase, search: EventSearch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(event_facets, "MOST_LOOKED_AT", 40)
        search = replace(search, query=parse("user_name:*"))
        facets = rows_of(events.facets(search, 10))
        newest = every_event(events, search)[:40]
        assert facets.looked_at == 40
        counts = {each.value: each.n for each in facets.values["rule"] + facets.values["action"]}
        assert counts == {"": 40} | Counter(row.action for row in newest)

    def test_values_past_the_limit_of_an_hour_are_counted_as_further(self, store: Store) -> None:
        at = utc_now().replace(minute=5) - timedelta(hours=3)
        save(store, stored([event(at + timedelta(seconds=n), "falco", "x", rule=f"rule {n}") for n in range(250)]))
        facets = rows_of(EventDatabase(store.console).facets(around_now(days=1), 10))
        assert len(facets.values["rule"]) == 10
        assert facets.further["rule"] == 240


class TestBlindness:
    @pytest.fixture
    def blind(self, store: Store) -> datetime:
        """The application was last read ten minutes ago, the proxy just now."""
        seen = utc_now() - timedelta(minutes=10)
        register(store, "app", last_look_at=seen)
        register(store, "nginx")
        return seen

    @pytest.mark.parametrize("text", ["source:app", "NOT source:nginx", "source:(app OR falco) outcome:failure"])
    def test_what_only_a_blind_source_can_supply_is_stale(self, store: Store, blind: datetime, text: str) -> None:
        answer = EventDatabase(store.console).page(replace(around_now(hours=1), query=parse(text)), None, 5)
        assert (answer.completeness, answer.since, answer.as_of) == (Completeness.STALE, blind, blind)

    @pytest.mark.parametrize("text", ["", "outcome:failure", "source:app OR shell"])
    def test_where_others_are_heard_only_the_blind_part_is_missing(
        self, store: Store, blind: datetime, text: str
    ) -> None:
        answer = EventDatabase(store.console).page(replace(around_now(hours=1), query=parse(text)), None, 5)
        assert (answer.completeness, answer.since) == (Completeness.PARTLY_BLIND, blind)
        assert answer.sentence == "Login table “app” is missing."

    @pytest.mark.parametrize("text", ["source:nginx", "source:ng* outcome:failure", "-source:app"])
    def test_what_other_sources_supply_is_not(self, store: Store, blind: datetime, text: str) -> None:
        events, search = EventDatabase(store.console), replace(around_now(hours=1), query=parse(text))
        assert events.page(search, None, 5).completeness is Completeness.COMPLETE
        assert events.facets(search, 5).completeness is Completeness.COMPLETE

    def test_a_window_before_it_went_blind_is_complete(self, store: Store, blind: datetime) -> None:
        search = around_now(hours=1)
        earlier = replace(search, window=replace(search.window, until=blind))
        assert EventDatabase(store.console).histogram(earlier, 5).completeness is Completeness.COMPLETE

    @pytest.mark.parametrize(("text", "number"), [("", 1), ("source:app", 1), ("source:nginx", 0)])
    def test_spells_that_are_over_are_told_of_who_is_asked(
        self, store: Store, blind: datetime, text: str, number: int
    ) -> None:
        spell = (blind - timedelta(minutes=9), blind - timedelta(minutes=5))
        with transaction(store.owner) as connection:
            connection.execute(SPELL, {"since": spell[0], "until": spell[1]})
        found = EventDatabase(store.console).histogram(replace(around_now(hours=1), query=parse(text)), 5)
        assert rows_of(found).blind == (spell,) * number


class TestRaw:
    def test_the_record_of_an_event_is_kept_whole(self, store: Store, events: EventDatabase) -> None:
        raw = {"ev<b>ent": [1, None, {"\u202e": "\x1b[31m"}], "level": "WARN"}
        one = event(utc_now(), "app", "authn_login_fail", raw=raw)
        save(store, stored([one]))
        detail = detail_of(events, one.row)
        assert (detail.raw_state, detail.raw) == (RawState.KEPT, raw)

    def test_an_event_that_never_had_a_record_says_so(self, store: Store, events: EventDatabase) -> None:
        one = event(utc_now(), "app", "authn_login_fail")
        save(store, stored([one]))
        assert (detail_of(events, one.row).raw_state, detail_of(events, one.row).raw) == (RawState.NONE, None)

    def test_a_record_that_retention_has_dropped_says_so(self, store: Store, events: EventDatabase) -> None:
        one = event(utc_now() - timedelta(days=40), "app", "authn_login_fail", raw={"level": "WARN"})
        save(store, stored([one]))
        now = utc_now()
        with transaction(store.worker) as connection:
            bounds = {"events": now - timedelta(days=90), "raw": now - timedelta(days=20)}
            connection.execute(text("SELECT drop_event_partitions(:events, :raw)"), bounds)
        assert (detail_of(events, one.row).raw_state, detail_of(events, one.row).raw) == (RawState.DROPPED, None)


def test_events_are_known_from_the_oldest_that_was_read(store: Store, events: EventDatabase) -> None:
    oldest = utc_now() - timedelta(days=300)
    save(store, stored([event(oldest, "nginx", "http_request"), event(utc_now(), "app", "authn_login_fail")]))
    assert events.page(around_now(hours=1), None, 5).collected_since == oldest


def test_a_window_of_one_week_touches_only_the_partitions_of_that_week(
    store: Store, events: EventDatabase, plans: list[str]
) -> None:
    now = utc_now()
    save(store, stored([failed_login(now - timedelta(days=n), "alice", "203.0.113.24") for n in range(200)]))
    week = TimeRange(now - timedelta(days=100, minutes=7), now - timedelta(days=94, minutes=3), PARIS)
    for words in ("", "outcome:failure", "user_name:alice", "nothing has this", "rule:*"):
        search = EventSearch(week, parse(words))
        row = failed_login(week.since + timedelta(days=3), "alice", "203.0.113.24").row
        every_answer(events, search, row)
    oldest = min(partitions(plans))  # it says since when events are collected
    assert len(plans) >= 30
    assert 1 <= len(partitions(plans) - {oldest}) <= 2


def test_a_page_of_what_happened_long_ago_costs_no_look_at_what_came_after(
    store: Store, events: EventDatabase, plans: list[str]
) -> None:
    now = utc_now()
    save(store, stored([failed_login(now - timedelta(days=n), "alice", "203.0.113.24") for n in range(200)]))
    search = EventSearch(TimeRange(now - timedelta(days=200), now, PARIS), Query())
    position = Position(now - timedelta(days=150, hours=2), "f" * 64)
    page = rows_of(events.page(search, position, 1))
    assert page.rows[0].position.occurred_at == now - timedelta(days=151)
    assert len(partitions(plans)) <= 3
