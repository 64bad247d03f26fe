"""Takes secrets out of text before it is logged or stored.

Works on values a person typed or a service logged: bearer tokens, JWTs, passwords in URLs and in key=value or JSON
form. It errs on the side of hiding.
"""

import re
from functools import lru_cache

HIDDEN = "[redacted]"

_WORDS = (
    "password", "passwd", "pwd", "secret", "token", "authorization", "cookie", "jwt", "apikey", "api_key", "api-key",
)  # fmt: skip
# The same words by their first letter: beginning with a class of letters, the search is three times as fast.
# `PWD=/home/alice` is a folder, in every line that sudo writes.
_NAMED = (
    r"[aAcCjJpPsStT](?i:(?<=p)(?:assword|asswd|wd(?!=/))|(?<=s)ecret|(?<=t)oken"
    r"|(?<=a)(?:uthorization|pi[_-]?key)|(?<=c)ookie|(?<=j)wt)"
)
# A rule is tried only where one of its words stands in the text, and the sign beside it: searching for words is a
# hundred times as fast.
_RULES: tuple[tuple[tuple[str, ...], str, re.Pattern[str], str], ...] = (
    (("eyj",), ".", re.compile(r"(?a)\beyJ[\w-]{5,2000}\.[\w-]{5,}\.[\w-]*"), HIDDEN),
    (("bearer", "basic"), "", re.compile(r"(?ai)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (("@",), "://", re.compile(r"(?ai)(?<=[a-z0-9+.-]://)([^\s:/@]{0,200}):[^\s@/]{1,200}@"), rf"\1:{HIDDEN}@"),
    (
        _WORDS,
        "",
        re.compile(rf"(?a)({_NAMED}[\"']?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}}\]]+)"),
        rf"\1{HIDDEN}",
    ),
)
_SECRET_NAME = re.compile(rf"(?i){'|'.join(_WORDS)}")


@lru_cache(maxsize=1)  # asked of one record a few times
def may_hold_a_secret(text: str) -> bool:
    """Whether one of the words stands in `text` that `redact` looks for: else it changes nothing in any part of it."""
    lowered = text.lower()
    for words, sign, _, _ in _RULES:
        for word in words:
            if word in lowered and sign in lowered:
                return True
    return False


def redact(text: str) -> str:
    """`text` with everything that looks like a secret replaced by `[redacted]`."""
    lowered = text.lower()
    for words, sign, pattern, replacement in _RULES:
        for word in words:  # not any(): this runs some times for every line of a log
            if word in lowered and sign in lowered:
                text = pattern.sub(replacement, text)
                break
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
