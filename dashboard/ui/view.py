"""What the reader looks at: window, zone and filters, read from what the browser sent.

The browser keeps the view in its address bar and sends it with every question. It is input from outside: any JSON
may arrive, so each part is checked alone and a part that makes no sense falls back to its default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dashboard.sources.interface import LoginFilter, TimeRange
from vigie.clock import reader_zone, utc_now

PRESETS: Mapping[str, timedelta] = MappingProxyType(
    {
        "1h": timedelta(hours=1),
        "12h": timedelta(hours=12),
        "24h": timedelta(hours=24),
        "7d": timedelta(days=7),
        "30d": timedelta(days=30),
    }
)
"""The relative ranges, by the name they have in the address bar."""

PRESET_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "1h": "last hour",
        "12h": "last 12 h",
        "24h": "last 24 h",
        "7d": "last 7 days",
        "30d": "last 30 days",
    }
)
DEFAULT = "24h"
LONGEST = timedelta(days=400)
OUTCOMES = ("success", "failure")
_TEXT_LIMIT = 320
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """`window`: UTC with the reader's zone; `words` name it on the screen; `is_live`: its end follows the clock."""

    window: TimeRange
    words: str
    chosen: LoginFilter
    is_live: bool

    @property
    def zone(self) -> ZoneInfo:
        return self.window.zone


def read_view(data: object, now: datetime | None = None) -> View:
    """The view a browser sent. `now` (UTC) is for tests. Never raises: what makes no sense becomes the default."""
    given: Mapping[str, object] = data if isinstance(data, dict) else {}
    clock = now or utc_now()
    zone = reader_zone(given.get("zone"))
    chosen = LoginFilter(_outcome(given.get("outcome")), _text(given.get("user")), _text(given.get("ip")))
    absolute = _absolute(given.get("from"), given.get("to"), clock)
    if absolute:
        window = TimeRange(*absolute, zone)
        return View(window, window_words(window, clock), chosen, is_live=False)
    preset = given.get("range")
    name = preset if isinstance(preset, str) and preset in PRESETS else DEFAULT
    until = _end(given.get("at"), clock)
    return View(TimeRange(until - PRESETS[name], until, zone), PRESET_WORDS[name], chosen, is_live=True)


def window_words(window: TimeRange, now: datetime) -> str:
    """`Thu 08:12 – Fri 08:12` in the reader's zone, from yesterday on; else with dates, and years unless this one.

    The same rule as in assets/view.js. `now`: UTC.
    """
    start, end, today = (each.astimezone(window.zone) for each in (window.since, window.until, now))
    year = "" if start.year == end.year == today.year else " %Y"
    if start.date() == end.date():
        return f"{start.strftime(f'%a %-d %b{year}')} {start:%H:%M} – {end:%H:%M}"
    is_near = {start.date(), end.date()} == {today.date() - timedelta(days=1), today.date()}
    style = "%a %H:%M" if is_near else f"%-d %b{year} %H:%M"
    return f"{start.strftime(style)} – {end.strftime(style)}"


def _end(at: object, clock: datetime) -> datetime:
    """The browser says at which instant it looks, so that all panels agree; the window ends at the next minute."""
    asked = _instant(at)
    chosen = asked if asked and asked <= clock + timedelta(minutes=1) else clock
    return chosen.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _absolute(since: object, until: object, clock: datetime) -> tuple[datetime, datetime] | None:
    start, end = _instant(since), _instant(until)
    if start is None or end is None or not timedelta(0) < end - start <= LONGEST:
        return None
    return (start, end) if end <= clock + timedelta(days=1) else None


def _instant(value: object) -> datetime | None:
    """An aware ISO time after the year 2000, as UTC; None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        read = datetime.fromisoformat(value)
        instant = read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return instant if instant and instant >= _EARLIEST else None


def _outcome(value: object) -> str | None:
    return value if isinstance(value, str) and value in OUTCOMES else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _TEXT_LIMIT and "\x00" not in value else None
