"""The supervisor: children are restarted with a word, stopped in order, and never outlive it."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.output import Output, printable, readable
from cli.supervisor import Process, Supervisor
from vigie.errors import ConfigurationError


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


class Stage:
    """An output that can be read, and processes made of one line of Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.screen = io.StringIO()
        self.output = Output(folder, self.screen)
        self.supervisor = Supervisor(self.output)

    def process(self, name: str, code: str) -> Process:
        return Process(name, [sys.executable, "-u", "-c", code], {"PATH": os.environ["PATH"]}, self.output)

    def shows(self, text: str) -> bool:
        return text in self.screen.getvalue()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def watch_until(stage: Stage, condition: Callable[[], bool]) -> None:
    def look() -> bool:
        stage.supervisor.check()
        return condition()

    until(look)


def test_a_child_that_dies_is_started_again_and_said_so(stage: Stage) -> None:
    once = stage.folder / "died"
    code = f"import pathlib, time; p = pathlib.Path({str(once)!r}); p.exists() and time.sleep(600); p.touch(); exit(3)"
    stage.supervisor.start(stage.process("worker", code))
    watch_until(stage, lambda: stage.shows("worker runs again."))
    stage.supervisor.stop()
    assert stage.shows("worker ended (exit code 3); starting it again in 0.5 s.")


def test_the_pause_between_restarts_grows(stage: Stage) -> None:
    stage.supervisor.start(stage.process("worker", "raise SystemExit(3)"))
    watch_until(stage, lambda: stage.shows("starting it again in 1 s."))
    stage.supervisor.stop()


def test_a_child_that_is_configured_wrongly_is_not_started_again(stage: Stage) -> None:
    stage.supervisor.start(stage.process("worker", "raise SystemExit(2)"))
    with pytest.raises(ConfigurationError, match="worker cannot run as it is configured"):
        watch_until(stage, lambda: False)


def test_children_are_stopped_the_last_started_first(stage: Stage, tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import signal, sys
        def end(*_):
            print("bye")
            sys.exit(0)
        signal.signal(15, end)
        print("up")
        signal.pause()
    """)
    for name in ("first", "second"):
        stage.supervisor.start(stage.process(name, code))
        until(lambda name=name: f"{name:<9}│ up" in stage.screen.getvalue())  # type: ignore[misc]
    stage.supervisor.stop()
    shown = stage.screen.getvalue()
    assert shown.index("second   │ bye") < shown.index("first    │ bye")


def test_a_child_that_does_not_listen_is_ended(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.supervisor._STOP_TIMEOUT_S", 0.2)
    process = stage.process(
        "deaf", "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    )
    stage.supervisor.start(process)
    until(lambda: stage.shows("up"))
    stage.supervisor.stop()
    assert process.ended() == -signal.SIGKILL


def test_a_killed_supervisor_leaves_no_child_behind(tmp_path: Path, root: Path) -> None:
    code = textwrap.dedent(f"""
        import pathlib, sys
        from cli.output import Output
        from cli.supervisor import Process, Supervisor
        output = Output(pathlib.Path({str(tmp_path)!r}))
        supervisor = Supervisor(output)
        process = Process("child", [sys.executable, "-c", "import time; time.sleep(600)"], {{}}, output)
        supervisor.catch_signals()
        supervisor.start(process)
        print(process.pid, flush=True)
        supervisor.watch()
    """)
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not _alive(child))


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


def test_a_json_line_becomes_readable_words() -> None:
    line = '{"time": "2026-11-20T10:00:00.000+00:00", "level": "warning", "logger": "x", "message": "Slow.", "rows": 3}'
    assert readable(line)[1] == "WARNING Slow. rows=3"


@pytest.mark.parametrize("line", ["plain words", "[1]", "{}", '{"message"', "null", '"x"'])
def test_any_other_line_is_shown_as_it_is(line: str) -> None:
    assert readable(line)[1] == line


def test_a_log_line_cannot_move_the_cursor() -> None:
    assert printable("a\x1b[2J\u202eb") == "a\\x1b[2J\\u202eb"


def test_every_line_is_kept_in_a_file_of_its_part(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.write(write, b'{"message": "one"}\n\xff\n')
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        Output(tmp_path, io.StringIO()).copy("api", pipe)
    assert (tmp_path / "api.jsonl").read_text(encoding="utf-8") == '{"message": "one"}\n\ufffd\n'


def test_ctrl_c_ends_the_watch(tmp_path: Path) -> None:
    supervisor = Supervisor(Output(tmp_path, io.StringIO()))
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)}
    supervisor.catch_signals()
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    supervisor.watch()
    for number, handler in before.items():
        signal.signal(number, handler)
    assert supervisor.stopping
