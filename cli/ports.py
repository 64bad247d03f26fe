"""Whether a port can be listened on."""

import errno
import os
import socket

from vigie.errors import ConfigurationError


def ensure_free(host: str, port: int, variable: str) -> None:
    """Raises ConfigurationError when something listens on `port` already or the address is not ours."""
    error = _refusal(host, port)
    if error is None:
        return
    reason = os.strerror(error.errno or 0).lower()
    remedy = f"Stop what uses it, or choose another: {variable}={port + 10} scripts/run.sh"
    if error.errno == errno.EADDRNOTAVAIL:
        remedy = f"Set {variable.replace('PORT', 'HOST')} to an address of this machine."
    raise ConfigurationError(f"Port {port} on {host} cannot be used: {reason}.", remedy) from error


def is_free(host: str, port: int) -> bool:
    """Whether nothing listens there."""
    return _refusal(host, port) is None


def _refusal(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None
