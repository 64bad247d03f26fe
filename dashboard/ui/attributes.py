"""Attributes of HTML whose names are no Python names: `data-…`, `aria-…`."""

from typing import Any


def attributes(**given: str) -> dict[str, Any]:
    """`attributes(data_act="retry")` is `{"data-act": "retry"}`, to be passed on with `**`."""
    return {name.replace("_", "-"): value for name, value in given.items()}
