"""Takes secrets out of text before it is logged or stored.

Works on values a person typed or a service logged: bearer tokens, JWTs, passwords in URLs and in key=value or JSON
form. It errs on the side of hiding.
"""

import re

HIDDEN = "[redacted]"

_SENSITIVE = r"(?:password|passwd|pwd|secret|token|authorization|api[_-]?key|cookie|jwt)"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,30}://[^\s:/@]{0,200}):[^\s@/]{1,200}@"), rf"\1:{HIDDEN}@"),
    (
        re.compile(rf"(?i)([\"']?\w{{0,20}}{_SENSITIVE}[\"']?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}}\]]+)"),
        rf"\1{HIDDEN}",
    ),
)
_SECRET_NAME = re.compile(rf"(?i){_SENSITIVE}")


def redact(text: str) -> str:
    """`text` with everything that looks like a secret replaced by `[redacted]`."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def redact_value(name: str, value: object) -> object:
    """`value` as it may be logged under `name`: hidden for secret names, else redacted, containers included."""
    if _SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {str(key): redact_value(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_value("", item) for item in value]
    return value
