"""Which names the console answers to.

A page elsewhere can have its own name resolve to our address (DNS rebinding). The browser then takes the console for a
part of that site, but it still says the site's name in `Host`: there it is refused.
"""

import logging
import re
from collections.abc import Set as AbstractSet

from flask import request

from dashboard.access.answers import Refused

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{0,5})?", re.ASCII | re.IGNORECASE)

log = logging.getLogger(__name__)


def name_of(host: str) -> str | None:
    """The name or address in a `Host` header: lower case, without port and brackets. None where there is none."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else None


def check_host(names: AbstractSet[str]) -> None:
    """Raises Refused unless this request is for one of `names`."""
    host = request.headers.get("Host", "")
    if name_of(host) not in names:
        log.info("another name", extra={"host": host[:200], "path": request.path[:500]})
        raise Refused(
            421,
            "The console does not answer to this name.",
            "Open it by its own address, or have an admin add the name to VIGIE_CONSOLE_NAMES.",
        )
