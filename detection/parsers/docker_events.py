"""The events of Docker (`docker events --format '{{json .}}'`) and of Podman (`podman events --format json`).

What is kept: that a container started, ended, ran out of memory, or that somebody ran a command in it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from detection.actions import LOG_ACTIONS, Action
from detection.parsers.interface import Found, Ignored, Origin, Parsed, Sketch, canonical, rejected
from detection.parsers.json_record import document_of, found_in, text_in, whole_in
from detection.parsers.text import EMPTY, NAME_LIMIT, raw_document, said, shown
from detection.parsers.timestamps import epoch_instant, iso_instant
from vigie.event import FAILURE, SUCCESS
from vigie.severity import Severity

_NO_EVENT, _NO_TIME = "It is no event of Docker or Podman.", "Its time cannot be read."
_ORDINARY = "an event that tells no start, no end and no command of a container"
_ACTIONS = {
    "start": "container_started",
    "die": "container_died",  # Docker's word
    "died": "container_died",  # Podman's
    "oom": "container_out_of_memory",
    "exec_start": "container_exec",
    "exec": "container_exec",
}
_CLEAN = (0, 143)  # ended by itself, or by the signal that asks it to end


class DockerParser:
    """Reads one JSON object a line. `Action` may have more behind it: `exec_start: sh -c id`."""

    name = "docker"

    def parse(self, text: str, origin: Origin) -> Parsed:
        line = text.strip()
        if not line:
            return Ignored(EMPTY)
        document = document_of(line)
        if not isinstance(document, dict):
            return document
        kind, status = text_in(document, "Type"), text_in(document, "Action", "Status", "status")
        if kind is None or status is None:
            return rejected(_NO_EVENT, text)
        word, _, command = status.partition(":")
        action = LOG_ACTIONS.get(_ACTIONS.get(word.strip(), ""))
        if kind != "container" or action is None:
            return Ignored(_ORDINARY)
        at = _time(document, origin)
        if at is None:
            return rejected(_NO_TIME, text)
        return Found((_sketch(document, action, command.strip(), at, text, origin),), None, canonical(text))


def _sketch(
    document: Mapping[str, Any], action: Action, command: str, at: datetime, text: str, origin: Origin
) -> Sketch:
    code = whole_in(document, "ContainerExitCode")
    if code is None:
        code = _whole(text_in(document, "Actor.Attributes.exitCode", "Attributes.exitCode"))
    outcome, severity = action.outcome, action.severity
    if action.name == "container_died" and code is not None:
        outcome, severity = (SUCCESS, severity) if code in _CLEAN else (FAILURE, Severity.LOW)
    name = text_in(document, "Actor.Attributes.name", "Name", "Actor.ID", "ID", "id")
    image = text_in(document, "Actor.Attributes.image", "Image", "from")
    words = (
        action.name.replace("_", " "),
        command,
        f"exit code {code}" if action.name == "container_died" and code is not None else "",
    )
    return Sketch(
        occurred_at=at,
        category=action.category,
        action=action.name,
        outcome=outcome,
        severity=severity,
        host_name=origin.host,
        container_name=shown(name, NAME_LIMIT) or origin.container,
        message=said(", ".join(filter(None, (*words, image)))),
        raw=raw_document(document, text, origin),
    )


def _time(document: Mapping[str, Any], origin: Origin) -> datetime | None:
    written = found_in(document, "timeNano", "time")
    return epoch_instant(written) if written is not None else iso_instant(text_in(document, "Time"), origin.zone)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and len(text) <= 6 and text.isascii() and text.isdigit() else None
