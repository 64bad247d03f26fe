"""Vigie's own logs, from files as `vigie up` keeps them."""

import json
from pathlib import Path

import pytest

from cli.output import Output
from dashboard.sources import logs_own
from dashboard.sources.interface import Completeness
from dashboard.sources.logs_own import OwnLogs
from tests.dashboard.sources.log_contract import (
    MINUTE,
    NOON,
    SECOND,
    Written,
    every_line,
    rows_of,
    search,
    texts,
)


def written(line: Written) -> str:
    """The line as our own formatter writes it."""
    level = "error" if line.is_bad else "info"
    document = {"time": line.at.isoformat(timespec="milliseconds"), "level": level, "logger": "x", "message": line.text}
    return json.dumps(document, ensure_ascii=False)


def keep(folder: Path, *lines: Written) -> None:
    for line in lines:
        with (folder / f"{line.stream}.jsonl").open("a", encoding="utf-8") as file:
            file.write(written(line) + "\n")


@pytest.fixture
def logs(tmp_path: Path) -> OwnLogs:
    return OwnLogs(tmp_path)


def messages(logs: OwnLogs, **sought: str) -> list[str]:
    return [json.loads(text)["message"] for text in texts(logs, search(**sought))]


def test_the_newest_line_of_all_parts_stands_first(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, Written(NOON, "a", "console"), Written(NOON + SECOND, "b", "worker"), Written(NOON, "c", "worker"))
    assert messages(logs)[0] == "b"
    assert sorted(messages(logs)) == ["a", "b", "c"]


def test_pages_hold_every_line_once_whatever_the_ties(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, *(Written(NOON + SECOND * (n // 9), f"{n:02}", "ab"[n % 2]) for n in range(60)))
    assert sorted(json.loads(line.text)["message"] for line in every_line(logs, search(), 7)) == [
        f"{n:02}" for n in range(60)
    ]


def test_a_file_that_was_put_aside_is_read_too(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, Written(NOON, "old", "console"))
    before = every_line(logs, search())
    (tmp_path / "console.jsonl").rename(tmp_path / "console.jsonl.1")
    keep(tmp_path, Written(NOON + SECOND, "new", "console"))
    assert messages(logs) == ["new", "old"]
    assert every_line(logs, search())[1].place == before[0].place


def test_errors_of_the_console_are_found_by_their_preset(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, Written(NOON, "bad", "console", is_bad=True), Written(NOON, "good", "console"))
    keep(tmp_path, Written(NOON, "other", "worker", is_bad=True))
    assert messages(logs, preset="console-errors") == ["bad"]
    assert [each.value for each in rows_of(logs.choices(search().window)).presets] == ["console-errors"]


def test_a_part_and_a_level_are_found(tmp_path: Path, logs: OwnLogs) -> None:
    keep(
        tmp_path, Written(NOON, "a", "console"), Written(NOON, "b", "worker"), Written(NOON, "c", "worker", is_bad=True)
    )
    assert messages(logs, stream="vigie-worker", level="high") == ["c"]


def test_words_are_found(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, Written(NOON, "Disk FULL", "console"), Written(NOON, "fine", "console"))
    assert messages(logs, query='"disk full"') == ["Disk FULL"]


def test_a_line_that_is_no_json_keeps_its_place(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, Written(NOON, "first", "console"))
    with (tmp_path / "console.jsonl").open("ab") as file:
        file.write(b"Traceback \xff\x00\n")
    keep(tmp_path, Written(NOON + SECOND, "last", "console"))
    assert [line.text[:9] for line in every_line(logs, search())][1] == "Traceback"


def test_lines_that_stand_in_the_wrong_place_are_sorted(tmp_path: Path, logs: OwnLogs) -> None:
    late = [Written(NOON + SECOND * (n ^ 1) / 4, f"{n ^ 1:02}", "console") for n in range(40)]
    keep(tmp_path, *late)
    assert messages(logs) == [f"{n:02}" for n in range(39, -1, -1)]


def test_half_a_line_is_not_shown_yet(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, Written(NOON, "whole", "console"))
    with (tmp_path / "console.jsonl").open("ab") as file:
        file.write(b'{"time": "2026')
    assert messages(logs) == ["whole"]


def test_what_vigie_writes_is_read(tmp_path: Path, logs: OwnLogs) -> None:
    output = Output(tmp_path)
    with (tmp_path / "pipe").open("w+b") as pipe:
        pipe.write(f"{written(Written(NOON, 'kept', is_bad=True))}\n".encode())
        pipe.seek(0)
        output.copy("console", pipe)
    (line,) = every_line(logs, search())
    assert (line.level, line.stream) == ("error", "vigie-console")


def test_a_line_stands_among_those_of_its_part(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, *(Written(NOON + SECOND * n, f"{n}", "console") for n in range(9)), Written(NOON, "x", "worker"))
    line = every_line(logs, search(stream="vigie-console"))[4]
    found = rows_of(logs.context(line.place, 2, 2))
    assert found is not None
    assert [json.loads(each.text)["message"] for each in (*found.before, found.line, *found.after)] == list("23456")


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert rows_of(OwnLogs(tmp_path / "none").page(search(), None, 5)).lines == ()


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    keep(tmp_path, Written(NOON, "secret", "outside"))
    assert texts(OwnLogs(tmp_path / "logs"), search(stream="vigie-../outside")) == []


def test_what_could_not_be_read_in_time_is_said(tmp_path: Path, logs: OwnLogs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs_own, "BUDGET_S", -1.0)
    monkeypatch.setattr(logs_own, "_LOOKS", 10)
    keep(tmp_path, *(Written(NOON + SECOND * n, f"{n:02}", "console") for n in range(40)))
    answer = logs.page(search(), None, 50)
    assert answer.completeness is Completeness.TRUNCATED
    assert answer.sentence.startswith("Searched back to ")
    assert messages(logs) == [f"{n:02}" for n in range(39, -1, -1)]


def test_steps_add_up(tmp_path: Path, logs: OwnLogs) -> None:
    keep(tmp_path, *(Written(NOON + MINUTE * n, f"{n}", "console", is_bad=n % 2 == 0) for n in range(30)))
    volume = rows_of(logs.volume(search(), 40))
    assert (volume.total, {len(part.counts) for part in volume.parts}) == (30, {24})
