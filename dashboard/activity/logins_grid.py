"""The grid of the newest logins: its columns, and its rows as text. Text stays text: the grid escapes what it draws."""

from typing import Any

import dash_ag_grid as dag

from dashboard.activity.devices import device_words
from dashboard.sources.interface import Login
from dashboard.ui import words
from dashboard.ui.view import View
from vigie.event import SUCCESS

GRID = "logins-grid"
MOST_ROWS = 200
"""Rows that one request of the browser may ask for."""


def grid() -> dag.AgGrid:
    """The empty grid. assets/logins.js tells it when to ask again."""
    return dag.AgGrid(
        id=GRID,
        rowModelType="infinite",
        columnDefs=[
            {"field": "time", "headerName": "Time", "width": 126, "cellRenderer": "VigieTime"},
            {"field": "outcome", "headerName": "Outcome", "width": 90, "cellRenderer": "VigieOutcome"},
            {"field": "user", "headerName": "User", "flex": 11, "minWidth": 150, "cellRenderer": "VigiePivot"},
            {"field": "ip", "headerName": "Address", "flex": 10, "minWidth": 140, "cellRenderer": "VigiePivot"},
            {"field": "device", "headerName": "Device", "flex": 8, "minWidth": 110, "tooltipField": "agent"},
            {"field": "note", "headerName": "Note", "flex": 6, "minWidth": 100, "tooltipField": "note"},
            {"colId": "card", "headerName": "Login", "flex": 1, "hide": True, "cellRenderer": "VigieCard"},
        ],
        defaultColDef={"sortable": False, "resizable": True, "suppressMovable": True},
        getRowId="params.data.key",
        className="logins-grid",
        dashGridOptions={
            "rowHeight": 30,
            "headerHeight": 32,
            "cacheBlockSize": 50,
            "maxBlocksInCache": 8,
            "infiniteInitialRowCount": 1,
            "maxConcurrentDatasourceRequests": 1,
            "suppressColumnVirtualisation": True,
            "tooltipShowDelay": 400,
            "animateRows": False,
            "suppressDragLeaveHidesColumns": True,
            "blockLoadDebounceMillis": 60,
        },
        style={"height": "100%", "width": "100%"},
    )


def asked_rows(request: object) -> tuple[int, int] | None:
    """(offset, limit) of a request of the grid, or None where it makes no sense. It comes from outside."""
    if not isinstance(request, dict):
        return None
    start, end = request.get("startRow"), request.get("endRow")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= 10**9:
        return None
    return start, min(end - start, MOST_ROWS)


def row(login: Login, view: View) -> dict[str, Any]:
    """One login as the grid shows it, with the full values that a press or a tooltip needs."""
    local, today = login.occurred_at.astimezone(view.zone), view.window.until.astimezone(view.zone).date()
    return {
        "key": login.key,
        "time": f"{local:%H:%M:%S}",
        "day": "" if local.date() == today else f"{local.day} {local:%b}",
        "outcome": "success" if login.outcome == SUCCESS else "failure",
        "user": words.outside(login.user_name, 64) if login.user_name else "",
        "user_value": login.user_name or "",
        "ip": login.source_ip or "",
        "ip_value": login.source_ip or "",
        "device": device_words(login.user_agent),
        "agent": words.outside(login.user_agent, 400) if login.user_agent else "",
        "note": words.REASON.get(login.reason, words.outside(login.reason, 60)) if login.reason else "",
    }
