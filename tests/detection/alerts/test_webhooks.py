"""Alerts of Grafana and Alertmanager fold into one another, end, and begin again, in whatever order they are told."""

import itertools
import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detection.alerts.webhooks import fingerprint_of
from detection.intake.alerts import read_alerts
from detection.intake.deliveries import Sender
from tests.detection.alerts.conftest import EMPTY, MINUTE, NOON, Watch
from vigie.clock import utc_now
from vigie.event import Event

STATE = "SELECT rule, title, severity, count, first_seen, last_seen, resolved_at, status FROM alerts ORDER BY rule, id"
ACTS = "SELECT act FROM alert_acts ORDER BY id"
LABELS = {"severity": "critical", "instance": "api-1:9100", "job": "api"}


def notified(
    status: str, minute: float, name: str = "HighErrorRate", sender: Sender = Sender.ALERTMANAGER,
    summary: str = "59 % of the requests failed", **labels: object,
) -> Event:  # fmt: skip
    """One alert of a webhook that began, or ended, so many minutes after NOON."""
    at = (NOON + minute * MINUTE).isoformat()
    never = "0001-01-01T00:00:00Z"
    alert: dict[str, Any] = {
        "status": status, "labels": {"alertname": name, **LABELS, **labels}, "annotations": {"summary": summary},
        "startsAt": at if status == "firing" else NOON.isoformat(), "endsAt": at if status == "resolved" else never,
    }  # fmt: skip
    delivery = read_alerts(sender, json.dumps({"alerts": [alert]}), 0, utc_now())
    assert not delivery.rejected
    return delivery.records[0].event


def firing(minute: float, **more: Any) -> Event:
    return notified("firing", minute, **more)


def resolved(minute: float, **more: Any) -> Event:
    return notified("resolved", minute, **more)


def at(minute: float) -> datetime:
    return NOON + minute * MINUTE


def one(watch: Watch) -> tuple[Any, ...]:
    [found] = watch.ask(STATE)
    return found


def test_a_webhook_becomes_an_alert_with_the_words_of_its_summary(watch: Watch) -> None:
    watch.see(firing(0))
    assert one(watch) == (
        "grafana/HighErrorRate", "59 % of the requests failed", 5, 1, at(0), at(0), None, "open"
    )  # fmt: skip
    entity = {"host_name": "api-1:9100", "job": "api"}
    assert watch.ask("SELECT entity, sources FROM alerts") == [(entity, ["intake-alertmanager"])]


def test_its_rule_is_known_as_soon_as_it_is_told_of(watch: Watch) -> None:
    watch.see(firing(0))
    assert watch.ask("SELECT rule, title, severity, kind, is_loaded FROM rules") == [
        ("grafana/HighErrorRate", "HighErrorRate", 5, "grafana", True)
    ]


def test_grafana_and_alertmanager_tell_of_one_alert(watch: Watch) -> None:
    watch.see(firing(0), firing(0, sender=Sender.GRAFANA, grafana_folder="Infra", __alert_rule_uid__="x9"))
    watch.see(firing(3, sender=Sender.GRAFANA, grafana_folder="Infra"))
    assert (one(watch)[3], one(watch)[5]) == (3, at(3))
    assert watch.ask("SELECT sources FROM alerts") == [(["intake-alertmanager", "intake-grafana"],)]


def test_other_labels_are_another_alert(watch: Watch) -> None:
    watch.see(firing(0), firing(0, instance="api-2:9100"), firing(0, severity="warning"))
    assert sorted(row[2] for row in watch.ask(STATE)) == [3, 5, 5]


def test_it_is_over_when_the_sender_says_so_and_stays_open_for_people(watch: Watch) -> None:
    watch.see(firing(0))
    watch.see(resolved(9))
    assert one(watch)[6:] == (at(9), "open")
    assert watch.ask(ACTS) == [("opened",), ("resolved",)]


def test_an_end_that_is_told_before_the_beginning_counts(watch: Watch) -> None:
    watch.see(resolved(9))
    assert watch.ask(STATE) == []
    watch.see(firing(0))
    assert one(watch)[6] == at(9)


def test_it_fires_again_after_its_end(watch: Watch) -> None:
    watch.see(firing(0), resolved(9))
    watch.see(firing(20))
    assert (one(watch)[3], one(watch)[6]) == (2, None)
    watch.see(resolved(30))
    assert one(watch)[6] == at(30)
    assert watch.ask(ACTS) == [("opened",), ("resolved",), ("resolved",)]


def test_an_old_end_that_comes_late_ends_nothing(watch: Watch) -> None:
    watch.see(firing(0), firing(20))
    watch.see(resolved(9))
    assert one(watch)[6] is None


