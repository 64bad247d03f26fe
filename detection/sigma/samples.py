"""What a rule fires on and what it stays silent on, as events: `fires` and `stays_silent` of its attribute `vigie`.

A sample is a list. Each entry is a real line, read by the real parser of its `format`, or the fields of an event:

    - {format: nginx, line: '192.0.2.7 - - [{time}] "GET /.env HTTP/1.1" 404 1 "-" "x"', repeat: 6, every_s: 5}
    - {source: app, category: authentication, action: authn_login_fail, outcome: failure, user_name: 'user{n}'}

`{time}` becomes the entry's time as the format writes it, `{n}` the number of the repetition from 0. `at_s` are
seconds from the start; without it an entry begins one second after the one before it. `keep: all` reads the line as a
source does that keeps every line.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

from detection.parsers.interface import Found, Origin
from detection.parsers.registry import PARSERS
from detection.sigma.reading import Written
from detection.sigma.refusals import Refused, nearest, shown
from vigie.event import OUTCOMES, UNKNOWN, Event, key_of
from vigie.severity import Severity, from_word

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
MOST_EVENTS = 1000
_LONGEST_S = 7 * 86_400
_TEXTS = ("source", "category", "action", "outcome", "reason", "rule", "user_name", "user_agent", "host_name",
          "container_name", "process_name", "http_method", "http_route", "message")  # fmt: skip
_NEEDED = ("source", "category", "action")
_TIMING = ("at_s", "repeat", "every_s")
_EVENT_KEYS = (*_TEXTS, "severity", "source_ip", "http_status", "raw", *_TIMING)
_LINE_KEYS = ("format", "line", "source", "host_name", "container_name", "keep", *_TIMING)
_CLF, _SYSLOG = "%d/%b/%Y:%H:%M:%S +0000", "%b %d %H:%M:%S"
_TIMES = {"nginx": _CLF, "apache": _CLF, "sshd": _SYSLOG, "postgres": "%Y-%m-%d %H:%M:%S.%f UTC"}
_ISO = "%Y-%m-%dT%H:%M:%S.%fZ"


def events_of(sample: object, start: datetime = START) -> list[Event]:
    """The events of a sample, in its order; `start` is aware. Raises Refused for what is no sample."""
    if not isinstance(sample, Sequence) or isinstance(sample, str):
        raise Refused("A sample is no list.", "Write a list of lines or events.")
    events: list[Event] = []
    seen: Counter[tuple[str, datetime, str]] = Counter()
    at_s = 0.0
    for entry in sample:
        timed = _timed(entry, at_s)
        for number in range(timed.repeat):
            at = start + timedelta(seconds=timed.at_s + number * timed.every_s)
            events += _at(timed.entry, at, number, seen)
        if len(events) > MOST_EVENTS:
            raise Refused(f"A sample has more than {MOST_EVENTS} events.", "Write fewer.")
        at_s = timed.at_s + (timed.repeat - 1) * timed.every_s + 1
    return events


def check_samples(rule: Written) -> None:
    """Raises Refused for a sample that cannot be read."""
    for key in ("fires", "stays_silent"):
        try:
            events_of(rule.own.get(key, []))
        except Refused as error:
            raise Refused(f"vigie: {key}: {error.sentence}", error.advice) from error


@dataclass(frozen=True, slots=True)
class _Timed:
    entry: Mapping[str, object]
    at_s: float
    repeat: int
    every_s: float


def _timed(entry: object, after_s: float) -> _Timed:
    if not isinstance(entry, Mapping):
        raise Refused("An entry of a sample is no mapping.", "Write {format: …, line: …} or the fields of an event.")
    known = _LINE_KEYS if "line" in entry else _EVENT_KEYS
    wrong = next((key for key in entry if key not in known), None)
    if wrong is not None:
        raise Refused(f"{shown(wrong)} is not known in a sample.", f"{nearest(str(wrong), list(known))}Remove it.")
    repeat = _number(entry, "repeat", 1, MOST_EVENTS)
    if repeat != int(repeat) or repeat < 1:
        raise Refused(f"repeat is {shown(repeat)}.", "Write a whole number from 1.")
    return _Timed(
        entry, _number(entry, "at_s", after_s, _LONGEST_S), int(repeat), _number(entry, "every_s", 1, _LONGEST_S)
    )


def _number(entry: Mapping[str, object], key: str, default: float, highest: float) -> float:
    value = entry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise Refused(f"{key} is {shown(value)}.", f"Write a number from 0 to {highest:g}.")
    return value


def _at(
    entry: Mapping[str, object], at: datetime, number: int, seen: Counter[tuple[str, datetime, str]]
) -> Iterator[Event]:
    if "line" not in entry:
        yield _event(entry, at, number)
        return
    source = str(entry.get("source", entry.get("format")))
    found = _found(entry, source, at, number)
    place = (source, found.sketches[0].occurred_at, found.identity)
    yield from found.events(source, seen[place])
    seen[place] += 1


def _found(entry: Mapping[str, object], source: str, at: datetime, number: int) -> Found:
    name, line = entry.get("format"), entry["line"]
    if not isinstance(name, str) or name not in PARSERS:
        raise Refused(f"There is no log format {shown(name)}.", f"Use one of: {', '.join(PARSERS)}.")
    if not isinstance(line, str):
        raise Refused("A line is no text.", "Write it between quotes.")
    text = line.replace("{time}", at.strftime(_TIMES.get(name, _ISO))).replace("{n}", str(number))
    host, container = entry.get("host_name"), entry.get("container_name")
    origin = Origin(
        source,
        at,
        host_name=_text(host, number),
        container_name=_text(container, number),
        keeps_all=entry.get("keep") == "all",
    )
    found = PARSERS[name].parse(text, origin)
    if not isinstance(found, Found) or not found.sketches:
        reason = getattr(found, "reason", None) or getattr(found, "sentence", "It is only counted.")
        raise Refused(f"The line {shown(line)} is no event: {reason}", "Write a line that the format makes an event.")
    return found


def _event(entry: Mapping[str, object], at: datetime, number: int) -> Event:
    for key in _NEEDED:
        if not isinstance(entry.get(key), str):
            raise Refused(f"An event of a sample has no {key}.", "Write source, category and action.")
    texts = {key: _text(entry[key], number) for key in _TEXTS if key in entry}
    outcome = texts.pop("outcome", None) or UNKNOWN
    if outcome not in OUTCOMES:
        raise Refused(f"The outcome is {shown(outcome)}.", f"Use one of {', '.join(OUTCOMES)}.")
    raw = entry.get("raw", {})
    status = entry.get("http_status")
    if not isinstance(raw, dict) or not isinstance(status, int | None):
        raise Refused("raw is no mapping, or http_status no number.", "Correct the sample.")
    values = {key: value for key, value in texts.items() if key not in _NEEDED}
    return Event(
        at,
        key_of("sample", at.isoformat(), repr(sorted(entry.items())), str(number)),
        str(texts["source"]),
        str(texts["category"]),
        str(texts["action"]),
        outcome,
        _severity(entry.get("severity")),
        source_ip=_address(entry.get("source_ip"), number),
        http_status=status,
        raw=raw,
        **values,
    )


def _text(value: object, number: int) -> str | None:
    return None if value is None else str(value).replace("{n}", str(number))


def _severity(word: object) -> Severity:
    try:
        return from_word(str(word)) if word is not None else Severity.INFORMATIONAL
    except ValueError:
        raise Refused(f"{shown(word)} is no severity.", "Use informational, low, medium, high or critical.") from None


def _address(value: object, number: int) -> IPv4Address | IPv6Address | None:
    text = _text(value, number)
    try:
        return ip_address(text) if text is not None else None
    except ValueError:
        raise Refused(f"{shown(text)} is no IP address.", "Write one, such as 192.0.2.{n}.") from None
