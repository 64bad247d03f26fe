"""The file collector on real files and a real PostgreSQL: nothing lost, nothing doubled."""

import gzip
import os
from pathlib import Path

import pytest

from detection.collectors.file import LINES
from detection.collectors.interface import CannotLook
from detection.collectors.listing import named_by
from detection.collectors.part import LONGEST_LINE
from tests.conftest import Store
from tests.detection.collectors.conftest import Log, Tail, access_line, mapping_of, tail_of
from tests.detection.conftest import ask, differences, until


def test_lines_that_are_appended_become_events_and_counts(log: Log, tail: Tail) -> None:
    log.write(1, 2)
    tail.read()
    log.write(3)
    log.write(4, status=200)
    assert tail.read().pages == [1, 2, 3]
    assert ask(tail.store, "SELECT (sum(n), count(DISTINCT route))::text FROM http_minute") == "(4,2)"


def test_a_line_is_read_once_its_end_is_written(log: Log, tail: Tail) -> None:
    line = access_line(1)
    log.append(line[:40])
    assert tail.read().pages == []
    log.append(line[40:])
    assert tail.read().pages == [1]


def test_equal_lines_of_one_second_are_kept_as_many_as_they_were(log: Log, tail: Tail) -> None:
    line = access_line(7)
    log.append(line * 3)
    tail.read()
    log.append(line * 2)
    tail.restarted().read()
    log.append(line)
    assert tail.read().pages == [7] * 6


def test_a_restart_reads_nothing_twice(log: Log, tail: Tail) -> None:
    log.write(*range(50))
    tail.read().restarted().read()
    assert ask(tail.store, "SELECT (stored, duplicate, hits)::text FROM sources") == "(50,0,50)"
    assert differences(tail.store) == []


def test_a_look_is_bounded(log: Log, tail: Tail) -> None:
    log.write(*range(LINES + 10))
    assert len(tail.collector.look().reread) == LINES


def test_a_look_handed_over_twice_is_stored_once(log: Log, tail: Tail) -> None:
    log.write(1)
    look = tail.collector.look()
    tail.keeper.keep("site", look)
    tail.keeper.keep("site", look)
    assert ask(tail.store, "SELECT (stored, duplicate, hits)::text FROM sources") == "(1,0,1)"


def test_what_is_written_to_a_renamed_file_is_read_before_the_new_one(log: Log, tail: Tail) -> None:
    log.write(1)
    tail.read()
    renamed = Log(log.rename())
    renamed.write(2)
    log.write(3)
    tail.read()
    renamed.write(4)
    assert tail.read().pages == [1, 2, 3, 4]
    assert tail.gaps == 0


def test_a_renamed_file_that_is_deleted_at_once_is_read_to_its_end(log: Log, tail: Tail) -> None:
    log.write(1)
    tail.read()
    log.write(2)
    log.rename().unlink()
    log.write(3)
    assert tail.read().pages == [1, 2, 3]


def test_after_a_long_outage_everything_rotated_meanwhile_is_read(log: Log, tail: Tail) -> None:
    log.write(1)
    tail.read().collector.close()
    log.write(2)
    log.rename(".2")
    log.compress(".2")
    log.write(3)
    log.rename(".1")
    log.write(4)
    assert tail.restarted().read().pages == [1, 2, 3, 4]
    assert (tail.gaps, ask(tail.store, "SELECT hits FROM sources")) == (0, 4)


def test_rotated_twice_between_two_looks_nothing_is_left_out(log: Log, tail: Tail) -> None:
    log.write(1)
    tail.read()
    log.write(2)
    log.rename(".2")
    log.write(3)
    log.rename(".1")
    log.write(4)
    assert tail.read().pages == [1, 2, 3, 4]


def test_a_file_that_went_away_unread_is_a_gap(log: Log, tail: Tail) -> None:
    log.write(1)
    tail.read().collector.close()
    log.rename().unlink()
    log.write(9)
    assert tail.restarted().read().pages == [1, 9]
    assert "is gone" in ask(tail.store, "SELECT reason FROM gaps")


