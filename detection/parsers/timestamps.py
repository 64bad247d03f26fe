"""Times as logs write them, as UTC instants. What is no time is None; nothing is raised and no clock is read.

A leap second (:60) is the first second of the next minute. A local time that daylight saving makes twice is the
earlier one; one that it skips is read as if the clock had not been moved.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_LONGEST = 64
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_CLF = re.compile(r"(?a)(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)")
_SYSLOG = re.compile(r"(?a)(\w{3}) [ 0]?(\d{1,2}) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)")
_NAMED = re.compile(r"(?a)(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?) ?([A-Z]{1,5}|[+-]\d\d(?::?\d\d)?)?")
_MINUTE_60 = re.compile(r"(?a)^(.{10}.\d\d:\d\d):60")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SKEW = timedelta(days=1)
_LEAP_CYCLE = 8  # years between two 29 February at most
_ABBREVIATIONS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180,
    "MSK": 180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "SAST": 120, "PKT": 300, "HKT": 480, "SGT": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720,
    "NZDT": 780,
}  # fmt: skip


def iso_instant(text: object, zone: ZoneInfo) -> datetime | None:
    """ISO 8601 or RFC 3339, any number of decimals; without an offset it is a time of `zone`."""
    if not isinstance(text, str) or not 10 < len(text) <= _LONGEST:
        return None
    try:
        return _utc(datetime.fromisoformat(text), zone)
    except ValueError:
        return _leap(text, zone)


def _leap(text: str, zone: ZoneInfo) -> datetime | None:
    """23:59:60 is 00:00:00 of the next day; fractions of it are dropped."""
    found = _MINUTE_60.match(text)
    if not found:
        return None
    rest = text[found.end() :].lstrip(".,0123456789")
    try:
        return _later(_utc(datetime.fromisoformat(found.group(1) + ":59" + rest), zone))
    except ValueError:
        return None


def named_zone_instant(text: str, zone: ZoneInfo) -> datetime | None:
    """`2026-11-20 10:00:00.123 CET`: as PostgreSQL writes it, with the zone's abbreviation or offset.

    An abbreviation of `zone` itself is believed first, which also tells the two hours of a clock set back apart.
    """
    found = _NAMED.fullmatch(text)
    if not found:
        return None
    local, name = found.group(1).replace(",", "."), found.group(2)
    if name is None or name[0] in "+-":
        return iso_instant(local + (name or ""), zone)
    try:
        for fold in (0, 1):
            at = datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold)
            if at.tzname() == name:
                return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # a leap second, or the end of time
    offset = _ABBREVIATIONS.get(name)
    at_utc = iso_instant(local, ZoneInfo("UTC") if offset is not None else zone)
    return _moved(at_utc, timedelta(minutes=-offset)) if offset is not None else at_utc


@lru_cache(maxsize=1024)  # a busy site writes many lines in one second
def clf_instant(text: str) -> datetime | None:
    """`20/Nov/2026:10:00:00 +0100`: Common Log Format."""
    found = _CLF.fullmatch(text)
    if not found:
        return None
    day, month, year, hour, minute, second, zone_hours, zone_minutes = found.groups()
    number = _MONTHS.get(month)
    if number is None:
        return None
    return iso_instant(f"{year}-{number:02}-{day}T{hour}:{minute}:{second}{zone_hours}:{zone_minutes}", ZoneInfo("UTC"))


def syslog_instant(text: str, zone: ZoneInfo, first_seen: datetime) -> datetime | None:
    """`Nov 20 10:00:00`: a local time of `zone` without its year, which is the latest that is not after `first_seen`.

    A day ahead is allowed: clocks differ, and a line of 1 January may be seen on 31 December.
    """
    found = _SYSLOG.fullmatch(text)
    if not found or found.group(1) not in _MONTHS:
        return None
    month, day = _MONTHS[found.group(1)], int(found.group(2))
    latest = _moved(first_seen, _SKEW) or first_seen
    for year in range(latest.year, latest.year - _LEAP_CYCLE - 2, -1):
        at = iso_instant(f"{year:04}-{month:02}-{day:02}T{found.group(3)}", zone) if year > 0 else None
        if at is not None and at <= latest:
            return at
    return None


def epoch_instant(value: object) -> datetime | None:
    """A count since 1970 as a number or its digits: seconds, milliseconds, microseconds or nanoseconds by its size."""
    if isinstance(value, str) and len(value) <= _LONGEST:
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**20:
        return None
    for unit in (1, 10**3, 10**6, 10**9):
        if abs(value) < 10**11 * unit:
            return _moved(_EPOCH, timedelta(microseconds=int(value * 10**6) // unit))
    return None


def _utc(at: datetime, zone: ZoneInfo) -> datetime | None:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _later(at: datetime | None) -> datetime | None:
    return _moved(at, timedelta(seconds=1))


def _moved(at: datetime | None, by: timedelta) -> datetime | None:
    try:
        return at + by if at else None
    except OverflowError:
        return None
