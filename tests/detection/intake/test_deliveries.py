"""What is posted becomes events, once."""

import json
from collections.abc import Callable
from datetime import timedelta

from detection.intake.alerts import read_alerts
from detection.intake.deliveries import Sender
from tests.conftest import Store
from tests.detection.conftest import ask, until
from tests.detection.intake.conftest import SAMPLES, Intake, alert
from vigie.clock import utc_now

COUNTS = "SELECT (stored, duplicate, rejected, unplaced)::text FROM sources"


def test_alerts_that_differ_in_a_label_alone_are_not_folded() -> None:
    alert = {"status": "firing", "startsAt": "2026-11-20T06:25:14Z", "annotations": {"summary": "Full"}}
    alerts = [alert | {"labels": {"alertname": "DiskFull", "device": device}} for device in ("sda", "sdb", "sda")]
    records = read_alerts(Sender.GRAFANA, json.dumps({"alerts": alerts}), 0, utc_now()).records
    assert [record.fold_key == records[0].fold_key for record in records] == [True, False, True]


def test_an_alert_of_falco_becomes_an_event(intake: Intake, store: Store) -> None:
    answer = intake.post("falco", alert())
    assert (answer.status_code, answer.json()) == (200, {"stored": 1, "folded": 0, "duplicate": 0, "rejected": 0})
    found = "SELECT (source, rule, severity, user_name, host_name, process_name)::text FROM events"
    assert ask(store, found) == '(intake-falco,"Read sensitive file",3,www-data,web-1,cat)'


def test_the_same_delivery_twice_is_stored_once(intake: Intake, store: Store) -> None:
    twice = alert()
    reordered = dict(reversed(twice.items()))
    assert [intake.post("falco", one).json()["duplicate"] for one in (twice, reordered)] == [0, 1]
    assert (ask(store, "SELECT count(*) FROM events"), ask(store, COUNTS)) == (1, "(1,1,0,0)")


def test_every_recorded_webhook_of_alertmanager_is_stored_once(intake: Intake, store: Store) -> None:
    bodies = [each["body"] for each in json.loads((SAMPLES / "alertmanager_webhooks.json").read_text())["received"]]
    alerts = {
        (one["fingerprint"], one["startsAt"], one["status"], one["endsAt"]) for body in bodies for one in body["alerts"]
    }
    for body in [*bodies, *bodies]:
        assert intake.post("alertmanager", body).status_code == 200
    assert ask(store, "SELECT sum(n) FROM event_folds") == len(alerts)
    actions = ask(store, "SELECT string_agg(DISTINCT category || ' ' || action, ', ') FROM events")
    assert actions == "grafana_alert alert_firing, grafana_alert alert_resolved"


def test_alerts_of_grafana_keep_rule_severity_and_time(intake: Intake, store: Store) -> None:
    text = (SAMPLES / "grafana.json").read_text()
    assert intake.post("grafana", json.loads(text)).json()["stored"] == 2
    found = (
        "SELECT string_agg(concat_ws(' ', action, rule, severity, to_char(occurred_at, 'HH24:MI')), ', ') FROM events"
    )
    firing, resolved = "alert_firing high_error_rate 3 09:00", "alert_resolved service_down 5 08:40"
    assert sorted(ask(store, found).split(", ")) == [firing, resolved]


def test_what_one_group_holds_is_judged_alert_by_alert(intake: Intake, store: Store) -> None:
    body = json.loads((SAMPLES / "grafana.json").read_text())
    body["alerts"] += [7, {"status": "odd"}, {"status": "firing", "labels": {"alertname": "x"}, "startsAt": "soon"}]
    assert intake.post("grafana", body).json() == {"stored": 2, "folded": 0, "duplicate": 0, "rejected": 3}
    assert ask(store, "SELECT sum(n) FROM rejected WHERE source = 'intake-grafana'") == 3


def test_repeats_within_a_minute_are_one_event_with_an_exact_count(intake: Intake, store: Store) -> None:
    minute = utc_now().replace(second=10) - timedelta(minutes=5)
    repeats = [alert(minute, output="10:00:00.000000000: Warning Shell in a container") for _ in range(50)]
    later = alert(minute + timedelta(minutes=1), output="10:01:00.000000000: Warning Shell in a container")
    for one in [*repeats, *repeats[:20], later]:
        assert intake.post("falco", one).status_code == 200
    counts = "SELECT string_agg(n::text, ' ' ORDER BY n) FROM event_folds JOIN events USING (occurred_at, event_key)"
    assert (ask(store, counts), ask(store, "SELECT stored FROM sources")) == ("1 50", 51)


def test_two_intakes_share_one_store(start_intake: Callable[[], Intake], store: Store) -> None:
    one, other = start_intake(), start_intake()
    twice = alert()
    assert [each.post("falco", twice).json()["stored"] for each in (one, other)] == [1, 0]


def test_a_wrong_clock_is_set_aside_and_acknowledged(intake: Intake, store: Store) -> None:
    assert intake.post("falco", alert(utc_now() + timedelta(days=3650))).status_code == 200
    assert (ask(store, "SELECT count(*) FROM events_unplaced"), ask(store, COUNTS)) == (1, "(0,0,0,1)")


def test_what_is_no_alert_is_refused_and_kept_with_its_start(intake: Intake, store: Store) -> None:
    answer = intake.post("falco", {"rule": "x", "note": 5000 * "é"})
    assert (answer.status_code, answer.json()) == (422, {"error": "It has no time.", "rejected": 1})
    assert (
        ask(store, "SELECT reason FROM rejected WHERE octet_length(excerpt) BETWEEN 4000 AND 4096") == "It has no time."
    )


def test_extra_keys_set_no_column_of_ours(intake: Intake, store: Store) -> None:
    intake.post("falco", alert(severity=5, received_at="2001-01-01", event_key="00", source="charlie"))
    assert ask(store, "SELECT (severity, source)::text FROM events WHERE received_at > now() - interval '1 hour'") == (
        "(3,intake-falco)"
    )


def test_a_silent_sender_is_not_blind_while_the_intake_lives(intake: Intake, store: Store) -> None:
    intake.post("falco", alert())
    first = ask(store, "SELECT last_look_at FROM sources")
    until(lambda: ask(store, "SELECT last_look_at FROM sources") > first)
