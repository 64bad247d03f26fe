"""What machines ask the console: is the process alive, is it ready, and (for its own screens) has anything changed."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, jsonify

from dashboard.access.reach import Reach
from dashboard.sources.beat import SourceBeat
from dashboard.sources.interface import SourceQuestions
from vigie.clock import utc_now
from vigie.errors import StorageFull, StoreUnavailable

_PULSE_KEPT_S = 0.3
_DEMONSTRATION_KEPT_S = 10.0
_LONGEST_WAIT_S = 2.5
_READY_KEPT_S = 2.0


@dataclass(frozen=True, slots=True)
class Beat:
    """The last look at the store. `since`: when it stopped answering (UTC), None while it answers."""

    mark: str = ""
    demonstration: bool = False
    since: datetime | None = None


class Pulse:
    """The change mark, asked once for all screens of this process."""

    def __init__(self, sources: SourceQuestions, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._sources = sources
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._beat = Beat()
        self._asked_at = self._demonstration_asked_at = float("-inf")

    def beat(self) -> Beat:
        """Never raises for a server that is down, and answers while another thread still waits for it."""
        if self._monotonic() - self._asked_at < _PULSE_KEPT_S:
            return self._beat
        if not self._lock.acquire(timeout=_LONGEST_WAIT_S):
            return replace(self._beat, since=self._beat.since or utc_now())
        try:
            if self._monotonic() - self._asked_at >= _PULSE_KEPT_S:
                self._beat = self._look()
                self._asked_at = self._monotonic()
            return self._beat
        finally:
            self._lock.release()

    def _look(self) -> Beat:
        try:
            mark = self._sources.change_mark()
            return Beat(mark, self._is_demonstration())
        except (StoreUnavailable, StorageFull):
            return replace(self._beat, since=self._beat.since or utc_now())

    def _is_demonstration(self) -> bool:
        now = self._monotonic()
        if now - self._demonstration_asked_at < _DEMONSTRATION_KEPT_S:
            return self._beat.demonstration
        answer = self._sources.is_demonstration()
        self._demonstration_asked_at = now
        return answer


class Readiness:
    """Which parts the console could reach, kept two seconds since anyone may ask."""

    def __init__(self, reach: Reach, sources: SourceQuestions, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._reach = reach
        self._sources = sources
        self._monotonic = monotonic
        self._asked_at = float("-inf")
        self._states: dict[str, str] = {}

    def states(self) -> dict[str, str]:
        """`ok`, `blind` or `unavailable` by source; `postgresql` is always among them."""
        if self._monotonic() - self._asked_at >= _READY_KEPT_S:
            self._states = self._look()
            self._asked_at = self._monotonic()
        return self._states

    def _look(self) -> dict[str, str]:
        if not self._reach.store_answers():
            return {"postgresql": "unavailable"}
        states = {"postgresql": "ok"}
        for status in self._sources.statuses().rows or ():
            states[status.name] = "blind" if status.blind_since else "ok"
        return states


def beats(of: Mapping[str, SourceBeat]) -> Blueprint:
    """`/_vigie/beat/<source>` for those who are signed in: whether it answers, or that there is no such source."""
    routes = Blueprint("beats", __name__)

    @routes.get("/_vigie/beat/<string:source>")
    def beat(source: str) -> Response:
        if source not in of:
            return jsonify(none=True)
        heard = of[source].heard()
        return jsonify(ok=heard.ok, sentence=heard.sentence, advice=heard.advice)

    return routes


def probes(pulse: Pulse, readiness: Readiness) -> Blueprint:
    """`/healthz` and `/readyz` for everyone, `/_vigie/seq` for those who are signed in."""
    routes = Blueprint("probes", __name__)

    def healthz() -> Response:
        return jsonify(alive=True)

    def readyz() -> Response:
        states = readiness.states()
        is_ready = states["postgresql"] == "ok"
        response = jsonify(ready=is_ready, sources=states)
        response.status_code = 200 if is_ready else 503
        return response

    def sequence() -> Response:
        beat = pulse.beat()
        return jsonify(
            mark=beat.mark, now=utc_now().isoformat(), store="unavailable" if beat.since else "ok",
            since=beat.since.isoformat() if beat.since else None, demonstration=beat.demonstration,
        )  # fmt: skip

    routes.add_url_rule("/healthz", "healthz", healthz)
    routes.add_url_rule("/readyz", "readyz", readyz)
    routes.add_url_rule("/_vigie/seq", "sequence", sequence)
    return routes
