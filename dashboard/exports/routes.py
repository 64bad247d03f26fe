"""The one route of all exports: `POST /export/<name>` with `{"format": …, "view": …}`, behind the guard.

Whoever may see a panel may export it, viewers included; every export is recorded before its first byte leaves and
again when it ends.
"""

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from dashboard.access.answers import Refused
from dashboard.access.records import Who, who_asks
from dashboard.exports.declaration import Export, Reading
from dashboard.exports.formats import FORMATS, End, Format
from dashboard.exports.run import Run
from dashboard.sources.interface import Answer
from vigie.clock import utc_now
from vigie.errors import StorageFull, StoreUnavailable
from vigie.event import FAILURE, SUCCESS

MOST_AT_ONCE = 2
"""Exports under way in one process; each holds one of its threads."""
STALLED_S = 30.0
"""A reader who takes nothing for so long is gone."""
ACTION = "data_export"
"""What an export is called in the audit table."""
_UNWRITTEN_KEPT = 100

log = logging.getLogger(__name__)

Record = Callable[[Who, str, str, Mapping[str, Any]], None]
"""Puts (who, target, outcome, detail) of an export into the audit table, or raises StoreUnavailable, StorageFull."""


class Exports:
    """One per process. `may_go_on` tells for a request, while its export runs, whether its session still holds."""

    def __init__(
        self, exports: Iterable[Export[Any]], record: Record, may_go_on: Callable[[], Callable[[], bool]]
    ) -> None:
        self._exports = {export.name: export for export in exports}
        self._record = record
        self._may_go_on = may_go_on
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._unwritten: deque[tuple[Who, str, str, Mapping[str, Any]]] = deque(maxlen=_UNWRITTEN_KEPT)

    def blueprint(self) -> Blueprint:
        made = Blueprint("exports", __name__)
        made.add_url_rule("/export/<name>", "export", self.answer, methods=["POST"])
        return made

    def answer(self, name: str) -> Response:
        """The file, streamed. Raises Refused, and StoreUnavailable where not even its beginning can be read."""
        export, form, view = self._asked(name)
        if not self._places.acquire(blocking=False):
            raise Refused(429, f"{MOST_AT_ONCE} exports are under way.", "Try again when one of them has ended.")
        try:
            run = self._begin(export, form, view)
        except BaseException:
            self._places.release()
            raise
        response = Response(run.chunks(), content_type=form.media, headers=_headers(run))
        response.call_on_close(run.finish)
        _limit_stalling()
        return response

    def _asked(self, name: str) -> tuple[Export[Any], Format, object]:
        body = request.get_json(silent=True)
        asked: Mapping[str, object] = body if isinstance(body, dict) else {}
        export, wanted = self._exports.get(name), asked.get("format")
        if export is None:
            raise Refused(404, "There is no such export.", "Use the button of a panel.")
        form = FORMATS.get(wanted) if isinstance(wanted, str) else None
        if form is None:
            raise Refused(400, "An export is csv or jsonl.", "Use the button of the panel.")
        return export, form, asked.get("view")

    def _begin(self, export: Export[Any], form: Format, view: object) -> Run[Any]:
        reading = export.read(view)
        first = _first(reading)
        who, number = who_asks(), secrets.token_hex(8)
        detail = _detail(number, form, reading)
        self._record(who, export.name, SUCCESS, detail | {"stage": "begun", "rows": reading.total})
        self._write_late()

        def ended(end: End, rows: int, reason: str) -> None:
            self._places.release()
            told = detail | {"stage": "ended", "end": end.value, "rows": rows, "reason": reason}
            outcome = FAILURE if end is End.BROKEN_OFF else SUCCESS
            self._tell((who, export.name, outcome, told | {"ended_at": utc_now().isoformat()}))

        return Run(number, export, reading, first, form, self._may_go_on(), ended)

    def _tell(self, act: tuple[Who, str, str, Mapping[str, Any]]) -> None:
        """An end that cannot be written now is written with the next export that can be."""
        try:
            self._record(*act)
        except (StoreUnavailable, StorageFull) as error:
            log.warning("the end of an export is not in the audit table yet", extra={"detail": dict(act[3])})
            log.debug("because", extra={"reason": error.sentence})
            self._unwritten.append(act)

    def _write_late(self) -> None:
        for _ in range(len(self._unwritten)):
            self._tell(self._unwritten.popleft())


def _first(reading: Reading[Any]) -> Answer[Any]:
    first = next(reading.pages)
    if first.rows is None:
        raise StoreUnavailable(first.sentence, first.advice)
    return first


def _detail(number: str, form: Format, reading: Reading[Any]) -> dict[str, Any]:
    window = reading.window
    return {
        "export": number,
        "format": form.suffix,
        "since": window.since.isoformat() if window else None,
        "until": window.until.isoformat() if window else None,
        "zone": window.zone.key if window else None,
        "filter": dict(reading.filters),
    }


def _headers(run: Run[Any]) -> dict[str, str]:
    window = run.reading.window
    span = f"{window.since:%Y%m%dT%H%MZ}-{window.until:%Y%m%dT%H%MZ}" if window else f"{utc_now():%Y%m%dT%H%MZ}"
    headers = {
        "Content-Disposition": f'attachment; filename="vigie-{run.export.name}-{span}.{run.form.suffix}"',
        "X-Vigie-Export": run.id,
        "X-Accel-Buffering": "no",  # a proxy that collects would hide the progress
    }
    if run.reading.total is not None:
        headers["X-Vigie-Rows"] = str(run.reading.total)
    return headers


def _limit_stalling() -> None:
    """A write that takes longer fails, so that a reader who stands still does not keep a thread."""
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.settimeout(STALLED_S)