def test_the_words_are_those_of_the_newest_notification(watch: Watch) -> None:
    watch.see(firing(20, summary="99 % failed"))
    watch.see(firing(0))
    assert one(watch)[1] == "99 % failed"


def test_told_twice_is_once(watch: Watch) -> None:
    for _ in range(2):
        watch.see(firing(0), resolved(9))
        watch.run(
            "INSERT INTO detection_spans (category, since, until) VALUES ('grafana_alert', %s, %s)", (at(0), at(9))
        )
        watch.look()
    assert (one(watch)[3], watch.ask(ACTS)) == (1, [("opened",), ("resolved",)])


def test_a_close_that_holds_holds_when_it_fires_again(watch: Watch) -> None:
    watch.see(firing(0))
    watch.run("""UPDATE alerts SET status = 'closed', verdict = 'benign', status_at = now(),
                 holds_until = now() + interval '30 days'""")
    watch.see(firing(200))
    assert (one(watch)[3], one(watch)[7]) == (2, "closed")


def test_it_comes_back_as_a_regression_after_a_true_positive(watch: Watch) -> None:
    watch.see(firing(0))
    watch.run("UPDATE alerts SET status = 'closed', verdict = 'true positive', status_at = %s", (at(5),))
    watch.see(firing(200))
    assert (one(watch)[7], watch.ask(ACTS)[-1]) == ("open", ("regressed",))


def test_a_rule_that_is_off_makes_no_alert(watch: Watch) -> None:
    watch.run("""INSERT INTO rule_switches (rule, until, reason, actor)
                 VALUES ('grafana/HighErrorRate', now() + interval '1 day', 'Maintenance', 'alice@example.org')""")
    watch.see(firing(0), firing(0, name="DiskFull"))
    assert [row[0] for row in watch.ask(STATE)] == ["grafana/DiskFull"]


def test_without_its_raw_record_it_is_told_apart_by_its_columns(watch: Watch) -> None:
    watch.keep(firing(0), firing(1, instance="api-2:9100"))
    watch.run("TRUNCATE events_raw")
    watch.look()
    assert watch.ask("SELECT entity FROM alerts ORDER BY id") == [
        ({"host_name": "api-1:9100"},), ({"host_name": "api-2:9100"},)
    ]  # fmt: skip


def test_its_newest_events_are_linked(watch: Watch) -> None:
    watch.see(firing(0), firing(3))
    assert watch.ask("SELECT occurred_at FROM alert_samples ORDER BY occurred_at") == [(at(0),), (at(3),)]


@pytest.mark.parametrize("name", ["<b>x</b>", "a\u202eb", "x" * 300, "'; DROP TABLE alerts; --", "%s %(x)s"])
def test_hostile_names_and_labels_are_text(watch: Watch, name: str) -> None:
    watch.see(firing(0, name=name, summary=name, **{name: name, "severity": name}))
    assert one(watch)[3] == 1


def test_labels_are_the_same_in_any_order() -> None:
    labels = list(LABELS.items())
    assert len({fingerprint_of("x", dict(each)) for each in itertools.permutations(labels)}) == 1


TOLD = st.lists(
    st.tuples(st.sampled_from(["firing", "resolved"]), st.integers(0, 90), st.sampled_from(["a", "b"])),
    min_size=1, max_size=12,
)  # fmt: skip


def expected(given_events: Sequence[tuple[str, int, str]]) -> list[tuple[Any, ...]]:
    """By brute force: what one must know of each instance when all is told."""
    found = []
    for instance in "ab":
        begins = sorted({minute for status, minute, which in given_events if (status, which) == ("firing", instance)})
        ends = [minute for status, minute, which in given_events if (status, which) == ("resolved", instance)]
        if begins:
            over = at(max(ends)) if ends and max(ends) >= begins[-1] else None
            found.append((instance, len(begins), at(begins[0]), at(begins[-1]), over))
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TOLD, st.randoms(use_true_random=False))
def test_any_order_and_any_batches_give_the_same(
    watch: Watch, told: list[tuple[str, int, str]], chance: random.Random
) -> None:
    watch.run(EMPTY)
    events = [notified(status, minute, instance=instance) for status, minute, instance in told]
    chance.shuffle(events)
    while events:
        batch = [events.pop() for _ in range(min(len(events), chance.randint(1, 4)))]
        watch.see(*batch)
    question = "SELECT entity ->> 'host_name', count, first_seen, last_seen, resolved_at FROM alerts ORDER BY 1"
    assert watch.ask(question) == expected(told)


def test_a_long_silence_between_two_notifications_costs_nothing(watch: Watch) -> None:
    watch.see(firing(0), resolved(1))
    watch.see(firing(60 * 24))
    assert (one(watch)[3], one(watch)[5]) == (2, NOON + timedelta(days=1))
