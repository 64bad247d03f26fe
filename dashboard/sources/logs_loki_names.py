"""How a Loki names things: which label tells its streams apart, where levels stand, what the presets look for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from dashboard.sources.log_questions import Band, Choice, LogChoices
from vigie.clients.literals import MOST_LETTERS, Match, Matcher
from vigie.clients.logql import LineFilter, LineMatch
from vigie.severity import Severity

MOST_STREAMS = 500
# Loki from 3.0 on gives every line a service_name and a detected_level; before that, what shippers write.
_STREAM_LABELS = ("service_name", "container", "container_name", "app", "job", "filename")
_FIELDS = {"container_name": ("container", "container_name"), "host_name": ("host", "hostname", "instance")}
_DETECTED, _WRITTEN = "detected_level", "level"

BANDS = (Band.OTHER, Band.WARNING, Band.ERROR)
"""Of the histogram."""


@dataclass(frozen=True, slots=True)
class Naming:
    """`stream`: the label that the reader chooses streams by. `level`: the label, or metadata, that holds the level.

    `fields`: the label that holds a field of the query language. `reads_level`: the level is no label at all, but may
    be a key of lines that are JSON.
    """

    stream: str
    level: str
    fields: Mapping[str, str]
    reads_level: bool = False

    @property
    def any_stream(self) -> Matcher:
        return Matcher(self.stream, Match.REGEX, ".+")


@dataclass(frozen=True, slots=True)
class Level:
    """A choice of level: its name on the screen, and the names that programs give it."""

    words: str
    written: tuple[str, ...]
    tone: Severity | None = None

    def matcher(self, label: str) -> Matcher:
        return Matcher(label, Match.REGEX, f"(?i)({'|'.join(self.written)})")


@dataclass(frozen=True, slots=True)
class Preset:
    """A question that is asked often. `streams`: a regular expression for their names."""

    words: str
    streams: str
    lines: tuple[LineFilter, ...] = ()
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    where: tuple[Matcher, ...] = ()


LEVELS: Mapping[str, Level] = MappingProxyType(
    {
        "error": Level("Error", ("critical", "fatal", "panic", "error"), Severity.HIGH),
        "warning": Level("Warning", ("warn", "warning"), Severity.MEDIUM),
        "info": Level("Info", ("info", "notice"), Severity.INFORMATIONAL),
        "debug": Level("Debug", ("debug", "trace")),
        "unknown": Level("Unknown", ("unknown",)),
    }
)
_WORSE = {"critical": Severity.CRITICAL, "fatal": Severity.CRITICAL, "panic": Severity.CRITICAL}

# Words alone would also find statements that merely hold them: the level stands at a fixed place of a line.
_POSTGRES = LineFilter(LineMatch.MATCHES, r"^\S+ \S+ \S+ \[\d+\] (\S+ )?(WARNING|ERROR|FATAL|PANIC):  ")
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "postgres-errors": Preset("PostgreSQL errors", ".*postgres.*", (_POSTGRES,)),
        "falco-critical": Preset(
            "Critical Falco events",
            ".*falco.*",
            fields={"priority": "priority"},
            where=(Matcher("priority", Match.REGEX, "Critical|Alert|Emergency|Error"),),
        ),
        "console-errors": Preset(
            "Console errors",
            ".*console.*",
            fields={"console_level": "level"},
            where=(Matcher("console_level", Match.REGEX, "error|critical"),),
        ),
    }
)


def naming(labels: Sequence[str]) -> Naming:
    """How a Loki with these labels names things."""
    stream = next((name for name in _STREAM_LABELS if name in labels), _STREAM_LABELS[0])
    level = _DETECTED if stream == _STREAM_LABELS[0] else _WRITTEN
    known = {field: name for field, names in _FIELDS.items() for name in reversed(names) if name in labels}
    reads_level = level == _WRITTEN and _WRITTEN not in labels
    return Naming(stream, level, {"source": stream, "severity": level, **known}, reads_level)


def choices(streams: Sequence[str]) -> LogChoices:
    """What can be chosen among streams of these names."""
    known = sorted(name for name in streams if name and len(name) <= MOST_LETTERS)[:MOST_STREAMS]
    return LogChoices(
        tuple(Choice(name, name) for name in known),
        tuple(Choice(value, level.words) for value, level in LEVELS.items()),
        tuple(Choice(value, each.words) for value, each in PRESETS.items() if _is_collected(each, known)),
    )


def _is_collected(preset: Preset, streams: Sequence[str]) -> bool:
    """An exporter of PostgreSQL's figures is not PostgreSQL."""
    return any(re.fullmatch(preset.streams, name) and "exporter" not in name for name in streams)


def tone_of(level: str) -> Severity | None:
    """How bad a level is that a program wrote; None for what says nothing."""
    name = level.lower()
    worse = _WORSE.get(name)
    return worse or next((each.tone for each in LEVELS.values() if name in each.written), None)


def band_of(level: str) -> Band:
    """The band of the histogram that lines of this level are counted in."""
    tone = tone_of(level)
    if tone is None or tone < Severity.MEDIUM:
        return Band.OTHER
    return Band.WARNING if tone is Severity.MEDIUM else Band.ERROR
