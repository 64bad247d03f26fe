"""Events in the text format of PostgreSQL's COPY."""

from collections.abc import Iterable
from datetime import datetime

from vigie.clock import instant_text
from vigie.event import Event, clean_json, clean_text

EVENT_COLUMNS = (
    "occurred_at", "received_at", "event_key", "source_ip", "http_status", "severity", "source", "category", "action",
    "outcome", "reason", "rule", "user_name", "user_agent", "host_name", "container_name", "process_name",
    "http_method", "http_route", "message",
)  # fmt: skip
RAW_COLUMNS = ("occurred_at", "event_key", "raw")
_NULL = "\\N"


class _Texts(dict[str | None, str]):
    """Texts as COPY reads them; most come again and again in one batch."""

    def __missing__(self, text: str) -> str:
        written = self[text] = _written(text)
        return written


def copy_texts(events: Iterable[Event], now: datetime) -> tuple[str, str]:
    """The rows of `events`, received `now`, and those of their raw records, where they have one."""
    received, of = now.isoformat(), _Texts({None: _NULL})
    rows, raws = [], []
    for e in events:
        at, key = instant_text(e.occurred_at), e.event_key.hex()
        ip = _NULL if e.source_ip is None else str(e.source_ip)
        status = _NULL if e.http_status is None else e.http_status
        rows.append(
            f"{at}\t{received}\t\\\\x{key}\t{ip}\t{status}\t{e.severity:d}\t{of[e.source]}\t{of[e.category]}\t"
            f"{of[e.action]}\t{of[e.outcome]}\t{of[e.reason]}\t{of[e.rule]}\t{of[e.user_name]}\t{of[e.user_agent]}\t"
            f"{of[e.host_name]}\t{of[e.container_name]}\t{of[e.process_name]}\t{of[e.http_method]}\t"
            f"{of[e.http_route]}\t{of[e.message]}\n"
        )
        if e.raw:
            raws.append(f"{at}\t\\\\x{key}\t{_written(clean_json(e.raw))}\n")
    return "".join(rows), "".join(raws)


def _written(text: str) -> str:
    """What PostgreSQL has no character for was replaced by the parser, and is again here."""
    if text.isprintable():
        return text.replace("\\", "\\\\")
    text = (clean_text(text, len(text)) or "").replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
