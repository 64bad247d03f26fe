"""Dashboards: from grafana/dashboards/*.yml to the JSON that Grafana loads (its schema 42)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from vigie.errors import ConfigurationError

_SCHEMA = 42
_COLUMNS = 24
_PANEL = {"id", "title", "kind", "asks", "unit", "size", "says", "leads_to", "queries"}
_DASHBOARD = {"uid", "title", "description", "variables", "panels"}
_TYPES = {"lines": "timeseries", "bars": "timeseries", "stat": "stat", "table": "table", "logs": "logs"}
_DATASOURCES = {
    "prometheus": {"type": "prometheus", "uid": "vigie-prometheus"},
    "loki": {"type": "loki", "uid": "vigie-loki"},
    "postgres": {"type": "grafana-postgresql-datasource", "uid": "vigie-postgres"},
}
_CONSOLE = {
    "name": "console",
    "type": "constant",
    "query": "https://localhost:8050",
    "current": {"text": "https://localhost:8050", "value": "https://localhost:8050"},
    "hide": 2,
    "skipUrlSync": True,  # or a link to a dashboard could send its panels elsewhere
}


def dashboards(folder: Path) -> dict[str, dict[str, Any]]:
    """Of each file its uid and document. Raises ConfigurationError, which names file and panel."""
    made = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            written = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise ConfigurationError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
        if not isinstance(written, dict) or set(written) != _DASHBOARD:
            raise ConfigurationError(f"{path.name} is no dashboard.", f"It holds {', '.join(sorted(_DASHBOARD))}.")
        for panel in written["panels"]:
            if set(panel) != _PANEL or panel["kind"] not in _TYPES or panel["asks"] not in _DATASOURCES:
                raise ConfigurationError(
                    f"{path.name}, panel {panel.get('title')}: a key, its kind or what it asks is not known.",
                    f"Its keys are {', '.join(sorted(_PANEL))}.",
                )
        made[written["uid"]] = _dashboard(written)
    return made


def _dashboard(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uid": written["uid"],
        "title": written["title"],
        "description": written["description"],
        "tags": ["vigie"],
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "annotations": {"list": []},
        "links": [
            {"type": "link", "title": "Vigie", "url": "${console}", "icon": "external link", "targetBlank": True}
        ],
        "templating": {"list": [_CONSOLE, *(_variable(each) for each in written["variables"])]},
        "panels": list(_panels(written["panels"])),
    }


def _variable(written: Mapping[str, str]) -> dict[str, Any]:
    label, name = written["label"], written["name"]
    if written["asks"] == "loki":
        query: dict[str, Any] = {"label": label, "refId": name, "stream": "", "type": 1}
    else:
        query = {"query": f'label_values({written["metric"]}{{{label}=~".+"}}, {label})', "refId": name}
    return {
        "name": name,
        "type": "query",
        "datasource": _DATASOURCES[written["asks"]],
        "query": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _panels(written: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """From left to right, a new row where one does not fit."""
    x = y = tallest = 0
    for panel in written:
        width, height = panel["size"]
        if x + width > _COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        yield _panel(panel) | {"gridPos": {"x": x, "y": y, "w": width, "h": height}}
        x, tallest = x + width, max(tallest, height)


def _panel(panel: Mapping[str, Any]) -> dict[str, Any]:
    datasource = _DATASOURCES[panel["asks"]]
    return {
        "id": panel["id"],
        "type": _TYPES[panel["kind"]],
        "title": panel["title"],
        "description": panel["says"],
        "datasource": datasource,
        "fieldConfig": {"defaults": {"unit": panel["unit"]} | _drawn(panel["kind"]), "overrides": []},
        "options": _options(panel["kind"]),
        "targets": [_target(panel, number, datasource) for number in range(len(panel["queries"]))],
        "links": [{"title": "Open in Vigie", "url": f"${{console}}{panel['leads_to']}", "targetBlank": True}],
    }


def _target(panel: Mapping[str, Any], number: int, datasource: Mapping[str, str]) -> dict[str, Any]:
    query = panel["queries"][number]
    target: dict[str, Any] = {"refId": "ABCDEFGH"[number], "datasource": datasource}
    match panel["asks"]:
        case "postgres":
            return target | {"rawSql": query["query"], "rawQuery": True, "editorMode": "code", "format": "table"}
        case "loki":
            return target | {"expr": query["query"], "legendFormat": query["legend"], "queryType": "range"}
        case _:
            instant = panel["kind"] == "stat"
            return target | {
                "expr": query["query"], "legendFormat": query["legend"], "editorMode": "code",
                "instant": instant, "range": not instant,
            }  # fmt: skip


def _drawn(kind: str) -> dict[str, Any]:
    match kind:
        case "bars":
            return {"min": 0, "custom": {"drawStyle": "bars", "fillOpacity": 80, "stacking": {"mode": "normal"}}}
        case "lines":
            return {"min": 0, "custom": {"drawStyle": "line", "fillOpacity": 10}}
        case _:
            return {}


def _options(kind: str) -> dict[str, Any]:
    match kind:
        case "logs":
            return {"showTime": True, "wrapLogMessage": True, "sortOrder": "Descending", "enableLogDetails": True}
        case "stat":
            return {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "none"}
        case "table":
            return {"showHeader": True}
        case _:
            return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
