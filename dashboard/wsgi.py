"""What gunicorn loads: `dashboard.wsgi:application`."""

import contextlib
import ctypes

from dashboard.app import compress_ahead, make_parts, warm_up
from dashboard.settings import ConsoleSettings
from vigie.store.patience import limit_waiting

_DEADLINE_S = 2.5
_M_MMAP_THRESHOLD = -3  # malloc.h
_MEBIBYTE = 1024 * 1024


def _give_memory_back() -> None:
    """Checking a password takes 19 MiB. glibc would keep as much for each thread that ever did; so it is given back."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has its own ways
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _MEBIBYTE)


_give_memory_back()
_parts = make_parts(ConsoleSettings.load())
limit_waiting(_parts.engine, _DEADLINE_S)
warm_up(_parts)
compress_ahead(_parts)
application = _parts.server
