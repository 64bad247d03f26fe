"""Scripts, styles and pages on the wire: compressed once, kept for a year where the address changes with the content.

The best compression of a script takes seconds of CPU, so it is made in the background, where there is a folder to keep
it in between starts; until it is there a quick one serves.
"""

import contextlib
import gzip
import hashlib
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import brotli
from flask import Flask, Response, request

log = logging.getLogger(__name__)

_SUITES = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
_FILES = frozenset({_SUITES, "_dash_assets.static", "access.sign_in_file", "access.joined"})
_FOREVER = "private, max-age=31536000, immutable"
_A_WHILE = "private, max-age=3600"
_SHORTEST = 600  # bytes below which compressing does not pay
_MOST_KEPT = 32 * 1024 * 1024  # bytes in memory
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")
_COMPRESS = """
import brotli, os, sys
os.nice(15)
sys.stdout.buffer.write(brotli.compress(sys.stdin.buffer.read(), quality=11))
"""


class Delivery:
    """One per process. `folder` keeps what is compressed well between starts; with None the quick compression stays."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: dict[str, bytes] = {}
        self._wanted: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def install(self, server: Flask) -> None:
        server.after_request(self.deliver)

    def deliver(self, response: Response) -> Response:
        """Sets how long the answer may be kept and compresses it if the browser and the content allow."""
        is_file = request.endpoint in _FILES and response.status_code in (200, 304)
        if is_file:
            is_fingerprinted = request.endpoint == _SUITES or bool({"m", "v"} & request.args.keys())
            response.headers["Cache-Control"] = _FOREVER if is_fingerprinted else _A_WHILE
        if _is_compressible(response):
            response.vary.add("Accept-Encoding")
            encoding = _encoding()
            if encoding is not None:
                self._compress(response, encoding, is_file)
        return response

    def prepare(self, server: Flask, addresses: Sequence[str]) -> None:
        """Makes the best compression of these files ahead of the first browser, in the background."""
        for address in addresses:
            with server.test_request_context(address):
                response = server.make_response(server.dispatch_request())
                response.direct_passthrough = False
                self._want(response.get_data())

    def _compress(self, response: Response, encoding: str, is_file: bool) -> None:
        response.direct_passthrough = False
        data = response.get_data()
        if len(data) < _SHORTEST:
            return
        response.set_data(self._file(data, encoding) if is_file else _quick(data, encoding))
        response.headers["Content-Encoding"] = encoding
        tag, _ = response.get_etag()
        if tag is not None:
            response.set_etag(tag, weak=True)

    def _file(self, data: bytes, encoding: str) -> bytes:
        name = f"{hashlib.sha256(data).hexdigest()}.{encoding}"
        found = self._kept.get(name) or self._read(name)
        if found is None:
            found = _quick(data, encoding)
            self._keep(name, found)
            if encoding == "br":
                self._want(data)
        return found

    def _want(self, data: bytes) -> None:
        name = f"{hashlib.sha256(data).hexdigest()}.br"
        if self._folder is None or self._read(name) is not None:
            return
        self._wanted.put((name, data))
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="compress", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                name, data = self._wanted.get(timeout=1)
                best = _best(data)
                if best is not None:
                    self._keep(name, best)
                    self._write(name, best)

    def _keep(self, name: str, data: bytes) -> None:
        with self._lock:  # a page asks for its files at once, each in a thread of its own
            if sum(len(kept) for kept in self._kept.values()) + len(data) > _MOST_KEPT:
                self._kept.clear()
            self._kept[name] = data

    def _read(self, name: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            data = (self._folder / name).read_bytes()
        except OSError:
            return None
        self._keep(name, data)
        return data

    def _write(self, name: str, data: bytes) -> None:
        if self._folder is None:
            return
        part = self._folder / f"{name}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(self._folder / name)
        except OSError as error:
            log.warning("compressed files cannot be kept", extra={"folder": str(self._folder), "reason": str(error)})
            self._folder = None


def _best(data: bytes) -> bytes | None:
    """In a process of its own: it takes a hundred megabytes, which this one would never give back."""
    try:
        return subprocess.run([sys.executable, "-c", _COMPRESS], input=data, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        log.warning("the quick compression stays in use", extra={"reason": str(error)})
        return None


def _is_compressible(response: Response) -> bool:
    if request.method == "HEAD" or response.status_code != 200 or "Content-Encoding" in response.headers:
        return False
    is_streamed = response.is_streamed and not response.direct_passthrough
    return not is_streamed and (response.mimetype or "").startswith(_TEXT)


def _encoding() -> str | None:
    accepted = request.accept_encodings
    return next((name for name in ("br", "gzip") if accepted[name] > 0), None)


def _quick(data: bytes, encoding: str) -> bytes:
    return bytes(brotli.compress(data, quality=5)) if encoding == "br" else gzip.compress(data, 6, mtime=0)
