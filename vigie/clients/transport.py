"""Connections of which every single read ends at a total deadline.

A socket's timeout is per read: a source that sends a byte now and then would hold us for ever. Here what is left of
the deadline is set before each read, of headers and body alike.
"""

import http.client
import io
import ssl
import time
from socket import socket
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url, parse_url

from vigie.clients.source import Source
from vigie.errors import ConfigurationError

_KEPT_CONNECTIONS = 8


class _UntilDeadline(io.RawIOBase):
    """Reads from a socket until an instant of the monotonic clock."""

    def __init__(self, raw: io.RawIOBase, sock: socket, until: float) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the total deadline has passed")
        self._sock.settimeout(left)
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """urllib3 sets the socket's timeout to all that is left for reading just before it makes this object."""

    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        until = time.monotonic() + (sock.gettimeout() or 0.0)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_UntilDeadline(raw, sock, until))


class _Connection(HTTPConnection):
    response_class = _Answer


class _TlsConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def pool_for(source: Source) -> tuple[HTTPConnectionPool, str]:
    """Kept connections to the source's host, and the path that goes before every path asked for.

    Nothing of the environment is read: no proxies, no .netrc. Raises ConfigurationError for certificates that are none.
    """
    url: Url = parse_url(source.url)
    prefix = (url.path or "").rstrip("/")
    if url.scheme == "http":
        return _Pool(url.host or "", url.port, maxsize=_KEPT_CONNECTIONS), prefix
    return _TlsPool(url.host or "", url.port, maxsize=_KEPT_CONNECTIONS, ssl_context=_trust(source)), prefix


def _trust(source: Source) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=source.ca)
    except ssl.SSLError as error:
        raise ConfigurationError(
            f"The certificates to trust for {source.name} cannot be read.",
            "Give a file of PEM certificates (-----BEGIN CERTIFICATE-----).",
        ) from error
