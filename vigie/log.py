"""JSON logging: one object a line, UTC times, no control character and no secret ever.

`ensure_ascii` writes every non-ASCII character as an escape, so neither a line break nor a bidi mark from outside can
forge or disguise a line.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from vigie.redaction import redact, redact_value

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """`time` (ISO 8601, UTC), `level`, `logger`, `message`, then every `extra=` field."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[name] = redact_value(name, value)
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=True, default=str)


def log_to(stream: TextIO = sys.stdout, level: str = "INFO") -> None:
    """Sends every logger of this process to `stream` as JSON lines. Call once, at the start of the process."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def gunicorn_logging(level: str) -> dict[str, Any]:
    """For gunicorn's `logconfig_dict`: every logger as JSON lines on standard output, its access log off."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
        "root": {"level": level, "handlers": ["out"]},
        "loggers": {
            "gunicorn.error": {"level": level, "handlers": [], "propagate": True},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }
