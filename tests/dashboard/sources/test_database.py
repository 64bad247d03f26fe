"""The questions on a real PostgreSQL, asked with the console's role."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from cli.embedded.server import Server
from dashboard.sources.database import DatabaseQuestions
from dashboard.sources.interface import Completeness, LoginFilter, TimeRange
from tests.conftest import Store
from tests.dashboard.sources.conftest import everyday, login, partitions, register, save
from tests.dashboard.sources.contract import LoginQuestionsContract, rows_of
from vigie.clock import utc_now
from vigie.errors import StoreUnavailable
from vigie.event import Event, key_of
from vigie.login_attacks import AttackKind
from vigie.login_attacks.rules import LoginAttackRules
from vigie.severity import Severity
from vigie.store.engine import make_engine, parse_url, transaction

UTC = ZoneInfo("UTC")
CHARLIE = "203.0.113.24"


def last(**length: float) -> TimeRange:
    now = utc_now()
    return TimeRange(now - timedelta(**length), now + timedelta(seconds=1), UTC)


class TestDatabaseQuestions(LoginQuestionsContract):
    @pytest.fixture
    def window(self, store: Store) -> TimeRange:
        save(store, everyday(days=9, count=2500))
        return TimeRange(utc_now() - timedelta(days=8, minutes=7), utc_now(), ZoneInfo("Europe/Paris"))


def spraying(start: datetime) -> list[Event]:
    """Charlie tries 40 accounts in 20 minutes and gets into Alice's at the second try."""
    tries = [
        login(start + timedelta(seconds=30 * n), f"user{n}", CHARLIE, reason=(None, "unknown_account")[n % 4 == 0])
        for n in range(40)
    ]
    alice = "alice@example.org"
    before = login(start - timedelta(days=9), alice, "192.0.2.1", ok=True)
    failed = login(start + timedelta(minutes=9), alice, CHARLIE)
    return [*tries, before, failed, login(start + timedelta(minutes=21), alice, CHARLIE, ok=True, user_agent="curl")]


def test_a_spraying_that_opened_an_account_is_critical_and_names_it(store: Store, questions: DatabaseQuestions) -> None:
    save(store, spraying(utc_now() - timedelta(hours=2)))
    (attack,) = rows_of(questions.attacks(last(hours=12)))
    assert (attack.kind, attack.severity, attack.tries, attack.accounts) == (
        AttackKind.SPRAYING, Severity.CRITICAL, 41, 41,
    )  # fmt: skip
    assert (attack.addresses, attack.opened) == ((CHARLIE,), ("alice@example.org",))


def test_the_login_that_the_spraying_reached_is_the_first_thing_to_see(
    store: Store, questions: DatabaseQuestions
) -> None:
    save(store, spraying(utc_now() - timedelta(hours=2)))
    (found,) = rows_of(questions.successes_after_failures(last(hours=12)))
    assert (found.user_name, found.failures, found.during) == ("alice@example.org", 1, AttackKind.SPRAYING)
    assert found.reasons == ("New address, new device, inside the spraying.",)


def test_an_account_opened_from_a_neighbour_address_of_the_same_ipv6_network_is_named(
    store: Store, questions: DatabaseQuestions
) -> None:
    start = utc_now() - timedelta(hours=2)
    tries = [login(start + timedelta(minutes=n), f"user{n}", f"2001:db8:0:7::{n:x}") for n in range(20)]
    save(store, [*tries, login(start + timedelta(minutes=21), "alice", "2001:db8:0:7:ffff::1", ok=True)])
    (attack,) = rows_of(questions.attacks(last(hours=12)))
    assert (attack.addresses, attack.opened) == (("2001:db8:0:7::/64",), ("alice",))


def test_as_many_typing_errors_as_ever_are_no_attack(store: Store, questions: DatabaseQuestions) -> None:
    hours = [utc_now() - timedelta(hours=n) for n in range(1, 200)]
    save(store, [login(at + timedelta(minutes=n), f"user{n}", f"198.51.100.{n}") for at in hours for n in range(26)])
    assert rows_of(questions.attacks(last(hours=12))) == ()


