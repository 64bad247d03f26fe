"""Every colour of the console, by meaning. The only file with hex values: the style sheet, Mantine's theme and the
figures take theirs from here (`python -m dashboard.ui.generate` writes the style sheet).

Contrast on the ground it is used on is at least 4.5:1 for text and 3:1 for marks and controls (WCAG 2.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Scheme(StrEnum):
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Token:
    """One role with its colour in each scheme."""

    name: str
    dark: str
    light: str

    def of(self, scheme: Scheme) -> str:
        return self.dark if scheme is Scheme.DARK else self.light


TOKENS = (
    Token("page", "#10151C", "#F5F7FA"),
    Token("panel", "#171D26", "#FFFFFF"),
    Token("raised", "#1E2632", "#FFFFFF"),
    Token("hover", "#222B38", "#EEF1F6"),
    Token("selected", "#282E43", "#EDEEFA"),
    Token("hairline", "#2A3442", "#E0E5EC"),
    Token("border", "#3D4A5C", "#C3CCD8"),
    Token("control", "#6B798E", "#7D899A"),
    Token("text", "#E7EBF1", "#18202B"),
    Token("dimmed", "#A3AEBD", "#536072"),
    Token("faint", "#8E9BAD", "#5C687B"),
    Token("accent", "#8E96F8", "#4A50D0"),
    Token("fill", "#5259DE", "#4A50D0"),
    Token("on-fill", "#FFFFFF", "#FFFFFF"),
    Token("critical", "#FF7476", "#C8242F"),
    Token("critical-solid", "#D0353C", "#C8242F"),
    Token("high", "#FF9A4D", "#B04A00"),
    Token("medium", "#EBC24A", "#806000"),
    Token("low", "#62ADEE", "#1A69AE"),
    Token("informational", "#A3AEBD", "#536072"),
    Token("success", "#8496B1", "#6C7F9A"),
    Token("failure", "#EE7FA6", "#B8326A"),
    Token("ok", "#45BE93", "#0B7455"),
    Token("blind", "#EBC24A", "#806000"),
    Token("amount-0", "#1C2430", "#F0F3F8"),
    Token("amount-1", "#26344A", "#D9E3F0"),
    Token("amount-2", "#33496A", "#B7CAE3"),
    Token("amount-3", "#44628D", "#8BA9D0"),
    Token("amount-4", "#5C80B3", "#5C82B5"),
    Token("amount-5", "#84A6D6", "#345B91"),
    Token("shadow-far", "#00000088", "#18202B24"),
    Token("shadow-near", "#00000066", "#18202B14"),
)
"""A role is used as `var(--name)` in style sheets and as `"@name"` or `"@name/30"` (per cent) in figures."""

TINTED = ("critical", "high", "medium", "low", "informational", "failure", "ok", "blind", "accent")
TINT_PERCENT: Mapping[Scheme, int] = MappingProxyType({Scheme.DARK: 14, Scheme.LIGHT: 10})

MANTINE_COLOURS: Mapping[str, list[str]] = MappingProxyType(
    {
        "dark": [
            "#E7EBF1",
            "#C6CED9",
            "#A3AEBD",
            "#8E9BAD",
            "#3D4A5C",
            "#222B38",
            "#1E2632",
            "#171D26",
            "#10151C",
            "#0A0E13",
        ],
        "gray": [
            "#F5F7FA",
            "#EEF1F6",
            "#E0E5EC",
            "#C3CCD8",
            "#A4B0BF",
            "#7D899A",
            "#536072",
            "#3E4959",
            "#2A3442",
            "#18202B",
        ],
        "iris": [
            "#EEEFFE",
            "#DDE0FD",
            "#BDC2FB",
            "#A3AAFA",
            "#8E96F8",
            "#6F77EE",
            "#5259DE",
            "#4A50D0",
            "#3A3FAE",
            "#2C3085",
        ],
    }
)
BLACK = "#18202B"


def role(name: str, percent: int = 100) -> str:
    """The name of a colour inside a figure; the browser puts the colour of the reader's scheme in its place."""
    if name not in _NAMES:
        raise KeyError(f"{name!r} is not in the palette")
    return f"@{name}" if percent == 100 else f"@{name}/{percent}"


_NAMES = frozenset(token.name for token in TOKENS)


def style_sheet() -> str:
    """The custom properties of both schemes, as CSS text."""
    return "\n".join(_block(scheme) for scheme in Scheme)


def _block(scheme: Scheme) -> str:
    lines = [f"  --{token.name}: {token.of(scheme)};" for token in TOKENS]
    lines += [
        f"  --{name}-tint: color-mix(in srgb, var(--{name}) {TINT_PERCENT[scheme]}%, var(--panel));" for name in TINTED
    ]
    body = "\n".join([f"  color-scheme: {scheme.value};", *lines])
    return f':root[data-mantine-color-scheme="{scheme.value}"] {{\n{body}\n}}\n'


def mantine_theme() -> dict[str, object]:
    """The theme of MantineProvider: our greys, one accent, Inter, small radii."""
    return {
        "colors": dict(MANTINE_COLOURS),
        "primaryColor": "iris",
        "primaryShade": {"light": 7, "dark": 6},
        "black": BLACK,
        "fontFamily": "Inter, system-ui, sans-serif",
        "defaultRadius": 6,
        "focusRing": "auto",
        "respectReducedMotion": True,
    }
