"""Rules are text from anywhere: nothing in them may reach SQL, fill the memory, or stop the other rules."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cli.embedded.server import Server
from detection.sigma.loader import load
from tests.conftest import Store, new_store
from tests.detection.sigma.asking import keep, loaded, matched, one, refused, rule_of
from tests.detection.sigma.test_conditions import START
from vigie.event import Event, key_of

GOOD = rule_of({"a": {"user_name": "alice"}, "condition": "a"}, name="good")
INJECTIONS = (
    "'; DROP TABLE events; --", "%(s0)s", "%s", "%", "%%", "{0}", "?", "\\'", "\\", "$$x$$", "E'\\047'", "x\ny",
    "'||pg_sleep(9)||'",
)  # fmt: skip


KEYS = ("k' OR TRUE --", 'k"', "a.b'c", "k%(x)s", "{k}", "a,b", "k\\")


@pytest.fixture(scope="module")
def full(postgres: Server) -> Iterator[Store]:
    """Events whose names and raw records are injections, each with its number as message."""
    events = [
        Event(START, key_of(text), "app", "web", "x", user_name=text, message=str(number), raw={"k": text})
        for number, text in enumerate(INJECTIONS)
    ] + [Event(START, key_of(key), "app", "web", "x", message=key, raw={key: "v"}) for key in KEYS]
    with new_store(postgres) as store:
        keep(store, events)
        yield store


@pytest.mark.postgres
@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("item", ["user_name", "user_name|cased", "raw.k"])
def test_a_value_is_only_ever_a_value(full: Store, tmp_path: Path, text: str, item: str) -> None:
    wanted = text.replace("\\", "\\\\").replace("?", "\\?")
    found = matched(full, one(tmp_path, rule_of({"a": {item: wanted}, "condition": "a"})).condition)
    assert found == {str(INJECTIONS.index(text))}


@pytest.mark.postgres
@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_the_raw_record_is_only_ever_a_value(full: Store, tmp_path: Path, key: str) -> None:
    assert matched(full, one(tmp_path, rule_of({"a": {f"raw.{key}": "v"}, "condition": "a"})).condition) == {key}


@pytest.mark.parametrize("name", ["user_name' OR 1=1 --", "e.user_name", "events", "occurred_at; x", "", "pg_sleep(1)"])
def test_it_refuses_a_field_that_is_none(tmp_path: Path, name: str) -> None:
    found = refused(tmp_path, rule_of({"a": {f"{name}x": "v"}, "condition": "a"}))
    assert repr(f"{name}x") in found.sentence


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "\n".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]" for n in range(8)), "aliases"),
        ("title: [" * 1500, "YAML"),
        ("a: " + "[" * 60 + "]" * 60, "nested"),
        ("title: x\ntitle: y\n", "Duplicate"),
        ("title: !!python/object/apply:os.system [id]\n", "YAML"),
        ("? [a, b]\n: c\n", "YAML"),
        ("- a\n- b\n", "mapping"),
        ("just text", "mapping"),
        ("1: 2\n", "mapping"),
        ("a: 2026-13-45\n", "YAML"),
        ("title: x\ndetection: {a: {b: [" + "x," * 6000 + "]}, condition: a}\n", "values"),
    ],
)  # fmt: skip
def test_a_document_that_is_no_rule_is_named_and_stops_no_other(tmp_path: Path, text: str, word: str) -> None:
    found = loaded(tmp_path, text, GOOD)
    assert [rule.name for rule in found.rules] == ["good"]
    assert word in found.not_loaded[0].sentence


@pytest.mark.parametrize(
    "values",
    [
        {"detection": []}, {"detection": {"condition": "a"}}, {"detection": {"a": {"user_name": "x"}}},
        {"detection": {"a": {"user_name": {"x": "y"}}, "condition": "a"}}, {"detection": {"a": [], "condition": "a"}},
        {"detection": {"a": {"user_name|nothing": "x"}, "condition": "a"}}, {"title": ["x"]}, {"title": None},
        {"detection": {"a": {"user_name": "x"}, "condition": "a and"}}, {"level": "awful"}, {"status": 7},
        {"detection": {"a": {"user_name": "x"}, "condition": "b"}}, {"logsource": []}, {"logsource": {}},
        {"logsource": {"product": ["x"]}}, {"id": "no id"}, {"tags": "x"}, {"tags": [[1]]}, {"name": ""}, {"name": 7},
        {"name": "../../etc/passwd"}, {"name": "x" * 200}, {"vigie": []}, {"vigie": {"group_by": "source_ip"}},
        {"vigie": {"group_by": ["message"]}}, {"vigie": {"runbook": "../x"}}, {"vigie": {"colour": "red"}},
        {"detection": {"a": {"user_name": "x"}, "condition": "(" * 200 + "a" + ")" * 200}},
        {"detection": {"a" * 60: {"user_name": "x"}, "condition": "1 of " + "a*" * 30}},
        {"detection": {"a": {"user_name|re": "(" * 3}, "condition": "a"}},
        {"detection": {"a": {"user_name|re": "a" * 3000}, "condition": "a"}},
        {"detection": {"a": {"source_ip": "no address"}, "condition": "a"}},
        {"detection": {"a": {"source_ip|cidr": "10.0.0.0/99"}, "condition": "a"}},
        {"detection": {"a": {"http_status": "many"}, "condition": "a"}},
        {"detection": {"a": {"http_status": 10**40}, "condition": "a"}},
        {"detection": {"a": {"severity": "awful"}, "condition": "a"}},
        {"detection": {"a": {"severity": 10**30}, "condition": "a"}},
        {"detection": {"a": {"occurred_at": "now"}, "condition": "a"}},
        {"detection": {"a": {"user_name|hour": 3}, "condition": "a"}},
        {"detection": {"a": {"user_name": "a\0b"}, "condition": "a"}},
        {"detection": {"a": {"user_name|wide": "ab"}, "condition": "a"}},
        {"detection": {"a": {"user_name|expand": "%people%"}, "condition": "a"}},
        {"detection": {"a": {"is_new_address": "perhaps"}, "condition": "a"}},
        {"detection": {"a": [True], "condition": "a"}},
        {"action": "global"}, {"filter": {}}, {"status": "deprecated"}, {"status": "unsupported"}, {"correlation": 7},
        {"correlation": {}}, {"correlation": {"type": [], "rules": {}}}, {"falsepositives": {"a": 1}},
    ],
)  # fmt: skip
def test_a_rule_of_wrong_parts_is_refused_with_a_remedy_and_stops_no_other(
    tmp_path: Path, values: dict[str, object]
) -> None:
    found = loaded(tmp_path, {**rule_of({"a": {"user_name": "x"}, "condition": "a"}), **values}, GOOD)
    assert [rule.name for rule in found.rules] == ["good"]
    (why,) = found.not_loaded
    assert why.file == "rules.yml"
    assert why.sentence.endswith(".")
    assert why.advice.endswith(".")


def test_expanded_values_are_counted(tmp_path: Path) -> None:
    values = [f"-a{number} -b{number} -c{number}" for number in range(60)]
    found = refused(tmp_path, rule_of({"a": {"message|windash|contains": values}, "condition": "a"}))
    assert "5000 values" in found.sentence


def test_files_that_are_none_are_named_or_left_alone(tmp_path: Path) -> None:
    (tmp_path / "large.yml").write_text("#" * 300_000, encoding="utf-8")
    (tmp_path / "latin.yml").write_bytes(b"title: \xe9\n")
    (tmp_path / "zero.yml").symlink_to("/dev/zero")
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "comment.yml").write_text("# nothing yet\n", encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yml").write_text("no rule", encoding="utf-8")
    found = load(tmp_path)
    assert [each.file for each in found.not_loaded] == ["large.yml", "latin.yml"]


SOME_WORDS = """
    a user_name user_name|re source_ip|cidr http_status|gt |all raw.x x|contains|all severity 10.0.0.0/8 * source action
    1m event_count temporal good nothing source_ip gte field type rules timespan condition group-by aliases product
    vigie category web fires line format nginx repeat group_by runbook 2026-13-01 raw at_s \\ % ( [ é
"""
SOME_KEYS = """
    title name id logsource detection correlation level status tags vigie date modified related references
    falsepositives fields author scope license taxonomy description
"""
WORDS = some.sampled_from(["", "a and a", "1 of them", "all of a*", *SOME_WORDS.split()])
KEYS_OF_RULES = some.sampled_from(SOME_KEYS.split())
PARTS = some.recursive(
    some.none() | some.booleans() | some.integers(-5, 10**20) | some.floats() | WORDS | some.dates(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(WORDS | some.integers(0, 3), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=some.dictionaries(KEYS_OF_RULES, PARTS, max_size=5), is_correlation=some.booleans())
def test_whatever_a_part_of_a_rule_is_the_others_load(
    tmp_path_factory: pytest.TempPathFactory, parts: dict[str, object], is_correlation: bool
) -> None:
    base = {"title": "Over", "correlation": {"type": "event_count", "rules": ["good"], "timespan": "1m",
            "condition": {"gte": 2}, "generate": True}} if is_correlation else rule_of(
        {"a": {"user_name": "x"}, "condition": "a"})  # fmt: skip
    found = loaded(tmp_path_factory.mktemp("rules"), GOOD, {**base, "name": "other", **parts})
    assert "good" in [rule.name for rule in found.rules]
    json.dumps([dict(rule.details) for rule in found.rules], allow_nan=False)
