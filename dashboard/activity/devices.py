"""A user agent in few words: `Firefox 132 on Linux`. Text from outside; what is not known is shown as it came, cut."""

import re

from dashboard.ui import words

_BROWSERS = (
    ("Edge", re.compile(r"\bEdgA?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[^ ]* (?:Mobile/\S+ )?Safari/")),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_TOOL = re.compile(r"^([A-Za-z][\w.+-]{1,30})/(\d+(?:\.\d+)?)")
_LONGEST = 1000


def device_words(agent: str | None) -> str:
    """The device behind a user agent, or an empty string where none was given."""
    if not agent:
        return ""
    looked_at = agent[:_LONGEST]
    system = next((word for sign, word in _SYSTEMS if sign in looked_at), "")
    for name, pattern in _BROWSERS:
        found = pattern.search(looked_at)
        if found:
            return f"{name} {found[1]}" + (f" on {system}" if system else "")
    tool = _TOOL.match(looked_at)
    if tool and tool[1] != "Mozilla":
        return f"{tool[1]} {tool[2]}" + (f", {system}" if system else "")
    return words.outside(agent, 40)
