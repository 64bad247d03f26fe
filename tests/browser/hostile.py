"""Text that attackers put where it is logged: thousands of strings, in every field of an event."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

from vigie.clock import utc_now
from vigie.event import OUTCOMES, Event, key_of
from vigie.severity import Severity

_SCRIPTS = (
    "<script>window.broken=1</script>",
    '<img src=x onerror="window.broken=1">',
    '"><svg/onload=window.broken=1>',
    "'-window.broken=1-'",
    "javascript:window.broken=1",
    "<a href='https://evil.example/x'>Session expired</a>",
    '<a href="javascript:window.broken=1">b</a>',
    "[here](https://evil.example/m)",
    "![x](https://evil.example/i.png)",
    "<iframe src=//evil.example></iframe>",
    "<style>@import 'https://evil.example/s.css'</style>",
    "<base href=https://evil.example/>",
    "<form action=//evil.example><button>Sign in</button></form>",
    "<b>bold</b><br><sup>up</sup>",
    "</textarea></script><script>window.broken=1</script>",
    "{{constructor.constructor('window.broken=1')()}}",
    "${window.broken=1}",
    "%{x:window.broken=1}<extra></extra>",
    "\\u003cscript\\u003ewindow.broken=1",
    "&lt;script&gt;window.broken=1&lt;/script&gt;",
)
_BENT = (
    "\u202eexe.tnemucod\u202c",
    "\u2066hidden\u2069",
    "a\u0300" * 60,
    "W" * 400,
    "ﷺ" * 20,
    "line\r\nbreak\ttab",
    "\x1b[31mred\x1b[0m",
    "\x07\x08\x7f\x85",
    "\ufeff\u200b\u200d",
    "👩‍👩‍👧‍👦" * 12,
    "no-break\u00a0" * 30,
)
_FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "＝1+1",
    '=HYPERLINK("https://evil.example")',
    "|x",
)
_QUERIES = (
    "x' OR 1=1 --",
    '"} | json | __error__=""',
    "severity:critical OR",
    "a:b:c",
    "*",
    "%",
    "\\",
    '"',
    "'",
    "(",
    "$1",
    ":q0",
)


def texts(count: int) -> Iterator[str]:
    """`count` different ones."""
    made = itertools.cycle((*_SCRIPTS, *_BENT, *_FORMULAS, *_QUERIES))
    return (f"{text}{number:x}" if number % 2 else f"{text}" for number, text in zip(range(count), made, strict=False))


def events(count: int) -> Iterator[Event]:
    """`count` events of the last hour; every field of text holds hostile text, each event other ones."""
    pool = itertools.cycle(texts(997))
    now = utc_now()
    for number in range(count):
        fields = [next(pool) for _ in range(13)]
        yield Event(
            now - timedelta(seconds=2 + number), key_of("hostile", str(number)),
            source=fields[0][:200] if number % 3 else "app",
            category=fields[1][:200] if number % 2 else "authentication",
            action=fields[2][:200] if number % 2 else "authn_login_fail",
            outcome=OUTCOMES[number % 3],
            severity=Severity(1 + number % 5),
            reason=fields[3], rule=fields[4], user_name=fields[5], user_agent=fields[6], host_name=fields[7],
            container_name=fields[8], process_name=fields[9], http_method=fields[10], http_route=fields[11],
            http_status=200 + number % 400, message=fields[12],
            raw={fields[6]: fields[12], "line": fields[11]},
        )  # fmt: skip
