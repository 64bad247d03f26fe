"""The questions of the Alerts page on a real store."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from dashboard.sources.alert_database import AlertDatabase
from dashboard.sources.alert_questions import AlertDetail, Alerts, Anybody, Order, Queue, Status
from dashboard.sources.alert_state import alert_mark
from dashboard.sources.interface import Completeness
from tests.conftest import Store
from tests.dashboard.conftest import ALICE, add_people
from tests.vigie.alerts import put_alert, put_rule
from vigie.event import Event
from vigie.severity import Severity
from vigie.store.audit import record_action
from vigie.store.engine import transaction
from vigie.store.people import find_person
from vigie.store.triage import By, Seen, Triage, Verdict

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


def record(connection: Connection, action: str, target: str, detail: Mapping[str, object]) -> None:
    record_action(connection, actor="test", action=action, outcome="success", target=target, detail=detail)


@pytest.fixture
def alerts(store: Store) -> AlertDatabase:
    add_people(store)
    return AlertDatabase(store.console)


@pytest.fixture
def triage(store: Store, alerts: AlertDatabase) -> Triage:
    return Triage(store.console, record)


def alice(store: Store) -> By:
    with transaction(store.console) as connection:
        person = find_person(connection, ALICE)
    assert person
    return By(person.id, person.email)


def asked(alerts: AlertDatabase, queue: Queue | None = None, limit: int = 50) -> Alerts:
    found = alerts.queue(queue or Queue(), limit).rows
    assert found
    return found


def one(alerts: AlertDatabase, number: int) -> AlertDetail:
    (found,) = alerts.one(number).rows or ()
    return found


def change(store: Store, statement: str, **values: object) -> None:
    with transaction(store.owner) as connection:
        connection.execute(text(statement), values)


def test_the_worst_comes_first_then_what_was_seen_last(store: Store, alerts: AlertDatabase) -> None:
    old = put_alert(store, "a", at=NOW - MINUTE)
    new = put_alert(store, "b", at=NOW)
    bad = put_alert(store, "c", severity=Severity.CRITICAL, at=NOW - 9 * MINUTE)
    assert [row.id for row in asked(alerts).rows] == [bad, new, old]
    assert [row.id for row in asked(alerts, Queue(order=Order.NEWEST)).rows] == [new, old, bad]


def test_each_status_has_its_list_and_its_count(store: Store, alerts: AlertDatabase, triage: Triage) -> None:
    first, second, third = (put_alert(store, rule) for rule in "abc")
    triage.acknowledge([Seen(first, 1)], alice(store))
    triage.close([Seen(second, 1)], alice(store), Verdict.BENIGN)
    listed = {status: [row.id for row in asked(alerts, Queue(status)).rows] for status in Status}
    assert listed == {Status.OPEN: [third], Status.ACKNOWLEDGED: [first], Status.CLOSED: [second]}
    assert set(asked(alerts).counts.values()) == {1}


def test_an_acknowledgement_that_has_ended_is_open_again(store: Store, alerts: AlertDatabase, triage: Triage) -> None:
    number = put_alert(store)
    triage.acknowledge([Seen(number, 1)], alice(store), NOW + timedelta(hours=1))
    change(store, "UPDATE alerts SET acknowledged_until = now() - interval '1 s'")
    (row,) = asked(alerts).rows
    assert (row.status, row.has_ended, row.assignee and row.assignee.name) == (Status.OPEN, True, "Alice")
    assert asked(alerts, Queue(Status.ACKNOWLEDGED)).rows == ()


@pytest.mark.parametrize(
    ("queue", "found"),
    [
        (Queue(at_least=Severity.HIGH), {"guessing", "shell"}),
        (Queue(rule="shell"), {"shell"}),
        (Queue(text="VIGIE-api"), {"shell"}),
        (Queue(text="100%"), {"odd"}),
        (Queue(text="_"), set()),
        (Queue(assignee=Anybody(None)), {"guessing", "shell", "odd"}),
        (Queue(assignee=Anybody(10**15)), set()),
    ],
)
def test_a_filter_leaves_the_others_out(store: Store, alerts: AlertDatabase, queue: Queue, found: set[str]) -> None:
    put_alert(store, "guessing")
    put_alert(store, "shell", entity={"container_name": "vigie-api"}, severity=Severity.CRITICAL)
    put_alert(store, "odd", entity={"user_name": "100% real"}, severity=Severity.LOW)
    answer = asked(alerts, queue)
    assert {row.rule for row in answer.rows} == found
    assert (answer.total, answer.counts[Status.OPEN]) == (len(found), len(found))


def test_earlier_verdicts_stand_with_the_row(store: Store, alerts: AlertDatabase, triage: Triage) -> None:
    number, who = put_alert(store), alice(store)
    triage.close([Seen(number, 1)], who, Verdict.BENIGN, "the scan")
    triage.reopen([Seen(number, 2)], who)
    (row,) = asked(alerts).rows
    assert (row.verdicts, row.version) == ({"benign": 1}, 3)
    assert [(act.actor, act.verdict, act.note) for act in one(alerts, number).closes] == [
        ("Alice", "benign", "the scan")
    ]


def test_it_is_told_how_the_rule_was_judged_elsewhere(store: Store, alerts: AlertDatabase, triage: Triage) -> None:
    number, other = put_alert(store), put_alert(store, entity={"source_ip": "192.0.2.9"})
    third = put_alert(store, "another rule")
    for each in (other, third):
        triage.close([Seen(each, 1)], alice(store), Verdict.FALSE_POSITIVE)
    assert one(alerts, number).elsewhere == {"false positive": 1}


def test_its_life_is_told_in_order(store: Store, alerts: AlertDatabase, triage: Triage) -> None:
    number, who = put_alert(store), alice(store)
    triage.assign([Seen(number, 1)], who, who.person_id)
    triage.note([Seen(number, 2)], who, "The address is ours.")
    acts = one(alerts, number).acts
    assert [(act.actor, act.act) for act in acts] == [("vigie", "opened"), ("Alice", "assigned"), ("Alice", "noted")]
    assert (acts[1].assignee, acts[2].note) == ("Alice", "The address is ours.")


@pytest.mark.parametrize(
    ("span", "step", "n"),
    [
        (timedelta(), MINUTE, 1),
        (timedelta(minutes=59), MINUTE, 60),
        (timedelta(hours=3), 5 * MINUTE, 37),
        (timedelta(days=40), 1440 * MINUTE, 41),
        (timedelta(days=4000), 43_200 * MINUTE, 60),
    ],
)
def test_hits_are_counted_in_steps_that_suit_their_span(
    store: Store, alerts: AlertDatabase, span: timedelta, step: timedelta, n: int
) -> None:
    last = datetime(2026, 11, 20, 2, 29, 30, tzinfo=UTC)
    number = put_alert(store, at=last, count=5)
    change(store, "UPDATE alerts SET first_seen = :first", first=last.replace(second=0) - span)
    hits = one(alerts, number).hits
    assert hits
    assert (hits.step, len(hits.counts), sum(hits.counts)) == (step, n, 5)


def sample(store: Store, number: int, event: Event) -> None:
    change(
        store,
        "INSERT INTO alert_samples VALUES (:number, :at, :key)",
        number=number, at=event.occurred_at, key=event.event_key,
    )  # fmt: skip


def test_samples_are_events_and_those_that_retention_took_are_counted(store: Store, alerts: AlertDatabase) -> None:
    number = put_alert(store)
    kept, gone = (Event(NOW - n * MINUTE, bytes([n]) * 32, "app", "authentication", "authn_login_fail") for n in (1, 2))
    with transaction(store.worker) as connection:
        connection.execute(text("SELECT ensure_event_partitions(now() - interval '1 day', now() + interval '1 day')"))
        connection.execute(
            text("""INSERT INTO events
                    (occurred_at, received_at, event_key, source, category, action, outcome, severity)
                    VALUES (:at, :at, :key, 'app', 'authentication', 'authn_login_fail', 'failure', 1)"""),
            {"at": kept.occurred_at, "key": kept.event_key},
        )
    for each in (kept, gone):
        sample(store, number, each)
    found = one(alerts, number)
    assert [row.position.key for row in found.samples] == [kept.event_key.hex()]
    assert found.samples_gone == 1


def test_what_people_read_of_the_rule_comes_with_it(store: Store, alerts: AlertDatabase) -> None:
    put_rule(store, description="Many tries.", falsepositives=["A forgotten password"], tags=["attack.t1110.001"])
    about = one(alerts, put_alert(store)).about
    assert (about.description, about.false_positives) == ("Many tries.", ("A forgotten password",))


def test_a_rule_file_of_any_shape_is_no_trouble(store: Store, alerts: AlertDatabase) -> None:
    put_rule(store, description=[{}], falsepositives="one", tags=None, runbook=5)
    assert one(alerts, put_alert(store)).about.false_positives == ("one",)


def test_there_is_no_such_alert(alerts: AlertDatabase) -> None:
    assert alerts.one(10**15).rows == []


def test_rules_that_do_not_look_are_no_quiet_night(store: Store, alerts: AlertDatabase) -> None:
    put_rule(store, "one")
    put_rule(store, "two", error="It is too slow.")
    assert (asked(alerts).looking.rules, asked(alerts).looking.failing) == (1, 1)
    change(
        store,
        """INSERT INTO detection_spans (category, since, until, noted_at)
           VALUES ('authentication', now(), now(), now() - interval '10 min')""",
    )
    answer = alerts.queue(Queue(), 50)
    assert (answer.completeness, answer.since is not None) == (Completeness.STALE, True)


def test_the_header_counts_what_is_open_and_critical(store: Store, alerts: AlertDatabase, triage: Triage) -> None:
    put_alert(store, "a")
    put_alert(store, "b", severity=Severity.CRITICAL)
    triage.close([Seen(put_alert(store, "c"), 1)], alice(store), Verdict.TEST)
    count = alerts.open_count().rows
    assert count
    assert (count.total, count.critical) == (2, 1)


def test_the_time_to_the_first_look_is_a_median_with_its_n(store: Store, alerts: AlertDatabase, triage: Triage) -> None:
    numbers = [put_alert(store, rule, at=NOW - 11 * MINUTE) for rule in "abc"]
    triage.acknowledge([Seen(number, 1) for number in numbers], alice(store))
    looked = asked(alerts).first_look
    assert looked
    assert (looked.n, looked.median >= 11 * MINUTE) == (3, True)


def mark(store: Store) -> str:
    with transaction(store.console) as connection:
        return alert_mark(connection)


def test_the_mark_moves_with_hits_with_acts_and_with_time(store: Store, alerts: AlertDatabase, triage: Triage) -> None:
    marks = [mark(store)]
    number = put_alert(store)
    marks.append(mark(store))
    change(store, "UPDATE alerts SET count = count + 1")
    marks.append(mark(store))
    triage.acknowledge([Seen(number, 1)], alice(store), NOW + timedelta(hours=1))
    marks.append(mark(store))
    change(store, "UPDATE alerts SET acknowledged_until = now() - interval '1 s'")
    marks.append(mark(store))
    put_rule(store)
    marks.append(mark(store))
    assert len(set(marks)) == len(marks)
    assert mark(store) == marks[-1]


def test_without_postgresql_it_says_so(store: Store, alerts: AlertDatabase) -> None:
    store.console.dispose()
    change(store, "REVOKE SELECT ON alerts FROM vigie_console")
    assert alerts.queue(Queue(), 50).rows is None
    assert alerts.open_count().completeness is Completeness.UNAVAILABLE
