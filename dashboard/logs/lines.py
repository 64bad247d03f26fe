"""Lines as the browser gets them: plain text in which everything that cannot be seen can be seen."""

import json
import unicodedata
from typing import Any

from dashboard.sources.log_questions import LineContext, LogLine, LogLines
from dashboard.ui import words
from dashboard.ui.view import View

LONGEST = 500
"""Letters of a line that a list carries; the rest comes when it is asked for."""

_LONGEST_WHOLE = 262_144  # Loki takes lines of 256 KB as it is shipped
_MOST_LABELS = 100
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """`text` with a sign for every character that is invisible, or moves others about. Line breaks stay, marked."""
    if text.isprintable():
        return text
    return "".join(_sign(letter) for letter in text)


def _sign(letter: str) -> str:
    if letter == "\t":
        return letter
    if letter == "\n":
        return "⏎\n"
    point = ord(letter)
    if point < 0x80:
        return f"\\x{point:02X}" if point < 0x20 or point == 0x7F else letter
    return f"\\u{{{point:04X}}}" if unicodedata.category(letter) in _HIDDEN else letter


def listed(found: LogLines, view: View) -> dict[str, Any]:
    """A page of lines, newest first, and from where the next one goes on."""
    older = str(found.older.at) + "." + found.older.key if found.older else None
    return {"lines": [line(each, view) for each in found.lines], "older": older}


def line(given: LogLine, view: View) -> dict[str, Any]:
    """One line of a list. `at` stays text: it is greater than the numbers that a browser can hold."""
    local, today = given.place.moment.astimezone(view.zone), view.window.until.astimezone(view.zone).date()
    return {
        "at": str(given.place.at),
        "key": given.place.key,
        "time": f"{local:%H:%M:%S}",
        "milli": f"{local.microsecond // 1000:03}",
        "day": "" if local.date() == today else f"{local.day} {local:%b}",
        "stream": given.stream,
        "stream_words": words.outside(given.stream, 64) if given.stream else "–",
        "level": words.outside(given.level, 24) if given.level else "",
        "tone": given.tone.word if given.tone else "",
        "text": visible(given.text[:LONGEST]),
        "length": len(given.text),
        "is_cut": len(given.text) > LONGEST,
        "whole": given.is_whole,
        "event": f"{given.place.moment:%Y-%m-%dT%H:%M:%S.%fZ}_{given.event}" if given.event else "",
    }


def surroundings(found: LineContext, view: View) -> dict[str, Any]:
    """A line with everything that is known of it, among its neighbours."""
    own = found.line
    return {
        "before": [line(each, view) for each in found.before],
        "after": [line(each, view) for each in found.after],
        "more_before": found.more_before,
        "more_after": found.more_after,
        "line": {
            **line(own, view),
            "text": visible(own.text[:_LONGEST_WHOLE]),
            "is_cut": len(own.text) > _LONGEST_WHOLE,
            "is_long": len(own.text) > LONGEST,
            "json": _document(own.text),
            "labels": [
                [visible(name[:200]), visible(value[:2000])]
                for name, value in sorted(own.labels.items())[:_MOST_LABELS]
            ],
            "moment": own.place.moment.isoformat(),
        },
    }


def _document(text: str) -> str:
    """The JSON object in a line, set out; empty for a line that is none."""
    if not text.lstrip().startswith("{"):
        return ""
    try:
        laid_out = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return ""
    return "\n".join(visible(each) for each in laid_out.split("\n"))
