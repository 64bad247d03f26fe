"""The thread of detection: woken by what is stored, never ended by what a rule does."""

import logging
import threading
import time
from datetime import timedelta
from pathlib import Path

from detection.alerts.looking import DetectionKeeper
from detection.leader import Lead
from detection.sigma.loader import Loaded, load
from vigie.errors import VigieError

_IDLE_S = 5.0  # a look without being woken, and at the files of the rules
_SLICE_S = 0.5  # how soon it stops
_REST_SHARE = 1.0  # a turn is followed by a rest of its own length: never more than half a processor
_LEAST_REST_S, _LONGEST_REST_S = 0.02, 5.0
_RETRY_S = 1.0
_DAY_S = 86_400.0

_log = logging.getLogger(__name__)


class DetectionLoop:
    """Evaluates the rules of `folder` over what is stored until `stop` is set, while `lead` is held."""

    def __init__(self, url: str, retention: timedelta, folder: Path, lead: Lead, stop: threading.Event) -> None:
        self._keeper = DetectionKeeper(url, retention, lead)
        self._folder = folder
        self._stop = stop
        self._files: list[tuple[str, int, int]] | None = None
        self._unrecorded: Loaded | None = None  # while the database is away they are not compiled again and again
        self._forgot = float("-inf")

    def run(self) -> None:
        """The body of its thread. What cannot be done now is logged once and tried again."""
        trouble = ""
        while not self._stop.is_set():
            try:
                rest_s, trouble = self._work(), ""
            except VigieError as error:
                if str(error) != trouble and not self._stop.is_set():
                    _log.warning("the rules could not be evaluated", extra={"reason": str(error)})
                rest_s, trouble = _RETRY_S, str(error)
            self._stop.wait(rest_s)
        self._keeper.close()

    def _work(self) -> float:
        """Reads changed rules, waits until something is stored and looks at it. Returns the rest it has earned."""
        self._reload()
        if time.monotonic() - self._forgot >= _DAY_S:
            self._keeper.forget()
            self._forgot = time.monotonic()
        begun = time.monotonic()
        turn = self._keeper.turn()
        if turn.pieces == 0 and not turn.more:
            self._wait()
            return 0
        return min(max(_LEAST_REST_S, _REST_SHARE * (time.monotonic() - begun)), _LONGEST_REST_S)

    def _wait(self) -> None:
        until = time.monotonic() + _IDLE_S
        while not self._stop.is_set() and time.monotonic() < until:
            if self._keeper.wait(_SLICE_S):
                return

    def _reload(self) -> None:
        """Raises VigieError for a folder that cannot be read; the rules that were loaded stay."""
        try:
            found = sorted(self._folder.rglob("*.y*ml"))
            files = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in found]
        except OSError as error:
            raise VigieError(
                f"The folder of rules {self._folder} cannot be read: {error.strerror}.",
                "Correct VIGIE_RULES_FOLDER or its permissions.",
            ) from error
        if files != self._files:
            self._unrecorded, self._files = load(self._folder), files
        if self._unrecorded is not None:
            rules, not_loaded = self._unrecorded.rules, self._unrecorded.not_loaded
            self._keeper.load(rules, not_loaded)
            self._unrecorded = None
            _log.info("rules were loaded", extra={"rules": len(rules), "refused": len(not_loaded)})