def test_an_attack_that_began_before_the_window_is_shown_whole(store: Store, questions: DatabaseQuestions) -> None:
    start = utc_now() - timedelta(minutes=70)
    save(store, [login(start + timedelta(minutes=n), "alice", CHARLIE) for n in range(20)])
    (attack,) = rows_of(questions.attacks(last(minutes=55)))
    assert attack.tries == 20


def test_a_known_device_behind_one_ipv6_network_is_known(store: Store, questions: DatabaseQuestions) -> None:
    now = utc_now()
    save(store, [
        login(now - timedelta(days=2), "alice", "2001:db8::1", ok=True, user_agent="Firefox 131"),
        *(login(now - timedelta(minutes=20 - n), "alice", "2001:db8::2") for n in range(6)),
        login(now - timedelta(minutes=9), "alice", "2001:db8::2", ok=True, user_agent="Firefox 132"),
    ])  # fmt: skip
    (found,) = rows_of(questions.successes_after_failures(last(hours=1)))
    assert (found.failures, found.known_address, found.known_device) == (6, True, True)


def test_only_the_newest_failures_are_looked_at_and_the_answer_says_so(store: Store, rules: LoginAttackRules) -> None:
    register(store)
    few = DatabaseQuestions(store.console, rules.model_copy(update={"max_failures": 100}))
    start = utc_now() - timedelta(minutes=50)
    save(store, [login(start + timedelta(seconds=10 * n), f"user{n}", CHARLIE) for n in range(150)])
    answer = few.attacks(last(hours=1))
    assert (answer.completeness, answer.since) == (Completeness.TRUNCATED, start + timedelta(seconds=500))
    assert answer.sentence.startswith("Looked at the newest 100 failures, back to ")
    assert rows_of(answer)[0].tries == 100


def test_a_blind_source_makes_the_windows_that_reach_past_its_last_look_stale(
    store: Store, questions: DatabaseQuestions
) -> None:
    seen = utc_now() - timedelta(minutes=10)
    register(store, last_look_at=seen)
    answer = questions.summary(last(hours=1))
    assert (answer.completeness, answer.since, answer.as_of) == (Completeness.STALE, seen, seen)
    earlier = replace(last(hours=1), until=seen)
    assert questions.summary(earlier).completeness is Completeness.COMPLETE


def test_a_source_that_cannot_look_says_why_and_what_to_do(store: Store, questions: DatabaseQuestions) -> None:
    register(store, error="permission denied for table logins.", error_advice="Grant SELECT on it.")
    answer = questions.per_day(last(hours=1))
    assert answer.sentence == "Login table “app” cannot be read: permission denied for table logins."
    assert answer.advice == "Grant SELECT on it."


def test_a_source_within_its_grace_is_not_blind(store: Store, questions: DatabaseQuestions) -> None:
    register(store, last_look_at=utc_now() - timedelta(seconds=25))
    assert [status.blind_since for status in rows_of(questions.statuses())] == [None]
    assert questions.summary(last(hours=1)).completeness is Completeness.COMPLETE


def test_a_source_that_never_looked_is_blind_since_it_was_registered(
    store: Store, questions: DatabaseQuestions
) -> None:
    registered = utc_now() - timedelta(hours=1)
    register(store, last_look_at=None, registered_at=registered)
    (status,) = rows_of(questions.statuses())
    assert (status.blind_since, status.last_look_at) == (registered, None)


def test_the_mark_stays_while_nothing_changes_and_the_worker_looks_again(
    store: Store, questions: DatabaseQuestions
) -> None:
    before = questions.change_mark()
    register(store)
    assert questions.change_mark() == before


@pytest.mark.parametrize(
    "columns",
    [
        {"stored": 1},
        {"rejected": 1},
        {"unplaced": 1},
        {"error": "gone"},
        {"last_look_at": utc_now() - timedelta(hours=1)},
    ],
)
def test_the_mark_changes_with_what_is_to_be_seen(
    store: Store, questions: DatabaseQuestions, columns: dict[str, object]
) -> None:
    before = questions.change_mark()
    register(store, **columns)
    assert questions.change_mark() != before


def test_the_mark_changes_when_the_demonstration_is_cleared(store: Store, questions: DatabaseQuestions) -> None:
    before = questions.change_mark()
    with transaction(store.owner) as connection:
        connection.execute(text("INSERT INTO instance VALUES ('demonstration', '{}')"))
    assert questions.is_demonstration()
    assert questions.change_mark() != before


