"""Time. Storage and code speak UTC; the reader's zone is applied at the screen."""

from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones


def utc_now() -> datetime:
    """The current instant, time zone UTC."""
    return datetime.now(UTC)


def instant_text(at: datetime) -> str:
    """`at` in ISO 8601, in the zone it has. An event's is written several times over: that of UTC is remembered."""
    return _utc_text(at) if at.tzinfo is UTC else at.isoformat()


@lru_cache(maxsize=4096)  # equal instants of other zones differ in their text
def _utc_text(at: datetime) -> str:
    return at.isoformat()


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def reader_zone(name: object) -> ZoneInfo:
    """The IANA zone a browser named, or UTC for anything that is not one (the name comes from outside)."""
    if isinstance(name, str) and name in _known_zones():
        return ZoneInfo(name)
    return ZoneInfo("UTC")
