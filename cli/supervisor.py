"""Runs the parts of Vigie under one roof: prefixed output, restarts with backoff, one clean stop.

Needs no init above it: as process 1 of a container it also buries orphans.
"""

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from subprocess import DEVNULL, PIPE, STDOUT, Popen, TimeoutExpired
from typing import Protocol

from cli.children import end_with_parent
from cli.output import Output
from vigie.errors import ConfigurationError

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_STEADY_AFTER_S = 60.0
_PROVEN_AFTER_S = 1.0
_STOP_TIMEOUT_S = 15.0
_IDLE_WAIT_S = 300.0


class Part(Protocol):
    """Something that runs: a child process or the embedded PostgreSQL."""

    name: str

    @property
    def pid(self) -> int | None: ...

    def start(self) -> None: ...

    def ended(self) -> int | None:
        """The exit code once it has ended by itself, else None."""

    def stop(self) -> None: ...


class Process:
    """A child process of ours. Both its streams go to `output`, prefixed with `name`."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], output: Output) -> None:
        self.name = name
        self._arguments = list(arguments)
        self._environment = dict(environment)
        self._output = output
        self._child: Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        self._end_orphans()
        self._child = Popen(  # own session: Ctrl-C in the terminal reaches the supervisor alone, which stops in order
            self._arguments, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env=self._environment, start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._output.copy, args=(self.name, self._child.stdout), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def ended(self) -> int | None:
        return self._child.poll() if self._child else None

    def _end_orphans(self) -> None:
        """A child that was killed leaves its own children behind (gunicorn's workers hold the port): its group ends."""
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def stop(self) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        self._child.terminate()
        try:
            self._child.wait(_STOP_TIMEOUT_S)
        except TimeoutExpired:
            self._output.say(f"{self.name} did not stop within {_STOP_TIMEOUT_S:.0f} s and was ended.")
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        if self._reader:
            self._reader.join(1)


@dataclass
class _Watched:
    part: Part
    started_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S
    restart_at: float | None = None
    proven_at: float | None = None  # when a restarted part will have run long enough to say so


class Supervisor:
    """Starts parts in order, keeps them up, stops them in reverse order."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._watched: list[_Watched] = []
        self._wake = threading.Event()
        self._stopping = False

    def catch_signals(self) -> None:
        """Ctrl-C and SIGTERM ask for the clean stop; SIGCHLD wakes the watch. Main thread only."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: self._wake.set())

    @property
    def stopping(self) -> bool:
        return self._stopping

    def start(self, part: Part) -> None:
        """Starts `part` and watches it from now on. Raises what its start raises."""
        watched = _Watched(part, time.monotonic())
        self._watched.append(watched)
        part.start()

    def watch(self) -> None:
        """Returns once a stop was asked for. Raises ConfigurationError when a part ends with exit code 2."""
        while not self._stopping:
            self._bury_orphans()
            for watched in self._watched:
                self._look_at(watched)
            if not self._stopping:
                self._wake.wait(self._until_next_deed())
            self._wake.clear()

    def wait(self, seconds: float) -> None:
        """Waits, but no longer than until something happens."""
        self._wake.wait(seconds)
        self._wake.clear()

    def check(self) -> None:
        """One look at every part, as `watch` does in a loop."""
        for watched in self._watched:
            self._look_at(watched)

    def stop(self) -> None:
        """Stops every part, the last started first. Signals are no longer listened to: one Ctrl-C is enough."""
        self._stopping = True
        for watched in reversed(self._watched):
            watched.part.stop()

    def _on_stop(self, *_: object) -> None:
        self._stopping = True
        self._wake.set()

    def _look_at(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.restart_at is not None:
            if now >= watched.restart_at:
                self._restart(watched, now)
            return
        code = watched.part.ended()
        if code is None:
            if watched.proven_at is not None and now >= watched.proven_at:
                watched.proven_at = None
                self._output.say(f"{watched.part.name} runs again.")
            return
        watched.proven_at = None
        if code == ConfigurationError.exit_code:
            raise ConfigurationError(
                f"{watched.part.name} cannot run as it is configured.", self._output.last(watched.part.name)
            )
        if now - watched.started_at > _STEADY_AFTER_S:
            watched.pause_s = _FIRST_PAUSE_S
        self._output.say(f"{watched.part.name} ended ({_how(code)}); starting it again in {watched.pause_s:g} s.")
        watched.restart_at = now + watched.pause_s
        watched.pause_s = min(watched.pause_s * 2, _LONGEST_PAUSE_S)

    def _restart(self, watched: _Watched, now: float) -> None:
        watched.restart_at, watched.started_at, watched.proven_at = None, now, now + _PROVEN_AFTER_S
        try:
            watched.part.start()
        except Exception as error:  # noqa: BLE001 - the runner's one broad catch: a failed start is said and tried again
            self._output.say(f"{watched.part.name} did not start: {error} Trying again in {watched.pause_s:g} s.")
            watched.restart_at, watched.proven_at = now + watched.pause_s, None
            watched.pause_s = min(watched.pause_s * 2, _LONGEST_PAUSE_S)

    def _until_next_deed(self) -> float:
        due = [at for w in self._watched for at in (w.restart_at, w.proven_at) if at is not None]
        return max(min(due) - time.monotonic(), 0.0) if due else _IDLE_WAIT_S

    def _bury_orphans(self) -> None:
        """As process 1, orphans become our children; those we did not start are reaped, ours are left to Popen."""
        if os.getpid() != 1:
            return
        ours = {w.part.pid for w in self._watched}
        while (dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
            if dead.si_pid in ours:
                return
            os.waitpid(dead.si_pid, 0)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
