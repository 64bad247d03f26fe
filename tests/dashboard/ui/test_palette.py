"""The palette: enough contrast, one place for colours, and a style sheet that is made from it."""

import re
from pathlib import Path

import pytest

from dashboard.ui import generate, icons
from dashboard.ui.palette import TOKENS, Scheme, role

GROUNDS = ("page", "panel", "hover")
TEXT = (
    "text",
    "dimmed",
    "faint",
    "accent",
    "critical",
    "high",
    "medium",
    "low",
    "informational",
    "failure",
    "ok",
    "blind",
)


def colour(name: str, scheme: Scheme) -> str:
    return next(token.of(scheme) for token in TOKENS if token.name == name)


def luminance(value: str) -> float:
    parts = [int(value[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_colour_of_text_is_readable_on_every_ground(scheme: Scheme, ground: str) -> None:
    poor = [name for name in TEXT if contrast(colour(name, scheme), colour(ground, scheme)) < 4.5]
    assert poor == []


@pytest.mark.parametrize("scheme", list(Scheme))
def test_marks_and_controls_stand_out_from_the_panel(scheme: Scheme) -> None:
    for name in ("success", "control"):
        assert contrast(colour(name, scheme), colour("panel", scheme)) >= 3


def test_the_generated_style_sheet_is_up_to_date() -> None:
    assert generate.TARGET.read_text(encoding="utf-8") == generate.style_sheet()


def test_no_other_file_names_a_colour(root: Path) -> None:
    hexadecimal = re.compile(r"#(?:[0-9a-fA-F]{3,4}){1,2}\b(?![-\w])")
    folder = root / "dashboard"
    files = [
        *folder.glob("ui/*.py"),
        *folder.glob("assets/*.css"),
        *folder.glob("situation/*"),
        *folder.glob("activity/*"),
    ]
    named = [
        file.name
        for file in files
        if file.is_file() and file.suffix in {".py", ".css"} and hexadecimal.search(file.read_text())
    ]
    assert sorted(named) == ["generated.css", "palette.py"]


def test_a_colour_that_is_not_in_the_palette_is_refused() -> None:
    with pytest.raises(KeyError):
        role("mauve")


def test_every_icon_that_the_code_names_is_drawn(root: Path) -> None:
    named = {
        name
        for file in (root / "dashboard").rglob("*.py")
        for name in re.findall(r'\bicon\("([a-z-]+)"', file.read_text())
    }
    assert named <= set(icons.STROKES) | set(icons.SHAPES)
