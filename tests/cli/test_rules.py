"""`vigie rules check`."""

import argparse
from pathlib import Path

import pytest

from cli.rules import run
from vigie.errors import ConfigurationError

GOOD = "title: Good\nlogsource: {product: vigie}\ndetection: {a: {user_name: alice}, condition: a}\n"
BAD = "title: Bad\nname: bad\nlogsource: {product: vigie}\ndetection: {a: {user_nam: alice}, condition: a}\n"


def check(folder: Path | None) -> int:
    return run(argparse.Namespace(action="check", folder=folder and str(folder)))


def test_it_names_what_cannot_be_used_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad\x1b[2J.yml").write_text(BAD, encoding="utf-8")
    assert check(tmp_path) == 1
    bad, total = capsys.readouterr().out.splitlines()
    assert bad.startswith("bad\ufffd[2J.yml: bad: ")
    assert "'user_nam'" in bad
    assert total.startswith("1 of 2 rules can be used")


def test_without_a_folder_it_checks_those_that_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yml").write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("VIGIE_RULES_FOLDER", str(tmp_path))
    assert check(None) == 0
    assert capsys.readouterr().out.startswith("1 of 1 rules")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no folder of rules"):
        check(tmp_path / "nowhere")
