"""What a source says of itself, made fit to show and to log: one short line without secrets or control characters."""

import json
import re

from vigie.redaction import redact

_MOST = 240  # characters; enough for the reason, too few for a page
_TEXT_KEYS = ("error", "message")


def one_line(text: str, most: int = _MOST) -> str:
    """`text` without control, bidi and other unprintable characters, redacted, at most `most` characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: most * 8])
    line = redact(re.sub(r"\s+", " ", printable)).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"


def words_of(body: bytes) -> str:
    """The reason in the body of an error: the `error` of a JSON object, else its text; nothing for a web page."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("<"):
        return ""
    if text.startswith(("{", '"')):
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            return one_line(text)
        if isinstance(given, str):
            return one_line(given)
        for key in _TEXT_KEYS:
            if isinstance(given, dict) and isinstance(given.get(key), str):
                return one_line(given[key])
    return one_line(text)
