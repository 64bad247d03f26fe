"""Connections of which every single read ends at a total deadline.

A socket's timeout is per read: a source that sends a byte now and then would hold us for ever. Here what is left of
the deadline is set before each read, of headers and body alike.
"""

import http.client
import io
import ssl
import time
from socket import gaierror, socket
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util import Url, parse_url

from vigie.clients.names import look_up
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

    def _new_conn(self) -> socket:
        return _connected(self)


class _TlsConnection(HTTPSConnection):
    response_class = _Answer

    def _new_conn(self) -> socket:
        return _connected(self)


def _connected(connection: HTTPConnection) -> socket:
    """A TCP connection within the connection's timeout, looking up the name and all addresses included.

    urllib3 would give each address the whole time, and the look-up no limit at all.
    """
    until = time.monotonic() + float(connection.timeout or 0)
    try:
        addresses = look_up(connection.host, connection.port, until - time.monotonic())
    except gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "the name server did not answer in time") from error
    failure: OSError = TimeoutError("no time was left")
    for count, address in enumerate(addresses):
        left = (until - time.monotonic()) / (len(addresses) - count)
        if left > 0:
            try:
                return address.connect(left)
            except OSError as error:
                failure = error
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, "no connection in time") from failure
    raise NewConnectionError(connection, "no connection") from failure


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
    except (ssl.SSLError, ValueError) as error:
        raise ConfigurationError(
            f"The certificates to trust for {source.name} cannot be read.",
            "Give a file of PEM certificates (-----BEGIN CERTIFICATE-----).",
        ) from error
