"""PromQL selectors built from values. User text can be nothing but the inside of a string (see `literals.py`)."""

import re
from collections.abc import Iterable

from vigie.clients.literals import Matcher

_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")


def selector(metric: str, matchers: Iterable[Matcher] = ()) -> str:
    """`metric{label="value",…}`. Raises ValueError for a bad name of a metric: it comes from code, not a person."""
    if not _METRIC.fullmatch(metric):
        raise ValueError(f"{metric!r} is not the name of a metric")
    inside = ",".join(matcher.text for matcher in matchers)
    return f"{metric}{{{inside}}}" if inside else metric
