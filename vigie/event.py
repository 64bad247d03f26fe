"""The event: one observable occurrence, immutable, with ECS field names (docs/reference/terms.md)."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import Any, NamedTuple

from vigie.severity import Severity

SUCCESS, FAILURE, UNKNOWN = "success", "failure", "unknown"
OUTCOMES = (SUCCESS, FAILURE, UNKNOWN)


NO_RAW: Mapping[str, Any] = MappingProxyType({})


# A tuple: to make a frozen dataclass takes four times as long, and one of these is made for every line.
class Event(NamedTuple):
    """One occurrence. `occurred_at` is aware and belongs to the record, so reading the record twice gives one event.

    `event_key` is 32 bytes, unique for the record (see `key_of`). `reason` is why something failed, in our words:
    `unknown_account`, `wrong_password`, `disabled`, `throttled`, or None.
    """

    occurred_at: datetime
    event_key: bytes
    source: str
    category: str
    action: str
    outcome: str = UNKNOWN
    severity: Severity = Severity.INFORMATIONAL
    reason: str | None = None
    rule: str | None = None
    user_name: str | None = None
    source_ip: IPv4Address | IPv6Address | None = None
    user_agent: str | None = None
    host_name: str | None = None
    container_name: str | None = None
    process_name: str | None = None
    http_method: str | None = None
    http_route: str | None = None
    http_status: int | None = None
    message: str | None = None
    raw: Mapping[str, Any] = NO_RAW


def key_of(*parts: str) -> bytes:
    """SHA-256 over the parts, each with its length before it, so that no two lists of parts meet in one key."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return hashlib.sha256(b"".join([len(data).to_bytes(8, "big") + data for data in encoded])).digest()


def clean_text(value: object, limit: int) -> str | None:
    """`value` as text that PostgreSQL can hold: NUL and lone surrogates become U+FFFD; cut at `limit` characters.

    None and the empty string are None.
    """
    if value is None:
        return None
    text = str(value)[:limit]
    if text.isprintable():  # so it holds neither; most texts do not
        return text or None
    text = text.replace("\x00", "\ufffd")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") or None


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # as JSON writes it; behind an odd backslash it is text


def clean_json(value: Mapping[str, object]) -> str:
    """`value` as JSON that `jsonb` can hold: what PostgreSQL has no character for becomes U+FFFD, in keys too."""
    document = _ENCODER.encode(dict(value))
    if "\\u0000" in document:
        document = _NUL.sub("\\1\ufffd", document)
    return clean_text(document, len(document)) or "{}"
