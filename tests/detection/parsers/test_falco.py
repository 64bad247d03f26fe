"""Alerts as a real Falco 0.44 wrote them, with every option that changes their shape."""

import json

import pytest

from detection.parsers.interface import Found, Ignored, Rejected
from tests.detection.parsers.reading import SAMPLES, one, parse, read, sketches
from vigie.severity import Severity

RECORDED = sorted(path.name for path in (SAMPLES / "falco").glob("*.jsonl"))
SHADOW = (SAMPLES / "falco/all_syn_read_shadow.jsonl").read_text(encoding="utf-8")


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(SHADOW), **fields})


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_alert_is_an_event_with_its_rule_and_host(name: str) -> None:
    parsed = read("falco", f"falco/{name}")
    assert all(isinstance(each, Found) for each in parsed)
    assert all(sketch.rule and sketch.host_name == "vm" and sketch.message for sketch in sketches(parsed))


def test_a_read_of_shadow_tells_who_where_and_with_what() -> None:
    alert = one("falco", SHADOW)
    assert (alert.action, alert.category, alert.severity) == (
        "falco_rule_match",
        "intrusion_detection",
        Severity.MEDIUM,
    )
    assert (alert.user_name, alert.process_name, alert.container_name) == ("root", "cat", "vigie-api")
    assert alert.occurred_at.isoformat() == "2025-11-20T00:53:20.002000+00:00"


def test_the_message_is_without_time_and_priority_whatever_the_options() -> None:
    messages = {sketch.message for sketch in sketches(read("falco", "falco/json_option_variants.jsonl"))}
    assert all(m is not None and m.startswith(("Sensitive file opened", "Read sensitive file")) for m in messages)


def test_the_remote_address_of_a_connection_is_its_source_address() -> None:
    found = sketches(read("falco", "falco/stable_syn_revshell.jsonl"))
    assert {str(sketch.source_ip) for sketch in found} == {"198.51.100.7"}


def test_dropped_system_calls_are_high_though_falco_calls_them_debug() -> None:
    (drop,) = sketches(read("falco", "falco/internal_syscall_drop.jsonl"))
    assert (drop.action, drop.category, drop.severity) == ("sensor_drop", "sensor", Severity.HIGH)
    assert drop.raw["priority"] == "Debug"


def test_a_snapshot_of_metrics_is_no_rule_match() -> None:
    assert {s.action for s in sketches(read("falco", "falco/internal_metrics_snapshot.jsonl"))} == {"sensor_metrics"}


@pytest.mark.parametrize(
    ("priority", "severity"),
    [("Emergency", 5), ("Alert", 5), ("Critical", 5), ("Error", 4), ("Warning", 3), ("Notice", 2),
     ("Informational", 1), ("INFO", 1), ("Debug", 1)],
)  # fmt: skip
def test_its_priority_becomes_our_severity(priority: str, severity: int) -> None:
    assert one("falco", changed(priority=priority)).severity == severity


def test_what_falco_does_not_know_is_nothing() -> None:
    alert = one("falco", changed(output_fields={"user.name": "<NA>", "container.name": "", "container.id": None}))
    assert (alert.user_name, alert.container_name) == (None, None)


def test_a_process_of_the_host_is_in_no_container() -> None:
    assert (
        one("falco", changed(output_fields={"container.id": "host", "container.name": "host"})).container_name is None
    )


def test_control_characters_in_a_file_name_are_not_shown() -> None:
    shown = one("falco", changed(message="opened \x1b[31m\u202e/etc/x\x00")).message
    assert shown == "opened \ufffd[31m\ufffd/etc/x\ufffd"


def test_a_password_on_a_command_line_is_not_kept() -> None:
    alert = one("falco", changed(output_fields={"proc.cmdline": "psql password=hunter2"}))
    assert "hunter2" not in str(alert.raw)


def test_the_report_at_its_end_is_passed_over() -> None:
    assert isinstance(parse("falco", "Events detected: 3"), Ignored)
    assert isinstance(parse("falco", "   CRITICAL: 1"), Ignored)


@pytest.mark.parametrize("field", ["time", "rule", "priority"])
@pytest.mark.parametrize("value", [None, 7.5, {"a": 1}, "", "soon"])
def test_an_alert_without_what_it_needs_is_kept_as_rejected(field: str, value: object) -> None:
    parsed = parse("falco", changed(**{field: value}))
    if field == "rule" and value in (7.5, "soon"):
        assert isinstance(parsed, Found)
    else:
        assert isinstance(parsed, Rejected)
        assert parsed.excerpt.startswith("{")


def test_the_order_of_its_keys_does_not_make_it_another_alert() -> None:
    turned = json.dumps(dict(reversed(json.loads(SHADOW).items())))
    first, second = parse("falco", SHADOW), parse("falco", turned)
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert first.events("falco")[0].event_key == second.events("falco")[0].event_key
