"""What machines ask."""

from collections.abc import Sequence
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import text

from dashboard.probes import Pulse
from dashboard.sources.interface import Answer, SourceStatus
from tests.conftest import Store
from vigie.clock import utc_now
from vigie.errors import StoreUnavailable
from vigie.store.engine import transaction


class Sources:
    """Counts what it is asked; `down` makes it fail as a server that is away."""

    def __init__(self) -> None:
        self.asked = 0
        self.down = False

    def change_mark(self) -> str:
        self.asked += 1
        if self.down:
            raise StoreUnavailable("away")
        return f"mark {self.asked}"

    def is_demonstration(self) -> bool:
        return True

    def statuses(self) -> Answer[Sequence[SourceStatus]]:
        return Answer((), utc_now(), "test")


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_many_screens_cost_one_question() -> None:
    sources, seconds = Sources(), Seconds()
    pulse = Pulse(sources, seconds)
    assert {pulse.beat().mark for _ in range(50)} == {"mark 1"}
    seconds.now = 0.3
    assert pulse.beat().mark == "mark 2"


def test_while_the_store_is_away_the_beat_says_since_when_and_keeps_the_mark() -> None:
    sources, seconds = Sources(), Seconds()
    pulse = Pulse(sources, seconds)
    pulse.beat()
    sources.down, seconds.now = True, 1.0
    first = pulse.beat()
    seconds.now = 2.0
    assert (first.mark, pulse.beat().since) == ("mark 1", first.since)
    assert first.since is not None
    sources.down, seconds.now = False, 3.0
    assert pulse.beat().since is None


def test_the_sequence_says_what_the_screen_needs(alice: FlaskClient) -> None:
    answer = alice.get("/_vigie/seq").json
    assert answer is not None
    assert set(answer) == {"mark", "now", "store", "since", "demonstration"}
    assert (answer["store"], answer["since"], answer["demonstration"]) == ("ok", None, False)
    assert answer["now"].endswith("+00:00")


def test_alive_says_no_more_than_that(charlie: FlaskClient) -> None:
    assert charlie.get("/healthz").json == {"alive": True}


def test_ready_names_each_source_and_its_state(store: Store, charlie: FlaskClient) -> None:
    with transaction(store.owner) as connection:
        connection.execute(
            text("""INSERT INTO sources (name, kind, title, expected_period_s, grace_s, last_look_at, registered_at)
                    VALUES ('app', 'application', 'Logins', 10, 10, :old, :old)"""),
            {"old": utc_now() - timedelta(hours=1)},
        )
    answer = charlie.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "sources": {"postgresql": "ok", "app": "blind"}})
