"""The logins of the grid as a file: the whole result of the view and its filters, as CSV or JSON, streamed.

Every export is recorded before its first byte leaves.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

from flask import Blueprint, Response, request

from dashboard.access.answers import Refused
from dashboard.sources.interface import Login, LoginPage, LoginQuestions
from dashboard.ui.view import View, read_view
from vigie.errors import StoreUnavailable

PATH = "/activity/export"
COLUMNS = ("occurred_at_utc", "outcome", "user_name", "source_ip", "reason", "user_agent", "source", "key")
MOST_ROWS = 100_000
_ROWS_AT_ONCE = 1000
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One format of file: its media type, and how rows become text."""

    media: str
    write: Callable[[Iterator[Login]], Iterator[str]]


Record = Callable[[str, Mapping[str, object]], None]
"""Puts an act and its detail into the audit table, or raises StoreUnavailable: then nothing is handed out."""


def blueprint(logins: LoginQuestions, record: Record) -> Blueprint:
    """The route. The guard lets nobody reach it without a session."""
    made = Blueprint("export", __name__)

    @made.get(PATH)
    def export() -> Response:
        name = request.args.get("format", "csv")
        kind = KINDS.get(name)
        if kind is None:
            raise Refused(400, "Logins are exported as csv or json.", "Use the menu above the grid.")
        view = read_view(dict(request.args))
        first = _page(logins, view, 0)
        if first.total > MOST_ROWS:
            raise Refused(
                413, f"This is {first.total:,} logins; a file holds at most {MOST_ROWS:,}.", "Choose a shorter window."
            )
        record("logins_export", _detail(view, name, first.total))
        headers = {"Content-Disposition": f'attachment; filename="logins-{view.window.until:%Y%m%dT%H%MZ}.{name}"'}
        return Response(kind.write(_all(logins, view, first)), mimetype=kind.media, headers=headers)

    return made


def _detail(view: View, name: str, rows: int) -> dict[str, object]:
    chosen = view.chosen
    return {
        "format": name,
        "rows": rows,
        "since": view.window.since.isoformat(),
        "until": view.window.until.isoformat(),
        "filter": {"user": chosen.user_name, "ip": chosen.source_ip, "outcome": chosen.outcome},
    }


def _page(logins: LoginQuestions, view: View, offset: int) -> LoginPage:
    answer = logins.newest(view.window, view.chosen, offset, _ROWS_AT_ONCE)
    if answer.rows is None:
        raise StoreUnavailable(answer.sentence, answer.advice)
    return answer.rows


def _all(logins: LoginQuestions, view: View, page: LoginPage) -> Iterator[Login]:
    """Breaks off, so that the browser says the file is not whole, when PostgreSQL fails in the middle."""
    while page.rows:
        yield from page.rows
        page = _page(logins, view, page.offset + len(page.rows))


def _fields(login: Login) -> tuple[str, ...]:
    values = (
        login.occurred_at.astimezone(UTC).isoformat(), login.outcome, login.user_name, login.source_ip,
        login.reason, login.user_agent, login.source, login.key,
    )  # fmt: skip
    return tuple(value or "" for value in values)


def guarded(value: str) -> str:
    """A value that a spreadsheet would run as a formula, made text with a leading apostrophe (OWASP CSV injection)."""
    return f"'{value}" if value.startswith(_STARTS_A_FORMULA) else value


def _as_csv(rows: Iterator[Login]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for login in rows:
        writer.writerow([guarded(value) for value in _fields(login)])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _as_json(rows: Iterator[Login]) -> Iterator[str]:
    before = "[\n"
    for login in rows:
        yield before + json.dumps(dict(zip(COLUMNS, _fields(login), strict=True)))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


KINDS = {"csv": _Kind("text/csv", _as_csv), "json": _Kind("application/json", _as_json)}
