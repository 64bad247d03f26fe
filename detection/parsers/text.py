"""Text from outside, as an event may carry it, and the raw record kept beside it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from detection.parsers.interface import Origin
from vigie.event import clean_text
from vigie.redaction import may_hold_a_secret, redact, redact_value

LONGEST_LINE = 131_072
LONGEST_RECORD = 1_048_576
TOO_LONG = "It is too long."
EMPTY = "an empty line"

NAME_LIMIT, USER_LIMIT, AGENT_LIMIT, ROUTE_LIMIT, MESSAGE_LIMIT = 255, 320, 500, 300, 2000
_RAW_LIMIT = 65_536
_BLANK = frozenset(("", "-", "<NA>", "[unknown]"))


def shown(value: object, limit: int) -> str | None:
    """`value` as one line of visible text, cut at `limit`: control, bidi and other invisible characters become U+FFFD.

    None for what the formats write where they know nothing: "", "-", "<NA>", "[unknown]".
    """
    if not isinstance(value, str):
        if value is None or isinstance(value, dict | list):
            return None
        value = str(value)
    text = value[:limit]
    if text in _BLANK:
        return None
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def said(value: object, limit: int = MESSAGE_LIMIT) -> str | None:
    """`shown`, with what looks like a secret taken out."""
    text = shown(value, limit)
    return redact(text) if text else None


def saying(record: str) -> Callable[[object, int], str | None]:
    """`said` for the fields of `record`: where it cannot hold a secret none of them is searched again."""
    return said if "\\u" in record or may_hold_a_secret(record) else shown


def raw_line(text: str, origin: Origin) -> Mapping[str, object]:
    """A line of text as the raw record, cut at 64 Ki characters, with the labels it came with."""
    shown_line = clean_text(text.strip(), _RAW_LIMIT) or ""
    line: dict[str, object] = {"line": redact(shown_line) if may_hold_a_secret(text) else shown_line}
    if len(text) > _RAW_LIMIT:
        line["characters"] = len(text)
    return _with_labels(line, origin)


def raw_document(document: Mapping[str, object], text: str, origin: Origin) -> Mapping[str, object]:
    """A JSON record as the raw record. `text` is what it was read from: without a secret in it, nothing is searched."""
    if len(text) > _RAW_LIMIT:
        return raw_line(text, origin)
    if "\\u" not in text and (not may_hold_a_secret(text) or redact(text) == text):
        return _with_labels(document, origin)
    return _with_labels({key: redact_value(key, value) for key, value in document.items()}, origin)


def _with_labels(record: Mapping[str, object], origin: Origin) -> Mapping[str, object]:
    if not origin.labels:
        return MappingProxyType(record if isinstance(record, dict) else dict(record))
    labels = {key: redact_value(key, value) for key, value in origin.labels.items()}
    return MappingProxyType({**record, "labels": labels})
