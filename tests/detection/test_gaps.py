"""What was written and will not be read is an event, so that detection and people see it."""

from datetime import timedelta

from detection.collectors.interface import Look, Source
from detection.gaps import gap_events
from detection.keeping import Keeper
from tests.conftest import Store
from tests.detection.conftest import ask
from vigie.clock import utc_now
from vigie.store.roles import Role
from vigie.store.unread import Gap

SOURCE = Source("ssh", "file", "SSH", 60, 60)
EVENTS = "SELECT string_agg(action || ' ' || process_name, ',') FROM events"


def test_a_gap_is_stored_with_its_event(store: Store) -> None:
    keeper = Keeper(store.url(Role.WORKER), timedelta(days=400))
    keeper.register(SOURCE)
    keeper.keep("ssh", Look(gaps=[Gap(None, utc_now(), "The file was cut before all of it was read.")]))
    assert (ask(store, EVENTS), ask(store, "SELECT stored FROM sources")) == ("source_gap ssh", 0)
    keeper.close()


def test_a_gap_makes_the_same_event_however_often_it_is_told() -> None:
    gap = Gap(None, utc_now(), "The file was replaced.")
    assert gap_events("ssh", [gap]) == gap_events("ssh", [gap])
    assert gap_events("ssh", [gap])[0].event_key != gap_events("web", [gap])[0].event_key


def test_the_sentence_of_a_gap_can_be_stored_whatever_is_in_it() -> None:
    (event,) = gap_events("s\x00h", [Gap(None, utc_now(), "cut\x00\ud800" + "x" * 5000)])
    assert len(event.message or "") == 2000
    assert "\x00" not in (event.message or "")
    assert event.process_name == "s\ufffdh"
