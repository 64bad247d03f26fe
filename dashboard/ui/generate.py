"""Writes the style sheet that is made from the palette and the icons: `python -m dashboard.ui.generate`."""

from pathlib import Path

from dashboard.ui import icons, palette

TARGET = Path(__file__).parent.parent / "assets" / "generated.css"
HEAD = "/* Made by `python -m dashboard.ui.generate` from dashboard/ui/palette.py and icons.py. Do not edit. */\n"


def style_sheet() -> str:
    """The whole text of the generated style sheet."""
    return HEAD + palette.style_sheet() + icons.style_sheet()


if __name__ == "__main__":
    TARGET.write_text(style_sheet(), encoding="utf-8")
