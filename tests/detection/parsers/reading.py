"""How the tests of parsers read: one origin, and the samples of each format."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from detection.parsers.interface import Found, HttpHit, Ignored, Origin, Parsed, Sketch
from detection.parsers.registry import parser_named

SAMPLES = Path(__file__).parent / "samples"
ORIGIN = Origin("web", datetime(2026, 11, 20, 12, tzinfo=UTC))


def parse(format_name: str, line: str, origin: Origin = ORIGIN) -> Parsed:
    return parser_named(format_name).parse(line, origin)


def one(format_name: str, line: str, origin: Origin = ORIGIN) -> Sketch:
    """The only event of a line that must be one."""
    found = parse(format_name, line, origin)
    assert isinstance(found, Found), found
    (sketch,) = found.sketches
    return sketch


def read(format_name: str, sample: str) -> list[Parsed]:
    return [parse(format_name, line) for line in (SAMPLES / sample).read_text(encoding="utf-8").split("\n") if line]


def sketches(parsed: Iterable[Parsed]) -> list[Sketch]:
    return [sketch for each in parsed if isinstance(each, Found) for sketch in each.sketches]


def hits(parsed: Iterable[Parsed]) -> list[HttpHit]:
    return [each.hit for each in parsed if isinstance(each, Found) and each.hit]


def ignored(parsed: Iterable[Parsed]) -> list[str]:
    return [each.reason for each in parsed if isinstance(each, Ignored)]
