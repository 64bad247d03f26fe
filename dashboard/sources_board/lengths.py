"""Lengths of time as people write and read them."""

import re
from datetime import timedelta

HOW = "Write a length of time as 90 s, 5 min, 2 h or 1 day."
_UNITS = ((86_400, "day", "days"), (3600, "h", "h"), (60, "min", "min"), (1, "s", "s"))
_WRITTEN = re.compile(
    r"\s*([0-9]{1,7})\s*(?:(days?|d)|(hours?|h)|(minutes?|min|m)|(seconds?|sec|s))(?![a-z])\s*",
    re.ASCII | re.IGNORECASE,
)


def length(span: timedelta) -> str:
    """In at most two units, exactly where they suffice: `2 min 17 s`, `2 h`, `1 day 3 h`."""
    return " ".join(_parts(span)[:2]) or "0 s"


def exact(span: timedelta) -> str:
    """To the second, so that it is read back as it is: `1 h 5 min 3 s`."""
    return " ".join(_parts(span)) or "0 s"


def _parts(span: timedelta) -> list[str]:
    left = max(0, round(span.total_seconds()))
    parts = []
    for size, one, many in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    return parts


def length_in(given: object) -> timedelta | None:
    """`90 s`, `5 min`, `2 hours`, `1 d`, or two of them, `2 min 17 s`; None for anything else."""
    if not isinstance(given, str) or not 0 < len(given.strip()) <= 40:
        return None
    total, at = timedelta(), 0
    while at < len(given):
        found = _WRITTEN.match(given, at)
        if found is None:
            return None
        size = next(size for (size, *_), unit in zip(_UNITS, found.groups()[1:], strict=True) if unit)
        total, at = total + int(found[1]) * timedelta(seconds=size), found.end()
    return total
