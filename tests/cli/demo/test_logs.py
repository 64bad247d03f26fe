"""The demonstration's log files: read by the real parsers, written once, recognisable, gone when cleared."""

import re
from collections import Counter
from datetime import UTC
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from cli.demo.cast import cast
from cli.demo.log_history import MARKED_BY, write_history
from cli.demo.log_traffic import LogStage
from cli.demo.logs import KERNEL, LOGS, SITE, SSH, DemoLog, LogFolder
from cli.demo.site import break_out, scan, ssh_guessing
from detection.line_reading import Reading, read_lines
from detection.mapping import load
from detection.parsers.interface import Origin
from detection.parsers.registry import parser_named
from detection.routes import Routes
from tests.cli.demo.conftest import SEED
from tests.conftest import Store
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.health.mapping import load_health
from vigie.store.engine import transaction

DOCUMENTATION = re.compile(r"^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)")


def read(folder: LogFolder, log: DemoLog) -> Reading:
    """The file as the worker reads it."""
    reading, seen = Reading(), Counter[str]()

    def number(line: str, at: object) -> int:
        seen[line] += 1
        return seen[line] - 1

    lines = (folder.path / log.file).read_bytes().splitlines()
    origin = Origin(log.name, utc_now(), ZoneInfo("UTC"))
    read_lines(
        lines, parser_named(log.format), origin, Routes(("/products/{id}", "/static/{file...}")), number, reading
    )
    return reading


@pytest.fixture
def written(logs: LogFolder, store: Store) -> LogFolder:
    with transaction(store.owner) as connection:
        assert write_history(logs, SEED, connection) > 5000
    return logs


def test_the_sources_file_holds_the_operators_sources_and_the_logs(logs: LogFolder, root: Path) -> None:
    found = load(logs.path / "sources.toml")
    assert [each.name for each in found.files][-3:] == [log.name for log in LOGS]
    assert set(load(root / "config" / "sources.toml").names) < set(found.names)
    assert load_health(logs.path / "sources.toml").title


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    with pytest.raises(VigieError, match="demo cannot be used"):
        LogFolder.of(tmp_path).make()


def test_every_line_of_the_history_is_understood(written: LogFolder) -> None:
    for log in LOGS:
        assert read(written, log).rejected == []


def test_the_history_holds_customers_scanners_guesses_and_a_shell(written: LogFolder) -> None:
    site, ssh, kernel = (read(written, log) for log in (SITE, SSH, KERNEL))
    assert len(site.requests) > 5000
    assert {"http_probe", "http_server_error"} <= {event.action for event in site.events}
    assert "authn_login_fail" in {event.action for event in ssh.events}
    assert "Terminal shell in container" in {event.rule for event in kernel.events}


def test_nobody_in_the_history_exists(written: LogFolder) -> None:
    events = [event for log in (SITE, SSH) for event in read(written, log).events]
    assert all(DOCUMENTATION.match(str(event.source_ip)) for event in events)


def test_the_history_ends_now_and_is_written_once(written: LogFolder, store: Store) -> None:
    newest = max(event.occurred_at for event in read(written, SITE).events)
    assert newest.astimezone(UTC) < utc_now()
    with transaction(store.owner) as connection:
        assert write_history(written, SEED, connection) == 0
        assert connection.scalar(text("SELECT count(DISTINCT at) FROM deploys")) == 5
        assert connection.scalar(text("SELECT DISTINCT marked_by FROM deploys")) == MARKED_BY


def test_live_lines_are_written_when_their_time_has_come(logs: LogFolder) -> None:
    stage = LogStage(logs, cast(SEED), Random(SEED))
    steps = stage.play(break_out(Random(SEED), utc_now()))
    assert next(steps) <= 0.1
    assert next(steps) > 10
    assert len(read(logs, KERNEL).events) == 1


@pytest.mark.parametrize("plan", [lambda r, at: scan(r, at, 0.8), ssh_guessing, break_out])
def test_what_attackers_do_is_in_order_of_time(plan: object) -> None:
    assert callable(plan)
    times = [at for at, _, _ in plan(Random(SEED), utc_now())]
    assert times == sorted(times)
    assert len(times) >= 3


def test_everything_goes_with_the_folder(written: LogFolder) -> None:
    written.remove()
    assert not written.path.exists()
    written.write(SITE, "a late line\n")
    assert not written.path.exists()