def test_copied_and_truncated_the_copy_gives_what_was_not_read_and_the_gap_is_told(log: Log, tail: Tail) -> None:
    log.write(1, 2)
    tail.read()
    log.write(3)
    log.copy()
    log.truncate()
    log.write(4)
    assert tail.read().restarted().read().pages == [1, 2, 3, 4]
    assert "between copying and truncating" in ask(tail.store, "SELECT reason FROM gaps")


def test_truncated_and_grown_beyond_the_old_place_it_is_noticed(log: Log, tail: Tail) -> None:
    log.write(1)
    tail.read()
    log.copy()
    log.truncate()
    log.write(*range(2, 30))
    assert tail.read().pages == list(range(1, 30))


def test_content_that_came_and_went_between_two_looks_is_read_from_its_copy(log: Log, tail: Tail) -> None:
    tail.read()
    log.write(1)
    log.copy()
    log.truncate()
    log.write(2)
    assert tail.read().pages == [1, 2]
    assert tail.gaps == 1


def test_truncated_without_a_copy_is_a_gap(log: Log, tail: Tail) -> None:
    log.write(1)
    tail.read()
    log.truncate()
    log.write(2)
    assert tail.read().pages == [1, 2]
    assert "No copy of it was found" in ask(tail.store, "SELECT reason FROM gaps")


def test_a_copy_older_than_what_was_read_gives_nothing_twice(log: Log, tail: Tail) -> None:
    log.write(*range(10))
    tail.read()
    log.copy()
    log.write(10)
    tail.read()
    log.truncate()
    log.write(11)
    assert tail.read().restarted().read().pages == list(range(12))
    assert ask(tail.store, "SELECT (hits, duplicate)::text FROM sources") == "(12,0)"


def test_nulls_left_by_a_writer_that_does_not_append_are_passed_over(log: Log, tail: Tail) -> None:
    log.write(1)
    tail.read()
    log.truncate()
    log.append("\0" * 5000 + access_line(2))
    assert tail.read().pages == [1, 2]


def test_at_the_first_look_rotated_files_are_read_too(log: Log, tail: Tail) -> None:
    for number, suffix in ((1, ".3"), (2, ".2"), (3, ".1")):
        log.write(number)
        log.rename(suffix)
        os.utime(log.beside(suffix), (1_700_000_000 + number,) * 2)
    log.compress(".3")
    log.compress(".2")
    log.write(4)
    assert tail.read().restarted().read().pages == [1, 2, 3, 4]
    assert (tail.gaps, ask(tail.store, "SELECT hits FROM sources")) == (0, 4)


def test_files_rotated_a_moment_before_the_first_look_are_read_without_waiting(log: Log, tail: Tail) -> None:
    for number in range(9):
        log.write(number)
        log.rename(f".{9 - number}")
    log.write(9)
    until(tail.sees(10, "SELECT count(*) FROM events"))
    assert (tail.pages, tail.gaps) == (list(range(10)), 0)


@pytest.mark.parametrize("suffix", [".2.xz", ".3.bz2", "-20261120.zst"])
def test_a_rotated_file_that_is_compressed_otherwise_is_named_and_passed_over(
    log: Log, tail: Tail, suffix: str
) -> None:
    log.beside(suffix).write_bytes(b"\xfd7zXZ\x00\n" * 10)
    log.write(1)
    assert (tail.read().restarted().read().pages, tail.gaps) == ([1], 1)
    said = ask(tail.store, "SELECT reason FROM gaps")
    assert f"1 of this log, the newest {log.beside(suffix)}. Unpack them and hand them to `vigie import`" in said


def test_a_pattern_does_not_take_them_for_logs_of_their_own(log: Log) -> None:
    log.beside(".2.xz").write_bytes(b"\xfd7zXZ\x00\n")
    assert named_by(f"{log.path}*") == [str(log.path)]


