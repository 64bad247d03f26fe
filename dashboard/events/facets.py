"""The eight facets as the browser draws them: dimensions and values in words, with their counts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dashboard.sources.event_questions import DIMENSIONS, Facets
from dashboard.ui import event_words, words
from vigie.severity import from_word

MOST_VALUES = 40
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "severity": "Severity",
        "source": "Source",
        "outcome": "Outcome",
        "category": "Category",
        "action": "Action",
        "rule": "Rule",
        "container_name": "Container",
        "http_status": "HTTP status",
    }
)


def facets(found: Facets, titles: Mapping[str, str]) -> dict[str, Any]:
    """JSON for assets/events-facets.js. `titles`: of the sources, by their names."""
    return {
        "dimensions": [
            {
                "name": name,
                "title": TITLES[name],
                "values": [
                    {"value": each.value, "word": value_words(name, each.value, titles), "n": each.n}
                    for each in found.values.get(name, ())
                ],
                "further": found.further.get(name, 0),
            }
            for name in DIMENSIONS
        ],
    }


def are_none(found: Facets) -> bool:
    """Whether there is no value at all, ticked or counted."""
    return not any(found.values.values())


def value_words(dimension: str, value: str, titles: Mapping[str, str]) -> str:
    """How one value is called on the screen."""
    if not value:
        return "Not given"
    if dimension == "severity":
        return _severity_words(value)
    if dimension == "outcome":
        return event_words.outcome_words(value)
    return words.outside(titles.get(value, value) if dimension == "source" else value, 60)


def _severity_words(value: str) -> str:
    try:
        return words.SEVERITY[from_word(value)]
    except ValueError:
        return words.outside(value, 30)


def looked_words(found: Facets) -> str:
    """What the counts are of, where they are not of everything that matches."""
    return f"counts of the newest {found.looked_at:,} matching" if found.looked_at is not None else ""
