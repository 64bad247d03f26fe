"""What people decide about alerts: each command, who is told what, and that nobody overwrites anybody."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, text

from tests.conftest import Store
from tests.vigie.alerts import put_alert
from vigie.errors import VigieError
from vigie.store.audit import record_action
from vigie.store.engine import make_engine, parse_url, transaction
from vigie.store.people import PersonRole, create_person, find_person
from vigie.store.roles import Role
from vigie.store.triage import MOST_AT_ONCE, By, Done, Seen, Triage, Verdict, Why

ALICE, BOB = "alice@example.org", "bob@example.org"
PASSWORD = "rivers run under bridges"


def record(connection: Connection, action: str, target: str, detail: Mapping[str, object]) -> None:
    record_action(connection, actor="test", action=action, outcome="success", target=target, detail=detail)


@pytest.fixture
def triage(store: Store) -> Triage:
    with transaction(store.console) as connection:
        create_person(connection, ALICE, "Alice", PersonRole.ANALYST, PASSWORD)
        create_person(connection, BOB, "Bob", PersonRole.ADMIN, PASSWORD)
        create_person(connection, "vera@example.org", "Vera", PersonRole.VIEWER, PASSWORD)
    return Triage(store.console, record)


def by(store: Store, email: str) -> By:
    with transaction(store.console) as connection:
        person = find_person(connection, email)
    assert person
    return By(person.id, email)


def asked(store: Store, statement: str) -> object:
    with transaction(store.owner) as connection:
        return connection.scalar(text(statement))


def stands(store: Store, number: int) -> tuple[object, ...]:
    with transaction(store.owner) as connection:
        statement = "SELECT status, verdict, version, assignee_id FROM alerts WHERE id = :id"
        return tuple(connection.execute(text(statement), {"id": number}).one())


def acts(store: Store) -> object:
    return asked(store, "SELECT string_agg(act, ' ' ORDER BY id) FROM alert_acts")


def audited(store: Store) -> object:
    return asked(store, "SELECT string_agg(action || ' ' || target, ', ' ORDER BY id) FROM audit WHERE actor = 'test'")


def test_alice_acknowledges_and_it_is_hers(store: Store, triage: Triage) -> None:
    number, alice = put_alert(store), by(store, ALICE)
    assert triage.acknowledge([Seen(number, 1)], alice, note="I look at it") == Done((number,), ())
    assert stands(store, number) == ("acknowledged", None, 2, alice.person_id)
    assert (acts(store), audited(store)) == ("opened acknowledged", f"alert_acknowledge alert {number}")


def test_an_acknowledgement_takes_it_from_nobody(store: Store, triage: Triage) -> None:
    number, alice, bob = put_alert(store), by(store, ALICE), by(store, BOB)
    triage.assign([Seen(number, 1)], alice, bob.person_id)
    triage.acknowledge([Seen(number, 2)], alice)
    assert stands(store, number)[3] == bob.person_id


@pytest.mark.parametrize(("verdict", "holds"), [(Verdict.BENIGN, True), (Verdict.TRUE_POSITIVE, False)])
def test_a_close_holds_thirty_days_where_nothing_was_wrong(
    store: Store, triage: Triage, verdict: Verdict, holds: bool
) -> None:
    number = put_alert(store)
    triage.close([Seen(number, 1)], by(store, ALICE), verdict, "seen before")
    assert stands(store, number)[:3] == ("closed", verdict.value, 2)
    assert asked(store, "SELECT holds_until > now() + interval '29 days' FROM alerts") is (True if holds else None)
    assert asked(store, "SELECT count_at_close FROM alerts") == 6


def test_a_verdict_is_corrected_and_both_stay_in_its_life(store: Store, triage: Triage) -> None:
    number, alice = put_alert(store), by(store, ALICE)
    triage.close([Seen(number, 1)], alice, Verdict.BENIGN)
    triage.close([Seen(number, 2)], alice, Verdict.TRUE_POSITIVE)
    assert stands(store, number)[1] == "true positive"
    assert asked(store, "SELECT string_agg(verdict, ', ' ORDER BY id) FROM alert_acts") == "benign, true positive"


def test_a_close_is_taken_back(store: Store, triage: Triage) -> None:
    number, alice = put_alert(store), by(store, ALICE)
    triage.close([Seen(number, 1)], alice, Verdict.BENIGN)
    triage.reopen([Seen(number, 2)], alice, "it was not")
    assert stands(store, number)[:3] == ("open", None, 3)
    assert asked(store, "SELECT holds_until IS NULL AND count_at_close IS NULL FROM alerts") is True


def test_what_is_open_cannot_be_reopened_and_what_is_closed_not_acknowledged(store: Store, triage: Triage) -> None:
    number, alice = put_alert(store), by(store, ALICE)
    assert triage.reopen([Seen(number, 1)], alice).left[0].why is Why.NOT_POSSIBLE
    triage.close([Seen(number, 1)], alice, Verdict.TEST)
    assert triage.acknowledge([Seen(number, 2)], alice).left[0].why is Why.NOT_POSSIBLE


def test_an_acknowledgement_that_has_ended_can_be_given_again(store: Store, triage: Triage) -> None:
    number, alice = put_alert(store), by(store, ALICE)
    triage.acknowledge([Seen(number, 1)], alice, datetime.now(UTC) + timedelta(hours=1))
    with transaction(store.owner) as connection:
        connection.execute(text("UPDATE alerts SET acknowledged_until = now() - interval '1 s'"))
    assert triage.reopen([Seen(number, 2)], alice).left[0].status == "open"
    assert triage.acknowledge([Seen(number, 2)], alice).changed == (number,)


def test_who_comes_second_is_told_what_the_first_did(store: Store, triage: Triage) -> None:
    number = put_alert(store)
    triage.close([Seen(number, 1)], by(store, BOB), Verdict.BENIGN, "the monthly scan")
    (left,) = triage.close([Seen(number, 1)], by(store, ALICE), Verdict.TRUE_POSITIVE).left
    assert left.last
    assert (left.why, left.last.actor, left.last.act, left.last.verdict) == (Why.CHANGED, "Bob", "closed", "benign")
    assert stands(store, number)[:3] == ("closed", "benign", 2)


def test_a_note_is_added_whatever_was_done_meanwhile_and_is_news_to_others(store: Store, triage: Triage) -> None:
    number = put_alert(store)
    triage.acknowledge([Seen(number, 1)], by(store, BOB))
    assert triage.note([Seen(number, 1)], by(store, ALICE), "The address is ours.").changed == (number,)
    assert stands(store, number)[2] == 3


def test_of_many_those_that_changed_meanwhile_are_left_and_named(store: Store, triage: Triage) -> None:
    first, second = put_alert(store), put_alert(store, "other", "Another")
    triage.acknowledge([Seen(second, 1)], by(store, BOB))
    done = triage.close([Seen(first, 1), Seen(second, 1), Seen(999, 1)], by(store, ALICE), Verdict.BENIGN)
    assert done.changed == (first,)
    assert [(left.id, left.why, left.title) for left in done.left] == [
        (second, Why.CHANGED, "Another"), (999, Why.GONE, ""),
    ]  # fmt: skip


def test_only_somebody_who_may_act_is_assigned(store: Store, triage: Triage) -> None:
    number, alice = put_alert(store), by(store, ALICE)
    with pytest.raises(VigieError, match="may look after alerts"):
        triage.assign([Seen(number, 1)], alice, by(store, "vera@example.org").person_id)
    triage.assign([Seen(number, 1)], alice, alice.person_id)
    assert triage.assign([Seen(number, 2)], alice, None).changed == (number,)


@pytest.mark.parametrize(
    ("does", "words"),
    [
        (lambda t, who: t.close([], who, Verdict.TEST), "No alert is chosen"),
        (lambda t, who: t.close([Seen(n, 1) for n in range(MOST_AT_ONCE + 1)], who, Verdict.TEST), "too many at once"),
        (lambda t, who: t.note([Seen(1, 1)], who, " \n"), "The note is empty"),
        (lambda t, who: t.note([Seen(1, 1)], who, "x" * 4001), "longer than"),
        (lambda t, who: t.acknowledge([Seen(1, 1)], who, datetime.now(UTC)), "within the next 90 days"),
        (lambda t, who: t.acknowledge([Seen(1, 1)], who, datetime.now(UTC) + timedelta(days=91)), "within the next"),
        (lambda t, who: t.assign([Seen(1, 1)], who, 10**15), "may look after alerts"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(
    store: Store, triage: Triage, does: Callable[[Triage, By], Done], words: str
) -> None:
    put_alert(store)
    with pytest.raises(VigieError, match=words):
        does(triage, by(store, ALICE))
    assert (acts(store), audited(store)) == ("opened", None)


def at_once(*jobs: Callable[[], Done]) -> list[Done]:
    """Runs the jobs in threads of their own that begin together; who is told to do it again does."""
    barrier, done, refused = threading.Barrier(len(jobs)), [], []

    def run(job: Callable[[], Done]) -> None:
        barrier.wait(60)
        for _ in range(30):
            try:
                done.append(job())
                return
            except VigieError as error:
                refused.append(error.advice)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert set(refused) <= {"Do it again."}
    return done


def test_of_two_who_close_at_once_one_wins_and_the_other_is_told(store: Store, triage: Triage) -> None:
    number, alice, bob = put_alert(store), by(store, ALICE), by(store, BOB)
    done = at_once(
        lambda: triage.close([Seen(number, 1)], alice, Verdict.TRUE_POSITIVE),
        lambda: triage.close([Seen(number, 1)], bob, Verdict.BENIGN),
    )
    assert sorted(len(each.changed) for each in done) == [0, 1]
    (left,) = next(each.left for each in done if not each.changed)
    assert (left.why, left.last and left.last.verdict) == (Why.CHANGED, stands(store, number)[1])


def test_twenty_people_who_act_on_many_at_once_lose_nothing(store: Store, triage: Triage) -> None:
    numbers, alice = [put_alert(store, entity={"user_name": f"user-{n}"}) for n in range(30)], by(store, ALICE)
    url = parse_url(store.url(Role.CONSOLE), "TEST")
    engine = make_engine(url, application="test", statement_timeout_s=30, pool_size=20, connect_timeout_s=60)
    crowd = Triage(engine, record)
    orders = (numbers, numbers[::-1])
    jobs: list[Callable[[], Done]] = [
        partial(crowd.note, [Seen(i, 1) for i in orders[n % 2]], alice, f"note {n}") for n in range(16)
    ]
    jobs += [partial(crowd.close, [Seen(i, 1) for i in numbers], alice, Verdict.BENIGN)] * 4
    done = at_once(*jobs)
    engine.dispose()
    changed = sum(len(each.changed) for each in done)
    assert len(done) == 20
    assert asked(store, "SELECT sum(version - 1) FROM alerts") == changed
    assert asked(store, "SELECT count(*) FROM alert_acts WHERE act <> 'opened'") == changed
    assert asked(store, "SELECT count(*) FROM audit WHERE actor = 'test'") == changed
    assert asked(store, "SELECT count(*) FROM alert_acts WHERE act = 'closed' GROUP BY alert_id LIMIT 1") in (None, 1)
