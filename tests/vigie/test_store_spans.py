"""What a stored batch leaves for detection to look at."""

from datetime import UTC, datetime, timedelta

from tests.conftest import Store
from tests.detection.conftest import ask
from vigie.clock import utc_now
from vigie.event import Event, key_of
from vigie.store.engine import transaction
from vigie.store.events import store_events
from vigie.store.spans import GAP, MOST, spans_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPANS = (
    "SELECT string_agg(category || ' ' || extract(epoch FROM until - since)::int, ',' ORDER BY id) FROM detection_spans"
)


def at(*minutes: float) -> list[datetime]:
    return [NOON + timedelta(minutes=minute) for minute in minutes]


def failure(number: int, category: str = "authentication") -> Event:
    when = utc_now() - timedelta(seconds=number)
    return Event(when, key_of(category, str(number)), "app", category, "authn_login_fail", "failure")


def keep(store: Store, *events: Event) -> None:
    with transaction(store.worker) as connection:
        store_events(connection, events, timedelta(days=400))


def test_what_lies_near_is_one_span_and_what_lies_far_another() -> None:
    assert spans_of(at(3, 0, 60, 58)) == [tuple(at(0, 3)), tuple(at(58, 60))]


def test_a_batch_from_all_times_has_few_spans_which_hold_every_event_of_it() -> None:
    times = at(*(number * number for number in range(200)))
    spans = spans_of(times)
    assert len(spans) == MOST
    assert all(any(since <= when <= until for since, until in spans) for when in times)


def test_a_gap_of_just_five_minutes_is_spanned() -> None:
    assert spans_of([NOON, NOON + GAP, NOON + 2 * GAP]) == [(NOON, NOON + 2 * GAP)]


def test_each_category_of_a_batch_has_its_span(store: Store) -> None:
    first, last = failure(20), failure(10)
    keep(store, first, failure(5, "web"), last)
    assert ask(store, SPANS) == "authentication 10,web 0"


def test_a_batch_that_is_stored_again_leaves_nothing_to_look_at(store: Store) -> None:
    keep(store, failure(1))
    again = failure(1)._replace(occurred_at=ask(store, "SELECT occurred_at FROM events"))
    keep(store, again)
    assert ask(store, "SELECT count(*) FROM detection_spans") == 1
