"""What every child of the supervisor shares: it does not outlive it, even when the supervisor is killed outright."""

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends `number` to the child when its parent dies. None where it cannot."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)  # loaded here: between fork and exec only the call itself may happen

    def ask_kernel() -> None:
        library.prctl(_PR_SET_PDEATHSIG, int(number))

    return ask_kernel