def test_what_was_read_before_is_not_told_again_after_a_change(store: Store, questions: DatabaseQuestions) -> None:
    window = last(hours=12)
    assert rows_of(questions.attacks(window)) == ()
    save(store, spraying(utc_now() - timedelta(hours=2)))
    register(store, stored=42)
    assert len(rows_of(questions.attacks(window))) == 1


def test_without_postgresql_every_answer_is_unavailable_and_says_what_to_do(
    postgres: Server, rules: LoginAttackRules
) -> None:
    url = parse_url(postgres.url("vigie_console", "x", "no_such_database"), "TEST")
    engine = make_engine(url.set(port=1), application="test", statement_timeout_s=1)
    questions, window = DatabaseQuestions(engine, rules), last(hours=1)
    answers = [
        questions.summary(window), questions.series(window, timedelta(hours=1)), questions.per_day(window),
        questions.by_hour(window), questions.failed_by_user(window, 5), questions.failed_by_address(window, 5),
        questions.newest(window, LoginFilter(), 0, 5), questions.attacks(window),
        questions.successes_after_failures(window), questions.last_failure_before(window.until), questions.statuses(),
    ]  # fmt: skip
    assert {(a.rows, a.completeness, bool(a.sentence and a.advice)) for a in answers} == {
        (None, Completeness.UNAVAILABLE, True)
    }
    with pytest.raises(StoreUnavailable):
        questions.change_mark()


def test_a_question_that_postgresql_refuses_is_an_answer_and_not_an_exception(
    store: Store, questions: DatabaseQuestions, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(store.owner) as connection:
        connection.execute(text("REVOKE SELECT ON events_hourly FROM vigie_console"))
    answer = questions.summary(last(days=1))
    assert (answer.rows, answer.sentence) == (None, "PostgreSQL refused the question.")
    assert "a question could not be asked" in caplog.text


def test_a_window_of_one_week_touches_only_the_partitions_of_that_week(
    store: Store, questions: DatabaseQuestions, plans: list[str]
) -> None:
    now = utc_now()
    save(store, [login(now - timedelta(days=n), "alice", CHARLIE, event_key=key_of(str(n))) for n in range(200)])
    window = TimeRange(
        now - timedelta(days=100, minutes=7), now - timedelta(days=94, minutes=3), ZoneInfo("Asia/Kolkata")
    )
    for question in (questions.summary, questions.per_day, questions.by_hour, questions.attacks):
        question(window)
    questions.series(window, timedelta(minutes=5))
    questions.newest(window, LoginFilter(source_ip=CHARLIE), 0, 9)
    questions.failed_by_user(window, 5)
    questions.failed_by_address(window, 5)
    assert len(plans) >= 9
    oldest = min(partitions(plans))  # it says since when logins are collected
    assert 1 <= len(partitions(plans) - {oldest}) <= 2


def test_whole_hours_are_counted_without_the_events(
    store: Store, questions: DatabaseQuestions, plans: list[str]
) -> None:
    now = utc_now()
    save(store, [login(now - timedelta(days=n), "alice", CHARLIE, event_key=key_of(str(n))) for n in range(60)])
    questions.per_day(TimeRange(now - timedelta(days=56), now, ZoneInfo("Europe/Paris")))
    assert len(partitions(plans)) <= 2


def test_logins_are_known_from_the_oldest_that_was_read(store: Store, questions: DatabaseQuestions) -> None:
    oldest = utc_now() - timedelta(days=400)
    noise = login(oldest - timedelta(days=9), "alice", "192.0.2.1", category="web", action="http_request")
    save(store, [noise, login(oldest, "alice", "192.0.2.1"), login(utc_now(), "bob", "192.0.2.1")])
    assert questions.summary(last(hours=1)).collected_since == oldest


def test_a_supplier_without_history_is_known_from_its_first_start(store: Store, questions: DatabaseQuestions) -> None:
    started = utc_now() - timedelta(hours=3)
    register(store, registered_at=started)
    assert questions.attacks(last(hours=9)).collected_since == started


def test_a_source_that_supplies_no_logins_says_nothing_of_them(store: Store, rules: LoginAttackRules) -> None:
    register(store, "proxy", kind="access log")
    assert DatabaseQuestions(store.console, rules).summary(last(hours=9)).collected_since is None
