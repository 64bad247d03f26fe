"""The words that pages share, in one place. Times are said in the reader's zone; figures with thin groups of three."""

import html
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from vigie.login_attacks import AttackKind
from vigie.severity import Severity

SEVERITY: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "Critical",
        Severity.HIGH: "High",
        Severity.MEDIUM: "Medium",
        Severity.LOW: "Low",
        Severity.INFORMATIONAL: "Info",
    }
)
ATTACK: Mapping[AttackKind, str] = MappingProxyType(
    {
        AttackKind.SPRAYING: "Spraying",
        AttackKind.GUESSING: "Guessing",
        AttackKind.STUFFING: "Stuffing",
    }
)
REASON: Mapping[str, str] = MappingProxyType(
    {
        "unknown_account": "no such account",
        "wrong_password": "wrong password",
        "disabled": "account disabled",
        "throttled": "too many tries",
    }
)
NOBODY = "no name given"
TRY_AGAIN = "Try again"
UNREADABLE = "This could not be read."
NOT_COLLECTED = "Nothing was collected then"


def count(number: int, one: str, many: str = "") -> str:
    """`1 address`, `1,284 tries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(part: int, whole: int) -> str:
    """`76.1`, without the sign; a dash where there is nothing to divide by."""
    return f"{100 * part / whole:.1f}" if whole else "–"


def clock_time(instant: datetime, zone: ZoneInfo, seen_from: datetime) -> str:
    """`02:29` for the day the reader is in, `Thu 21:09` within a week, `12 Oct 21:09` before that."""
    local, today = instant.astimezone(zone), seen_from.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{local:%a %H:%M}" if abs(today - local.date()) < timedelta(days=7) else f"{local:%-d %b %H:%M}"


def date_time(instant: datetime, zone: ZoneInfo) -> str:
    """`21 Oct 2026 10:00`, for instants that may be far from today."""
    return f"{instant.astimezone(zone):%-d %b %Y %H:%M}"


def span(length: timedelta) -> str:
    """A length of time in one unit: `40 s`, `31 min`, `5 h`, `12 days`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 48 * 3600 else f"{seconds // 86400} days"


def zone_words(zone: ZoneInfo) -> str:
    """`Paris` for Europe/Paris."""
    return zone.key.rsplit("/", 1)[-1].replace("_", " ")


def outside(text: str | None, limit: int = 64) -> str:
    """Text from outside made safe to stand in a line: no control or direction marks, cut with an ellipsis."""
    if not text:
        return NOBODY
    plain = "".join(" " if unicodedata.category(sign) in UNPRINTABLE else sign for sign in text[: limit * 4]).strip()
    return (plain[: limit - 1] + "…" if len(plain) > limit else plain) or NOBODY


UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def in_figure(text: str | None, limit: int = 40) -> str:
    """`outside`, escaped as well: figures read `<b>` and `&…;` as markup."""
    return html.escape(outside(text, limit), quote=False)
