"""Every way of comparing, put to a real PostgreSQL and to a matcher in plain Python."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cli.embedded.server import Server
from tests.conftest import Store, new_store
from tests.detection.sigma.asking import keep, matched, one, rule_of
from tests.detection.sigma.matcher import matches
from vigie.event import Event, key_of
from vigie.severity import Severity

pytestmark = pytest.mark.postgres

START = datetime(2026, 11, 2, 10, tzinfo=UTC)
LETTERS = "abAB%_\\'*?.é"
ADDRESSES = ("10.0.0.1", "10.1.2.3", "192.0.2.7", "2001:db8::1", "2001:db8:1::9")
STATUSES = (200, 301, 404, 500)
ACTIONS = ("authn_login_fail", "authn_login_success", "http_probe")


def _events() -> list[dict[str, Any]]:
    """Events as the matcher reads them; `message` names them, so each has its own."""
    dice = random.Random(6)

    def word(most: int = 4) -> str | None:
        return "".join(dice.choices(LETTERS, k=dice.randint(1, most))) if dice.random() < 0.8 else None

    return [
        {
            "message": f"{number} {word(6) or '-'}",
            "user_name": word(),
            "host_name": word(),
            "action": dice.choice(ACTIONS),
            "source_ip": dice.choice((*ADDRESSES, None)),
            "http_status": dice.choice((*STATUSES, None)),
            "severity": dice.randint(1, 5),
            "raw.k": word(),
        }
        for number in range(250)
    ]


EVENTS = _events()


def _stored(values: dict[str, Any], number: int) -> Event:
    return Event(
        START + timedelta(seconds=number), key_of(str(number)), "app", "authentication", values["action"],
        severity=Severity(values["severity"]), user_name=values["user_name"], host_name=values["host_name"],
        source_ip=ip_address(values["source_ip"]) if values["source_ip"] else None, http_status=values["http_status"],
        message=values["message"], raw={"k": values["raw.k"], "line": values["message"]},
    )  # fmt: skip


@pytest.fixture(scope="module")
def full(postgres: Server) -> Iterator[Store]:
    with new_store(postgres) as store:
        keep(store, (_stored(values, number) for number, values in enumerate(EVENTS)))
        yield store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


def agree(store: Store, folder: Path, detection: dict[str, Any]) -> set[str]:
    """Both say the same of every event; what they say."""
    found = matched(store, one(folder, rule_of(detection)).condition)
    assert found == {each["message"] for each in EVENTS if matches(detection, each)}
    return found


TEXTS = some.text(LETTERS, min_size=1, max_size=4)
PLAIN = some.text("abAB%_'.é", min_size=1, max_size=3)
FIELDS = some.sampled_from(("user_name", "host_name", "message", "raw.k"))
PATTERNS = some.sampled_from(
    ("a", "^a", "b$", "[aB]+", "a|é", r"\.", "(?:a|b)b", "^.{1,2}$", "a(?!b)", "[^a]", r"\w", r"^\d+ [ab]", "%", r"\\")
)  # fmt: skip
SHAPES = some.sampled_from(("one", "not one", "one and two", "one or two", "one and not two", "not one and not two"))


@some.composite
def items(draw: some.DrawFn) -> tuple[str, Any]:
    field, text = draw(FIELDS), draw(TEXTS)
    modifier = draw(some.sampled_from(("", "|contains", "|startswith", "|endswith")))
    kinds: list[tuple[str, Any]] = [
        (f"{field}{modifier}", text),
        (f"{field}{modifier}", draw(some.lists(TEXTS, min_size=1, max_size=3))),
        (f"{field}|contains|all", draw(some.lists(TEXTS, min_size=2, max_size=3))),
        (f"{field}{modifier}|cased", text),
        (f"{field}|neq", text),
        (f"{field}|re", draw(PATTERNS)),
        (f"{field}|re|i", draw(PATTERNS)),
        (f"{field}|exists", draw(some.booleans())),
        (field, None),
        (field, ""),
        ("user_name|fieldref", "host_name"),
        ("action", draw(some.sampled_from((*ACTIONS, "AUTHN_LOGIN_FAIL", "authn*", ["http_probe", "x"])))),
        ("source_ip", draw(some.sampled_from((*ADDRESSES, "10.*", None)))),
        ("source_ip|cidr", draw(some.sampled_from(("10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32", "0.0.0.0/0")))),
        ("http_status", draw(some.sampled_from((*STATUSES, "404", "4*", [200, 500], None)))),
        ("severity|gte", draw(some.integers(0, 6))),
        ("severity|lt", draw(some.integers(0, 6))),
    ]
    chosen: tuple[str, Any] = draw(some.sampled_from(kinds))
    return chosen


SELECTIONS = some.one_of(
    some.lists(items(), min_size=1, max_size=3).map(dict),
    some.lists(items().map(lambda item: dict([item])), min_size=1, max_size=3),
    some.lists(PLAIN, min_size=1, max_size=3),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(one_of=SELECTIONS, two=SELECTIONS, shape=SHAPES)
def test_sql_and_plain_python_agree_on_every_event(
    full: Store, folder: Path, one_of: Any, two: Any, shape: str
) -> None:
    detection = {"one": one_of, "condition": shape} | ({"two": two} if "two" in shape else {})
    agree(full, folder, detection)


@pytest.mark.parametrize(
    ("selections", "condition"),
    [
        ({"sel_a": {"user_name|contains": "a"}, "sel_b": {"host_name|contains": "b"}}, "1 of sel_*"),
        ({"sel_a": {"user_name|contains": "a"}, "sel_b": {"host_name|contains": "b"}}, "all of sel_*"),
        ({"sel_a": {"user_name|contains": "a"}, "sel_b": {"host_name|contains": "b"}}, "1 of them"),
        ({"sel_a": {"user_name|contains": "a"}, "sel_b": {"host_name|contains": "b"}}, "not (sel_a or sel_b)"),
    ],
)
def test_selectors_and_parentheses_are_what_they_say(
    full: Store, folder: Path, selections: dict[str, Any], condition: str
) -> None:
    said = {"1 of sel_*": any, "all of sel_*": all, "1 of them": any}.get(condition)
    found = matched(full, one(folder, rule_of({**selections, "condition": condition})).condition)
    holds = [
        (each["message"], [matches({"s": part, "condition": "s"}, each) for part in selections.values()])
        for each in EVENTS
    ]
    assert found == {name for name, parts in holds if (said(parts) if said else not any(parts))}


def test_of_several_conditions_any_is_enough(full: Store, folder: Path) -> None:
    selections = {"a": {"user_name|contains": "a"}, "b": {"host_name|contains": "b"}}
    either = matched(full, one(folder, rule_of({**selections, "condition": ["a", "b"]})).condition)
    assert either == agree(full, folder, {**selections, "condition": "a or b"})


def test_an_event_without_the_field_is_none_that_has_the_value_and_one_that_has_it_not(
    full: Store, folder: Path
) -> None:
    absent = {each["message"] for each in EVENTS if each["user_name"] is None}
    having = agree(full, folder, {"a": {"user_name|contains": "a"}, "condition": "a"})
    others = agree(full, folder, {"a": {"user_name|contains": "a"}, "condition": "not a"})
    assert absent <= others
    assert not absent & having


@pytest.mark.parametrize(
    ("item", "value", "hit", "miss"),
    [
        ("message|windash|contains", " -e", "tool /e x", "tool e x"),
        ("message|base64offset|contains", "/bin/sh", "x L2Jpbi9zaA== y", "x /bin/sh y"),
        ("message|wide|base64offset|contains", "id", "aQBkAA", "aWQ="),
        ("message|re|s", "a.b", "a\nb", "a b b"[:1]),
        ("message|re", r"\bsh\b", "run sh now", "bash"),
        ("message|re", r"(?i)SELECT\s+\x2a", "select  *", "select"),
        ("message|re", r"x{2,3}$", "axx", "ax"),
        ("message|re", r"{curly}|[[\]]", "a {curly}", "curly"),
        ("message|contains", "100%", "it is 100% sure", "it is 1000 sure"),
        ("message|contains", r"C:\Windows", r"c:\windows\x", "c:windows"),
        ("occurred_at|hour", 10, "in the morning", None),
        ("raw.number|gte", 7, "7.5", "6"),
        ("raw.address|cidr", "10.0.0.0/8", "10.2.3.4", "110.2.3.4"),
        ("raw.nested.deep.key", "deep", "deep", "shallow"),
        ("user_name|fieldref|contains", "host_name", "web-1", "db-1"),
        ("user_name|fieldref|startswith", "host_name", "web", "eb"),
        ("user_name|fieldref|endswith", "host_name", "b-1", "web"),
    ],
)
def test_what_a_modifier_means(full: Store, tmp_path: Path, item: str, value: Any, hit: str, miss: str | None) -> None:
    source = f"{item} {value}"
    keep(full, [_told(source, text) for text in (hit, miss) if text is not None])
    assert matched(full, one(tmp_path, rule_of({"a": {item: value}, "condition": "a"})).condition, source) == {hit}


def _told(source: str, text: str) -> Event:
    raw = {"number": text, "address": text, "nested": {"deep": {"key": text}}}
    user, host = "web-1", text
    key = key_of(source, text)
    return Event(START, key, source, "web", "http_probe", user_name=user, host_name=host, message=text, raw=raw)


def test_words_without_a_field_are_looked_for_in_the_raw_record_too(full: Store, tmp_path: Path) -> None:
    line = "Nov 20 sshd: error: buffer overflow"
    keep(full, [Event(START, key_of("w"), "words", "web", "x", message="short", raw={"line": line})])
    assert matched(full, one(tmp_path, rule_of({"k": ["Buffer OVERFLOW"], "condition": "k"})).condition, "words") == {
        "short"
    }


def test_all_words_without_a_field_may_each_be_anywhere(full: Store, tmp_path: Path) -> None:
    keep(full, [Event(START, key_of("a"), "all", "web", "x", message="first", raw={"line": "then second"})])
    words = rule_of({"k": {"|all": ["FIRST", "second"]}, "condition": "k"})
    assert matched(full, one(tmp_path, words).condition, "all") == {"first"}
