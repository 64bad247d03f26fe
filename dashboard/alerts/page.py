"""Alerts: what needs me?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dash import ClientsideFunction, Dash, Input, Output

from dashboard.access.roles import current_person
from dashboard.alerts import commands, detail, queue, said
from dashboard.alerts.asked import PATH, Asked, read_asked, read_number
from dashboard.alerts.layout import ALERT, QUEUE, layout
from dashboard.sources.alert_questions import MOST_COUNTED, AlertDetail, AlertQuestions, Alerts, Status
from dashboard.sources.interface import Answer, Completeness
from dashboard.ui import words
from dashboard.ui.shell import Page
from dashboard.ui.states import Drawing, Shown, State, blind_words, show
from dashboard.ui.view import View, read_view
from vigie.clock import utc_now

PANELS = (QUEUE, ALERT)
PAGE = Page(PATH, "Alerts", "Alerts", "alerts", "q", layout)
_SPANS = {Status.OPEN: "all open", Status.ACKNOWLEDGED: "all acknowledged", Status.CLOSED: "all closed"}
_SEES_LESS = (Completeness.STALE, Completeness.PARTLY_BLIND)


def register(app: Dash, alerts: AlertQuestions, triage: commands.Commands) -> None:
    """Registers the callbacks. They ask, and draw; the browser sends what is asked for."""

    @app.callback(QUEUE.answer, Input("view", "data"), prevent_initial_call=True)
    def waiting(data: object) -> Shown:
        asked = read_asked(data, current_person())
        return told(alerts.queue(asked.queue, asked.limit), asked)

    @app.callback(ALERT.answer, Input("alert-asked", "data"), prevent_initial_call=True)
    def alert(data: object) -> Shown:
        given: Mapping[str, object] = data if isinstance(data, dict) else {}
        view, number = read_view(given), read_number(given.get("alert"))
        answer = alerts.one(number) if number is not None else None
        if answer is None or answer.rows == []:
            return _no_alert(view)
        return show(answer, view, _one(view), f"alert {number}")

    commands.register(app, triage)
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it without types
        ClientsideFunction("vigie", "alerts_told"),
        Output("alerts_told-taken", "data"),
        Input(commands.TOLD, "data"),
        prevent_initial_call=True,
    )


def told(answer: Answer[Alerts], asked: Asked) -> Shown:
    """The list. Where it is empty: nothing needs anybody, a filter leaves all out, or nobody looks."""
    person = current_person()
    drawing = Drawing(
        lambda found: queue.content(found, asked, person),
        _figure_words,
        lambda found: not found.rows,
        f"No {asked.queue.status.value} alerts" if not asked.queue.is_narrow else "No alert matches",
        lambda: _empty_advice(answer.rows),
    )
    shown = show(answer, asked.view, drawing, _SPANS[asked.queue.status])
    found = answer.rows
    if found is not None:
        shown["around"] = queue.around(found, person)
        behind = found.looking.behind_since
        if behind is not None and shown["state"] == State.STALE:
            since = words.clock_time(behind, asked.view.zone, utc_now())
            shown["badge"] = f"Rules have not looked since {since}: newer alerts are missing"
        shown |= _if_empty(shown, replace(answer, rows=found), asked)
    return shown


def _if_empty(shown: Shown, answer: Answer[Alerts], asked: Asked) -> Shown:
    found = answer.rows
    if found is None or found.rows:
        return {}
    if asked.queue.is_narrow:
        return {"state": State.UNMATCHED, "content": None, "advice": "The filter leaves the others out."}
    if asked.queue.status is Status.OPEN and not found.looking.rules:
        advice = f"{said.looking_words(found.looking)} Whatever happened made no alert: see the Rules page."
        return {"state": State.UNKNOWN, "sentence": "Nobody looks", "advice": advice, "content": None}
    if asked.queue.status is Status.OPEN and answer.completeness in _SEES_LESS:
        blind = {"sentence": "None known", "advice": blind_words(answer, asked.view), "words": "", "note": ""}
        return blind | {"state": State.UNKNOWN, "content": None}
    return {}


def _figure_words(found: Alerts) -> str:
    more = " or more" if found.total >= MOST_COUNTED else ""
    listed = words.count(found.total, "alert") if not more else f"{found.total:,}{more} alerts"
    shown = f", {len(found.rows):,} shown" if len(found.rows) < found.total else ""
    failing = found.looking.failing
    said_of_rules = f" · {words.count(failing, 'rule')} not evaluated" if failing else ""
    return f"{listed}{shown}{said_of_rules}"


def _empty_advice(found: Alerts | None) -> str:
    if found is None:
        return ""
    closed = words.count(found.counts.get(Status.CLOSED, 0), "alert")
    were = "was" if closed.startswith("1 ") else "were"
    return f"{said.looking_words(found.looking)} {closed} {were} closed in the last 30 days."


def _one(view: View) -> Drawing[Sequence[AlertDetail]]:
    return Drawing(lambda found: detail.content(found[0], view), lambda _: "")


def _no_alert(view: View) -> Shown:
    return {
        "state": State.UNKNOWN,
        "foot": "Alert store",
        "as_of": view.window.until.isoformat(),
        "words": "",
        "badge": "",
        "sentence": "There is no such alert",
        "advice": "The link is not whole, or it is of another installation.",
    }
