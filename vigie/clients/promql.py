"""PromQL selectors built from values. User text can be nothing but the inside of a string (see `literals.py`)."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from vigie.clients.literals import Matcher, check_name, whole_seconds

_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")


def selector(metric: str, matchers: Iterable[Matcher] = ()) -> str:
    """`metric{label="value",…}`. Raises ValueError for a bad name of a metric: it comes from code, not a person."""
    if not _METRIC.fullmatch(metric):
        raise ValueError(f"{metric!r} is not the name of a metric")
    inside = ",".join(matcher.text for matcher in matchers)
    return f"{metric}{{{inside}}}" if inside else metric


def increased(counter: str, length: timedelta, by: Sequence[str]) -> str:
    """How much a counter, a `selector`, grew within `length`, added up by labels. Raises BadFilter for a bad label."""
    labels = ", ".join(check_name(label) for label in by)
    return f"sum by ({labels}) (increase({counter}[{whole_seconds(length)}s]))"
