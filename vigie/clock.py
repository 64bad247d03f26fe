"""Time. Storage and code speak UTC; the reader's zone is applied at the screen."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def utc_now() -> datetime:
    """The current instant, time zone UTC."""
    return datetime.now(UTC)


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def reader_zone(name: object) -> ZoneInfo:
    """The IANA zone a browser named, or UTC for anything that is not one (the name comes from outside)."""
    if isinstance(name, str) and name in _known_zones():
        return ZoneInfo(name)
    return ZoneInfo("UTC")
