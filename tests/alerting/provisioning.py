"""A strict reading of Grafana's provisioning files, since Grafana passes over a key that it does not know."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

# "key": what it holds; "key?": it may be left out. A list holds one kind; a set names the values; None: anything.
QUERY = {
    "refId": str,
    "queryType": {"", "instant", "expression"},
    "relativeTimeRange": {"from": int, "to": int},
    "datasourceUid": str,
    "model": {
        "refId": str, "expr?": str, "editorMode?": {"code"}, "instant?": bool, "range?": bool,
        "queryType?": {"instant"}, "type?": {"threshold"}, "expression?": str,
        "conditions?": [{"evaluator": {"type": {"gt", "lt"}, "params": [float]}}],
    },
}  # fmt: skip
RULE = {
    "uid": str, "title": str, "condition": str, "data": [QUERY], "for": str,
    "noDataState": {"OK", "NoData", "Alerting"},
    "execErrState": {"OK", "Error", "Alerting"}, "labels": {"severity": {"critical", "high", "warning"}},
    "annotations": {"summary": str, "runbook": str}, "dashboardUid?": str, "panelId?": int,
}  # fmt: skip
SETTINGS = {
    "url?": str, "httpMethod?": {"POST"}, "authorization_scheme?": {"Bearer"}, "authorization_credentials?": str,
    "addresses?": str, "singleEmail?": bool, "integrationKey?": str,
}  # fmt: skip
RECEIVER = {
    "uid": str, "type": {"webhook", "email", "slack", "pagerduty"}, "settings": SETTINGS, "disableResolveMessage": bool,
}  # fmt: skip
ROUTE = {"receiver": str, "object_matchers": [[str]], "continue?": bool, "mute_time_intervals?": [str]}
POLICY = {
    "orgId": int, "receiver": str, "group_by": [str], "group_wait": str, "group_interval": str, "repeat_interval": str,
    "routes": [ROUTE],
}  # fmt: skip
MUTE = {
    "orgId": int,
    "name": str,
    "time_intervals": [{"location?": str, "times": [{"start_time": str, "end_time": str}]}],
}
DATASOURCE = {
    "name": str, "uid": str, "orgId": int, "type": {"prometheus", "loki", "grafana-postgresql-datasource"},
    "access": {"proxy"}, "url": str, "user?": str, "isDefault?": bool, "editable": bool,
    "jsonData": {
        "httpMethod?": {"POST"}, "timeInterval?": str, "manageAlerts?": bool, "maxLines?": int, "database?": str,
        "sslmode?": {"require", "verify-full"}, "maxOpenConns?": int, "maxIdleConns?": int, "connMaxLifetime?": int,
    },
    "secureJsonData?": {"password": str},
}  # fmt: skip
PROVIDER = {
    "name": str, "orgId": int, "folder": str, "type": {"file"}, "disableDeletion": bool, "allowUiUpdates": bool,
    "options": {"path": str},
}  # fmt: skip
FILE = {
    "apiVersion": int,
    "groups?": [{"orgId": int, "name": str, "folder": str, "interval": str, "rules": [RULE]}],
    "contactPoints?": [{"orgId": int, "name": str, "receivers": [RECEIVER]}],
    "policies?": [POLICY],
    "muteTimes?": [MUTE],
    "datasources?": [DATASOURCE],
    "providers?": [PROVIDER],
}

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_FROM_OUTSIDE = re.compile(r"\$\{[A-Z_]+\}|\$__file\{/run/secrets/\w+\}")
_SECRET = re.compile(r".*(password|credentials|integrationKey|contactPoints\[slack\].*url)")
_EXPRESSION = "__expr__"


def findings(folder: Path) -> list[str]:
    """What is wrong in the files below `folder`, a sentence each; none when all is well."""
    documents = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.yml"))}
    wrong = [each for name, document in documents.items() for each in _shape(document, FILE, name)]
    if wrong:
        return wrong  # what follows rests on the shape
    together: dict[str, list[Any]] = {key.rstrip("?"): [] for key in FILE if key != "apiVersion"}
    for document in documents.values():
        for key, found in together.items():
            found.extend(document.get(key, []))
    return [*_names(together), *_chains(together), *_routes(together), *_dollars(documents)]


def _shape(value: Any, kind: Any, where: str) -> Iterator[str]:
    if isinstance(kind, dict):
        yield from _keys(value, kind, where)
    elif isinstance(kind, list):
        if not isinstance(value, list) or not value:
            yield f"{where} is no list, or empty"
        else:
            for number, each in enumerate(value):
                yield from _shape(each, kind[0], f"{where}[{number}]")
    elif isinstance(kind, set):
        if value not in kind:
            yield f"{where} is {value!r}, not one of {sorted(kind)}"
    elif type(value) is not kind or value == "":
        yield f"{where} is {value!r}, no {kind.__name__}"


def _keys(value: Any, kind: Mapping[str, Any], where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no table"
        return
    known = {key.rstrip("?"): inner for key, inner in kind.items()}
    yield from (f"{where} has the unknown key {key}" for key in value if key not in known)
    yield from (f"{where} lacks {key}" for key in kind if not key.endswith("?") and key not in value)
    for key, inner in known.items():
        if key in value:
            yield from _shape(value[key], inner, f"{where}.{key}")


def _rules(files: Mapping[str, Sequence[Any]]) -> list[Any]:
    return [rule for group in files["groups"] for rule in group["rules"]]


def _names(files: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    kinds = {
        "rule": [rule["uid"] for rule in _rules(files)],
        "title": [rule["title"] for rule in _rules(files)],
        "datasource": [each["uid"] for each in files["datasources"]],
        "receiver": [each["uid"] for point in files["contactPoints"] for each in point["receivers"]],
        "contact point": [each["name"] for each in files["contactPoints"]],
    }
    for kind, uids in kinds.items():
        yield from (f"the {kind} {uid} stands twice" for uid in sorted(set(uids)) if uids.count(uid) > 1)
        yield from (f"the {kind} {uid} is no uid" for uid in uids if not _UID.fullmatch(uid))


def _chains(files: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    known = {each["uid"] for each in files["datasources"]}
    for rule in _rules(files):
        seen: set[str] = set()
        for query in rule["data"]:
            uid, model = query["datasourceUid"], query["model"]
            if uid == _EXPRESSION and model.get("expression") not in seen:
                yield f"{rule['title']}: {query['refId']} rests on {model.get('expression')}, which is not above it"
            elif uid != _EXPRESSION and uid not in known:
                yield f"{rule['title']}: {query['refId']} asks {uid}, which is no datasource"
            if model["refId"] != query["refId"]:
                yield f"{rule['title']}: {query['refId']} is {model['refId']} inside"
            seen.add(query["refId"])
        if rule["condition"] not in seen:
            yield f"{rule['title']}: the condition {rule['condition']} is not there"


def _routes(files: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    points = {each["name"] for each in files["contactPoints"]}
    mutes = {each["name"] for each in files["muteTimes"]}
    for policy in files["policies"]:
        for route in (policy, *policy["routes"]):
            if route["receiver"] not in points:
                yield f"a route leads to {route['receiver']}, which is no contact point"
            yield from (
                f"{name} is no mute timing" for name in route.get("mute_time_intervals", []) if name not in mutes
            )
        led = {route["receiver"] for route in (policy, *policy["routes"])}
        yield from (f"no route leads to {name}" for name in sorted(points - led))


def _dollars(documents: Mapping[str, Any]) -> Iterator[str]:
    """Labels lose `$labels`; annotations lose `${…}`; elsewhere a `$` names what comes from outside, secrets always."""
    for name, document in documents.items():
        for where, text in _texts(document, name):
            if ".model." in where:
                continue  # never interpolated
            if ".annotations." in where:
                if "${" in text or "$__" in text:
                    yield f"{where} would be interpolated"
            elif "$" in text.replace("$$", "") and not _FROM_OUTSIDE.fullmatch(text):
                yield f"{where} would be interpolated"
            elif _SECRET.fullmatch(where) and not _FROM_OUTSIDE.fullmatch(text):
                yield f"{where} is a secret in a file"


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            called = inner.get("name", number) if isinstance(inner, dict) else number
            yield from _texts(inner, f"{where}[{called}]")
    elif isinstance(value, str):
        yield where, value
