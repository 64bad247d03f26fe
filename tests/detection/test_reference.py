"""docs/reference/sources.md says what the code does, and its example works."""

import re
import tomllib
from pathlib import Path

from detection import mapping
from detection.actions import ACTIONS, REASONS
from detection.file_mapping import FILE_KEYS
from detection.gaps import ACTION as GAP
from detection.loki_mapping import LOKI_KEYS
from detection.silence import BLIND, RETURNED
from detection.travel.journeys import ACTION as TRAVEL


def test_the_table_of_actions_is_that_of_the_code(root: Path) -> None:
    page = (root / "docs/reference/sources.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \| (\w+) \|$", page, re.M)
    assert rows == [(a.name, a.category, a.outcome, a.severity.word) for a in ACTIONS.values()]
    assert ", ".join(f"`{reason}`" for reason in REASONS) in page


def test_every_key_is_explained(root: Path) -> None:
    page = (root / "docs/reference/sources.md").read_text(encoding="utf-8")
    tables = {"columns", "kinds", "reasons"}
    explained = set(re.findall(r"^\| `(\w+)` \|", page, re.M)) | set(
        re.findall(r"^### `\[application\.(\w+)\]", page, re.M)
    )
    keys = set(mapping.KEYS) | set(mapping.COLUMNS) | set(FILE_KEYS) | set(LOKI_KEYS)
    assert explained - set(ACTIONS) - {BLIND, RETURNED, GAP, TRAVEL} == keys | tables


def test_the_example_of_a_log_file_is_two_sources(root: Path, tmp_path: Path) -> None:
    page = (root / "docs/how-to/read-a-log-file.md").read_text(encoding="utf-8")
    (tmp_path / "sources.toml").write_text(re.findall(r"```toml\n(.*?)```", page, re.S)[0], encoding="utf-8")
    assert [file.format for file in mapping.load(tmp_path / "sources.toml").files] == ["nginx", "sshd"]


def test_the_example_of_loki_is_two_sources(root: Path, tmp_path: Path) -> None:
    page = (root / "docs/how-to/read-from-loki.md").read_text(encoding="utf-8")
    (tmp_path / "sources.toml").write_text(re.findall(r"```toml\n(.*?)```", page, re.S)[0], encoding="utf-8")
    queries = [loki.query.text for loki in mapping.load(tmp_path / "sources.toml").lokis]
    assert queries == ['{job="auth",host=~"web-.+"}', '{container="falco"}']


def test_the_example_of_the_how_to_page_is_a_mapping(root: Path, tmp_path: Path) -> None:
    page = (root / "docs/how-to/your-own-application.md").read_text(encoding="utf-8")
    example = re.findall(r"```toml\n(.*?)```", page, re.S)[0]
    assert tomllib.loads(example)
    (tmp_path / "sources.toml").write_text(example, encoding="utf-8")
    assert mapping.load(tmp_path / "sources.toml").applications[0].kinds["false"].name == "authn_login_fail"
