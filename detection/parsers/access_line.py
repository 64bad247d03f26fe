"""A line of an access log in the common or combined format, as nginx and Apache both write it.

    [vhost[:port] ]address ident user [time] "request" status bytes[ "referer" "user agent"][ anything more]

Quotes inside a quoted field are escaped by both servers, so a client cannot end a field early.
"""

import re
from collections.abc import Callable, Sequence
from itertools import islice

from detection.parsers.addresses import address_in
from detection.parsers.interface import Ignored, Origin, Parsed, rejected
from detection.parsers.text import EMPTY, LONGEST_LINE, TOO_LONG, raw_line
from detection.parsers.timestamps import clf_instant, iso_instant
from detection.parsers.web import Request, answered, split_request, status_of

_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
# In the common format the last two, referer and user agent, are missing.
_LINE = re.compile(rf"\[([^\]]{{20,40}})\] {_QUOTED} ([0-9]{{3}}) (?:[0-9]{{1,20}}|-)(?:\s*{_QUOTED}\s*{_QUOTED})?")
_FIELD = re.compile(rf"{_QUOTED}|(\S+)")
_FIELDS = 40
_NO_LINE, _NO_TIME = "It is no line of the common or combined format.", "Its time cannot be read."
_NO_STATUS = "Its status is none."


def parse_access_line(text: str, origin: Origin, duration_of: Callable[[Sequence[str]], float | None]) -> Parsed:
    """`duration_of` finds the seconds in what stands behind the user agent, where the two servers differ."""
    line = text.strip()
    if not line:
        return Ignored(EMPTY)
    if len(line) > LONGEST_LINE:
        return rejected(TOO_LONG, text)
    found = _LINE.search(line)
    head = _head(line[: found.start()].split()) if found else None
    if not found or not head:
        return rejected(_NO_LINE, text)
    time, request_line, code, _, agent = found.groups()
    at, status = clf_instant(time) or iso_instant(time, origin.zone), status_of(code)
    if at is None or status is None:
        return rejected(_NO_STATUS if at else _NO_TIME, text)
    method, target = split_request(request_line)
    address, user = head
    took = duration_of(_fields(line[found.end() :]))
    request = Request(at, method, target, status, address_in(address), user, agent, took)
    return answered(request, text, origin, lambda: raw_line(text, origin))


def seconds(text: str) -> float | None:
    """A duration written as `0.123`; a name before it (`rt=0.123`) and further tries are left out."""
    number = text.rpartition("=")[2].partition(",")[0].strip('"')
    if not 0 < len(number) <= 12 or not number.isascii() or not number.replace(".", "", 1).isdigit():
        return None
    return float(number)


def _head(words: list[str]) -> tuple[str, str] | None:
    """Address and user, from what stands before the time.

    `ident` is a "-" on every server in use: the address is before it, the user behind.

    What stands further left (a virtual host, forwarded addresses) is what the client says, and stays in the raw record.
    """
    dash = words.index("-") if "-" in words[1:-1] else 1
    if len(words) < 3 or dash == 0:
        return None
    return words[dash - 1], " ".join(words[dash + 1 :])


def _fields(text: str) -> list[str]:
    return [found[1] or found[2] or "" for found in islice(_FIELD.finditer(text), _FIELDS)]
