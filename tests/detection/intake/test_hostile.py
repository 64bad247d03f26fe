"""Bodies of ill will and of broken senders: never a 5xx, and what is answered 200 is stored."""

import copy
import json
import random
from collections.abc import Iterator

import pytest

from tests.conftest import Store
from tests.detection.conftest import ask
from tests.detection.intake.conftest import SAMPLES, Intake, alert

ROUNDS = 300
VALUES: tuple[object, ...] = (
    None, True, 0, -1, 1.5, 10**400, 1e308, "", "\x00", "\ud800", "\u202egnp.exe", "<b>x</b>", "x" * 5000, [], {}, [[]],
    {"a": {"b": None}}, "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+14:00", "2026-13-45T99:99:99Z", "NaN", "-1 day",
    "'; DROP TABLE events; --", ["firing"], {"alertname": {"x": 1}}, [None, 1, "x"], 2**63, -(2**63) - 1,
)  # fmt: skip


def texts() -> Iterator[bytes]:
    """What is hardly JSON, after the cases of well-known suites of tests for parsers."""
    good = json.dumps(alert()).encode()
    yield from (
        b"",
        b" ",
        b"null",
        b"true",
        b"0",
        b'""',
        b"[]",
        b"{}",
        b"[{}]",
        b'"falco"',
        b"{]",
        b"}",
        b"[,]",
        b"{,}",
    )
    yield from (good[:cut] for cut in range(1, len(good), 7))
    yield from (b"\xef\xbb\xbf" + good, good + good, good + b"x", b"\xff\xfe" + good.decode().encode("utf-16-le"))
    yield from (b"[" * 100_000, b'{"a":' * 50_000, b"[" * 500 + b"]" * 500, b'{"a":' * 33 + b"1" + b"}" * 33)
    yield from (b'{"time":' + each + b"}" for each in (b"NaN", b"-Infinity", b"1e999", b"-", b"01", b"1.", b"9" * 9000))
    yield from (
        good.replace(b"/etc/shadow", each) for each in (b"\x00", b"\\u0000", b"\\ud800", b"\xff", b"\n", b"\\x")
    )
    yield good.replace(b'"rule"', b'"rule": 7, "rule"')
    yield b'{"alerts":' + b"[" * 30 + b"]" * 30 + b"}"
    yield b'{"alerts":[' + b"{}," * 30_000 + b"{}]}"
    yield json.dumps(alert(output_fields={f"field.{n}": n for n in range(5000)})).encode()
    yield json.dumps(alert(output_fields={"n": 10**300, "m": 1e-300, "k" * 60_000: "v"})).encode()


def mutated(sender: str, dice: random.Random) -> bytes:
    """A good body with something in it replaced, added or taken away."""
    body = alert() if sender == "falco" else json.loads((SAMPLES / "grafana.json").read_text())
    for _ in range(dice.randint(1, 3)):
        inner = body
        while dice.random() < 0.6:
            values = inner.values() if isinstance(inner, dict) else inner
            below = [value for value in values if isinstance(value, dict | list) and value]
            if not below:
                break
            inner = dice.choice(below)
        place = dice.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        inner[place] = copy.deepcopy(dice.choice(VALUES))  # the next round may change what is inside it
    return json.dumps(body).encode()


def stored(store: Store) -> int:
    placed = ask(store, "SELECT coalesce(sum(n), 0) FROM event_folds")
    return int(placed)


@pytest.mark.parametrize("sender", ["falco", "alertmanager", "grafana"])
def test_no_text_makes_it_fail(intake: Intake, store: Store, sender: str) -> None:
    acknowledged = 0
    for body in texts():
        answer = intake.post(sender, body)
        assert answer.status_code in (200, 400, 413, 422), (answer.status_code, body[:200])
        assert answer.elapsed.total_seconds() < 2
        acknowledged += answer.json().get("stored", 0) + answer.json().get("folded", 0)
    assert acknowledged <= stored(store) <= acknowledged + intake.again
    assert "Traceback" not in intake.said()


@pytest.mark.parametrize("sender", ["falco", "grafana"])
def test_no_value_in_the_wrong_place_makes_it_fail(intake: Intake, store: Store, sender: str) -> None:
    dice = random.Random(3)
    acknowledged = rejected = 0
    for _ in range(ROUNDS):
        body = mutated(sender, dice)
        answer = intake.post(sender, body)
        assert answer.status_code in (200, 422), (answer.status_code, answer.text, body[:2000])
        acknowledged += answer.json().get("stored", 0) + answer.json().get("folded", 0)
        rejected += answer.json()["rejected"]
    assert 0 < acknowledged <= stored(store) <= acknowledged + intake.again
    assert 0 < rejected <= ask(store, "SELECT rejected FROM sources")
    assert "Traceback" not in intake.said()
