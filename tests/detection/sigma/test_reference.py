"""docs/reference/rules.md says what the code does."""

import re
from pathlib import Path

import pytest
import yaml
from sigma.modifiers import modifier_mapping

from detection.sigma.computed import COMPUTED
from detection.sigma.fields import COLUMNS
from detection.sigma.loader import load
from detection.sigma.logsources import OWN_CATEGORIES, PUBLIC
from detection.sigma.reading import OWN_KEYS
from tests.detection.sigma.asking import loaded, rule_of

_LONG_FORMS = {"ignorecase", "multiline", "dotall"}


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs/reference/rules.md").read_text(encoding="utf-8")


def test_every_field_is_named(page: str) -> None:
    names = {*COLUMNS, *COMPUTED, *(name for source in PUBLIC.values() for name in source.fields)}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_every_logsource_is_named(page: str) -> None:
    names = {name for key in PUBLIC for name in key if name} | set(OWN_CATEGORIES)
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_every_modifier_is_named(page: str) -> None:
    assert {
        name for name in set(modifier_mapping) - _LONG_FORMS if f"`{name}`" not in page and f"`{name}:" not in page
    } == set()


def test_every_key_of_our_own_is_named(page: str) -> None:
    assert {key for key in OWN_KEYS if f"{key}:" not in page} == set()


def test_the_examples_load(page: str, tmp_path: Path) -> None:
    examples = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.S)]
    failed = rule_of({"a": {"action": "authn_login_fail"}, "condition": "a"}, name="failed_login")
    assert loaded(tmp_path, *examples, failed).not_loaded == ()


def test_the_rules_that_are_given_load(root: Path) -> None:
    assert load(root / "config" / "rules").not_loaded == ()
