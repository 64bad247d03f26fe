"""The runbook of a rule, as it is kept with the rule: who reads an alert needs no file."""

import re
from pathlib import Path

from vigie.event import clean_text

FOLDER = Path(__file__).parent.parent.parent / "docs" / "runbooks"
LONGEST = 60_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}", re.ASCII)


def runbook_text(name: object, folder: Path = FOLDER) -> str | None:
    """What stands on the page of that name, cut at LONGEST characters. None where there is no such page."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return None
    try:
        with (folder / f"{name}.md").open(encoding="utf-8", errors="replace") as page:
            return clean_text(page.read(LONGEST), LONGEST)
    except OSError:
        return None
