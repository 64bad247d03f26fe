"""How the tests of rules ask: a rule as a mapping, loaded by the real loader, put to a real PostgreSQL."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from detection.sigma.compiled import Condition, NotLoaded, Rule
from detection.sigma.loader import Loaded, load
from tests.conftest import Store
from vigie.event import Event
from vigie.store.events import store_events

RETENTION = timedelta(days=3650)
EVERY = {"product": "vigie"}


def rule_of(detection: object, logsource: Mapping[str, str] = EVERY, **more: object) -> dict[str, Any]:
    return {"title": "A rule", "logsource": dict(logsource), "detection": detection, **more}


def loaded(folder: Path, *documents: object, file: str = "rules.yml") -> Loaded:
    """The folder with a file of these documents, each a mapping or YAML as text."""
    texts = [each if isinstance(each, str) else yaml.safe_dump(each, allow_unicode=True) for each in documents]
    (folder / file).write_text("\n---\n".join(texts), encoding="utf-8")
    return load(folder)


def one(folder: Path, *documents: object) -> Rule:
    """The only rule of documents that must load."""
    found = loaded(folder, *documents)
    assert found.not_loaded == ()
    (rule,) = found.rules
    return rule


def refused(folder: Path, *documents: object) -> NotLoaded:
    """The only refusal of documents of which one must not load."""
    (found,) = loaded(folder, *documents).not_loaded
    return found


def keep(store: Store, events: Iterable[Event]) -> None:
    with store.worker.begin() as connection:
        store_events(connection, list(events), RETENTION)


def matched(store: Store, condition: Condition | None, source: str = "app") -> set[str]:
    """The messages of the stored events of a source that a condition is true of."""
    assert condition is not None
    raw = " JOIN events_raw r USING (occurred_at, event_key)" if condition.reads_raw else ""
    with store.worker.connect() as connection:
        cursor = connection.connection.cursor()
        values = {**condition.parameters, "source": source}
        cursor.execute(f"SELECT message FROM events e{raw} WHERE e.source = %(source)s AND {condition.sql}", values)
        return {row[0] for row in cursor.fetchall()}
