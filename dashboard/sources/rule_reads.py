"""What people read of a rule, out of the document that the worker keeps of it. Whatever stands there, it is text."""

import json
from collections.abc import Mapping

from dashboard.sources.rule_questions import Reads

MOST_TEXTS = 50
LONGEST_TEXT = 100_000
_LONGEST_LINE = 2000


def reads(details: object) -> Reads:
    """Never raises: a part that is missing or is no text is empty."""
    given: Mapping[str, object] = details if isinstance(details, dict) else {}
    return Reads(
        description=_text(given.get("description")),
        tags=_texts(given.get("tags")),
        false_positives=_texts(given.get("falsepositives")),
        references=_texts(given.get("references")),
        author=_text(given.get("author")),
        status=_text(given.get("status")),
        file=_text(given.get("file")),
        runbook=_text(given.get("runbook")),
        runbook_text=_text(given.get("runbook_text")),
        text=_text(given.get("text")),
        sql=_text(given.get("sql")),
        fires=_samples(given.get("fires")),
        stays_silent=_samples(given.get("stays_silent")),
    )


def _text(value: object) -> str:
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(each[:_LONGEST_LINE] for each in listed[:MOST_TEXTS] if isinstance(each, str) and each)


def _samples(value: object) -> tuple[str, ...]:
    return tuple(_sample(each)[:_LONGEST_LINE] for each in (value if isinstance(value, list) else [])[:MOST_TEXTS])


def _sample(value: object) -> str:
    """A line of a log below what is said of it, or the fields of an event."""
    if isinstance(value, dict):
        line = value.get("line")
        said = ", ".join(f"{key}: {_plain(each)}" for key, each in value.items() if key != "line")
        return f"{said}\n{line}" if isinstance(line, str) else said
    return _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