def test_a_damaged_gzip_file_is_a_gap_and_the_rest_is_read(log: Log, tail: Tail) -> None:
    log.beside(".1.gz").write_bytes(gzip.compress(access_line(1).encode() * 50)[:-20])
    log.write(2)
    assert 2 in tail.read().pages
    assert "is damaged" in ask(tail.store, "SELECT reason FROM gaps")


def test_a_line_that_is_too_long_is_kept_as_rejected_and_costs_no_other(log: Log, tail: Tail) -> None:
    log.append("x" * (3 * LONGEST_LINE) + "\n" + access_line(1))
    assert tail.read().pages == [1]
    assert ask(tail.store, "SELECT (reason, n, length(excerpt))::text FROM rejected") == '("It is too long.",1,4096)'


def test_bytes_of_any_kind_stop_nothing(log: Log, tail: Tail) -> None:
    with log.path.open("ab") as file:
        file.write(b"\xff\xfe\x00 \xc3(\n\r\n\n\x1b[2J\n")
    log.write(1)
    assert tail.read().pages == [1]
    assert ask(tail.store, "SELECT sum(n) FROM rejected") == ask(tail.store, "SELECT rejected FROM sources")


def test_a_file_that_is_not_there_is_one_sentence(log: Log, tail: Tail) -> None:
    log.path.unlink()
    with pytest.raises(CannotLook, match=r"There is no file .*access\.log\. Start what writes it, or correct"):
        tail.collector.look()


def test_what_is_no_regular_file_is_refused(log: Log, tail: Tail) -> None:
    log.path.unlink()
    os.mkfifo(log.path)
    with pytest.raises(CannotLook, match="is not a regular file"):
        tail.collector.look()


def test_a_link_planted_beside_the_log_is_not_followed(log: Log, tail: Tail, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(access_line(9), encoding="utf-8")
    log.beside(".1").symlink_to(tmp_path / "secret")
    log.write(1)
    assert tail.read().pages == [1]


def test_a_pattern_follows_every_file_with_its_rotated_ones(store: Store, tmp_path: Path) -> None:
    for name, number in (("a.log", 1), ("b.log", 2), ("b.log.1", 3)):
        Log(tmp_path / name).write(number)
    (tmp_path / "c.log").mkdir()
    tail = tail_of(store, mapping_of(tmp_path / "*.log*"))
    assert tail.read().pages == [1, 2, 3]
    tail.collector.close()


def test_one_file_that_cannot_be_read_is_told_and_blinds_no_other(store: Store, tmp_path: Path) -> None:
    for site in ("a", "b"):
        (tmp_path / site).mkdir()
    Log(tmp_path / "a" / "access.log").write(1)
    os.mkfifo(tmp_path / "b" / "access.log")
    tail = tail_of(store, mapping_of(tmp_path / "*" / "access.log"))
    assert tail.read().pages == [1]
    assert "b/access.log is not a regular file." in ask(store, "SELECT error FROM sources")
    (tmp_path / "b" / "access.log").unlink()
    until(tail.sees(None, "SELECT error FROM sources"))
    tail.collector.close()


def test_a_file_that_appears_later_is_read_from_its_beginning(store: Store, tmp_path: Path) -> None:
    Log(tmp_path / "a.log").write(1)
    tail = tail_of(store, mapping_of(tmp_path / "*.log"))
    tail.read()
    Log(tmp_path / "b.log").write(2)
    assert tail.restarted().read().pages == [1, 2]
    tail.collector.close()


def test_a_line_without_a_time_is_dated_when_its_file_was_written_and_stored_once(store: Store, log: Log) -> None:
    tail = tail_of(store, mapping_of(log.path, "json"))
    log.append('{"event": "authn_login_fail", "user": "alice"}\n' * 2)
    tail.read().restarted().read()
    assert ask(store, "SELECT (stored, duplicate)::text FROM sources") == "(2,0)"
    tail.collector.close()
