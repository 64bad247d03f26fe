"""The grid of events: its columns, and its rows as text. Text stays text: the grid escapes what it draws."""

from collections.abc import Mapping
from typing import Any

import dash_ag_grid as dag

from dashboard.sources.event_questions import EventRow, EventRows
from dashboard.ui import event_words, words
from dashboard.ui.event_links import position_text
from dashboard.ui.view import View

GRID = "events-grid"
BLOCK = 60
"""Rows that are read at a time."""


def grid() -> dag.AgGrid:
    """The empty grid. assets/events-grid.js gives it its rows."""
    return dag.AgGrid(
        id=GRID,
        rowModelType="infinite",
        columnDefs=[
            {"field": "time", "headerName": "Time", "width": 132, "cellRenderer": "VigieTime"},
            {"field": "severity", "headerName": "Severity", "width": 92, "cellRenderer": "VigieSeverity"},
            {"field": "source", "headerName": "Source", "flex": 8, "minWidth": 76, "tooltipField": "source"},
            {"field": "what", "headerName": "What happened", "flex": 16, "minWidth": 150, "cellRenderer": "VigieEvent"},
            {"field": "user", "headerName": "User", "flex": 11, "minWidth": 84, "cellRenderer": "VigieEntity"},
            {"field": "ip", "headerName": "Address", "flex": 9, "minWidth": 112, "cellRenderer": "VigieEntity"},
            {"colId": "card", "headerName": "Event", "flex": 1, "hide": True, "cellRenderer": "VigieEventCard"},
        ],
        defaultColDef={"sortable": False, "resizable": True, "suppressMovable": True},
        getRowId="params.data.key",
        className="logins-grid",
        dashGridOptions={
            "rowHeight": 30,
            "headerHeight": 32,
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 200,  # what was read stays, so that no row moves on the way back up
            "infiniteInitialRowCount": 1,
            "maxConcurrentDatasourceRequests": -1,  # what Dash's own supplier of rows is asked is never answered
            "suppressColumnVirtualisation": True,
            "tooltipShowDelay": 400,
            "animateRows": False,
            "suppressDragLeaveHidesColumns": True,
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": False},
        },
        style={"height": "100%", "width": "100%"},
    )


def rows(page: EventRows, view: View, titles: Mapping[str, str]) -> dict[str, Any]:
    """A part of the list for the browser: rows, and from where the next part goes on (None: that was all)."""
    return {
        "rows": [row(each, view, titles) for each in page.rows],
        "next": position_text(page.next) if page.next else None,
    }


def row(event: EventRow, view: View, titles: Mapping[str, str]) -> dict[str, Any]:
    """One event as the grid shows it. `titles`: of the sources, by their names."""
    at = event.position.occurred_at
    local, today = at.astimezone(view.zone), view.window.until.astimezone(view.zone).date()
    user = words.outside(event.user_name, 64) if event.user_name else ""
    return {
        "key": position_text(event.position),
        "time": f"{local:%H:%M:%S}",
        "milli": f"{local.microsecond // 1000:03d}",
        "day": "" if local.date() == today else f"{local.day} {local:%b}",
        "severity": event.severity.word,
        "severity_word": words.SEVERITY[event.severity],
        "source": words.outside(titles.get(event.source, event.source), 60),
        "outcome": event.outcome if event.outcome in event_words.OUTCOME else "unknown",
        "what": event_words.title(event),
        "detail": event_words.detail(event),
        "action": words.outside(event.action, 90),
        "user": user,
        "user_value": event.user_name or "",
        "ip": event.source_ip or "",
        "ip_value": event.source_ip or "",
    }
