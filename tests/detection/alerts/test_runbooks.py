"""The runbook of a rule is read by its name, and by nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from detection.alerts.runbooks import LONGEST, runbook_text
from tests.detection.alerts.conftest import Watch, plain


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.md").write_text("a secret", encoding="utf-8")
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "scanning.md").write_text("# Scanning\n", encoding="utf-8")
    return pages


def test_a_page_is_found_by_the_name_of_its_rule(folder: Path) -> None:
    assert runbook_text("scanning", folder) == "# Scanning\n"


@pytest.mark.parametrize("name", ["../secret", "nobody", "", ".", "..", "a/b", "\x00", None, 5, ["scanning"]])
def test_anything_else_is_none(folder: Path, name: object) -> None:
    assert runbook_text(name, folder) is None


def test_a_long_page_is_cut_and_what_is_no_text_is_marked(folder: Path) -> None:
    (folder / "long.md").write_bytes(b"x" * (LONGEST + 9))
    (folder / "odd.md").write_bytes(b"a\xff\x00b")
    assert len(runbook_text("long", folder) or "") == LONGEST
    assert runbook_text("odd", folder) == "a\ufffd\ufffdb"


def test_a_rule_that_is_loaded_comes_with_its_runbook_and_its_kinds_of_event(watch: Watch) -> None:
    rule = replace(plain("scanning", alerts=True), details={"runbook": "web_scanning"}, sources=frozenset({"web"}))
    watch.keeper.load([rule], [])
    [(text, kinds)] = watch.ask("SELECT details ->> 'runbook_text', details -> 'categories' FROM rules")
    assert str(text).startswith("# ")
    assert kinds == ["web"]
