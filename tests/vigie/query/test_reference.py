"""The reference page is true: its examples are queries, and its table is the fields."""

import re
from pathlib import Path

import pytest

from vigie.query import FIELDS, parse
from vigie.query.fields import ALIASES, FREE_TEXT
from vigie.query.parser import MOST_LETTERS, MOST_TERMS


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "reference" / "query-language.md").read_text()


def section(page: str, title: str) -> str:
    return page.split(f"## {title}\n")[1].split("\n## ")[0]


def test_every_example_is_a_query(page: str) -> None:
    opening = page.split("## Words")[0]
    typed = re.findall(r"^\| `([^`]+)` \|", opening, re.MULTILINE)
    values = [
        each for row in section(page, "Fields").splitlines()[-8:] for each in re.findall(r"`([a-z]+:[^`]+)`", row)
    ]
    assert len(typed) > 8
    assert len(values) > 15
    assert all(str(parse(each)) for each in [*typed, *values])


def test_its_table_is_the_fields(page: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\| (\w+) \| ([^|]+) \|$", section(page, "Fields"), re.MULTILINE)
    told = [(name, re.findall(r"`(\w+)`", short), kind, words) for name, short, kind, words in rows]
    assert told == [
        (name, [short for short, long in ALIASES.items() if long == name], field.kind.name.lower(), field.words)
        for name, field in FIELDS.items()
    ]


def test_it_says_where_words_are_looked_for_and_the_limits(page: str) -> None:
    sentence = section(page, "Words").split("any of:")[1].split(".")[0]
    assert re.findall(r"`(\w+)`", sentence) == [*FREE_TEXT]
    assert f"{MOST_LETTERS:,} characters, {MOST_TERMS} terms" in page
