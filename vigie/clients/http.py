"""The HTTP client under every source: total deadline, size cap, bounded retries, circuit breaker, typed errors.

Only GET, only to the source's own address; redirects are not followed and proxies of the environment are not used.
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import inf
from types import TracebackType
from typing import NoReturn, Self, TypeVar
from urllib.parse import urlencode

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from vigie.clients.breaker import OPEN_S, Breaker
from vigie.clients.errors import Overloaded, TooLarge, Unreachable, WrongAnswer
from vigie.clients.source import Source
from vigie.clients.transport import pool_for
from vigie.clients.verdicts import judge_failure, judge_status, too_slow
from vigie.clock import utc_now

ATTEMPTS = 3
CONNECT_S = 1.0  # of the deadline; a host behind a wall must not use all of it
_CHUNK = 65_536  # bytes
_MOST_OF_AN_ERROR = 8_192  # bytes read of an answer that is an error
_FIRST_PAUSE_S = 0.1
_OK = frozenset({200})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status that was asked for; `body` is decompressed."""

    status: int
    body: bytes


class HttpClient:
    """Asks one source. Safe to use from many threads; close it at the end.

    `open_s`: how long a source that keeps failing is left alone.
    `monotonic`, `sleep`, `chance` (0 to 1) and `now` are there for tests.
    """

    def __init__(
        self,
        source: Source,
        *,
        open_s: float = OPEN_S,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._source = source
        self._pool, self._prefix = pool_for(source)
        self._breaker = Breaker(source.name, monotonic, now, open_s)
        self._sleep = sleep
        self._chance = chance
        self._now = now

    @property
    def name(self) -> str:
        """The source's name in sentences."""
        return self._source.name

    def close(self) -> None:
        """Closes the kept connections."""
        self._pool.close()

    def look_again(self) -> None:
        """Asks even where the source was to be left alone: somebody has seen that it answers."""
        self._breaker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(
        self,
        path: str,
        params: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        expected: frozenset[int] = _OK,
    ) -> Reply:
        """The answer, if its status is expected. Raises a SourceError otherwise."""
        return self._ask(path, params, headers, expected, lambda reply: reply)

    def get_json(
        self,
        path: str,
        params: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        within_s: float | None = None,
    ) -> object:
        """The parsed JSON of a 200. Raises a SourceError otherwise. `within_s`: less than the source's deadline."""
        return self._ask(path, params, headers, _OK, self._parsed, within_s)

    def _ask(
        self,
        path: str,
        params: Iterable[tuple[str, str]],
        headers: Mapping[str, str] | None,
        expected: frozenset[int],
        read: Callable[[Reply], T],
        within_s: float | None = None,
    ) -> T:
        query = urlencode(list(params), errors="replace")
        target = f"{self._prefix}{path}?{query}" if query else f"{self._prefix}{path}"
        sent = {"Accept-Encoding": "gzip", "User-Agent": "vigie", **self._source.headers, **(headers or {})}
        with self._breaker.guard():
            return read(
                self._try(target, sent, expected, min(self._source.deadline_s, inf if within_s is None else within_s))
            )

    def _try(self, target: str, headers: Mapping[str, str], expected: frozenset[int], within_s: float) -> Reply:
        until = time.monotonic() + within_s
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(target, headers, expected, until)
            except (Unreachable, Overloaded) as error:
                pause = self._pause(error, attempt)
                if attempt == ATTEMPTS or pause is None or time.monotonic() + pause >= until:
                    raise
                self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, error: Unreachable | Overloaded, attempt: int) -> float | None:
        """Seconds before the next try: what the source asked for, else longer each time; None: do not try again."""
        if isinstance(error, Unreachable):
            if error.lasting:
                return None
        elif error.retry_after_s is not None:
            return error.retry_after_s
        return float(_FIRST_PAUSE_S * 2 ** (attempt - 1) * (0.5 + self._chance()))

    def _once(self, target: str, headers: Mapping[str, str], expected: frozenset[int], until: float) -> Reply:
        left = until - time.monotonic()
        if left <= 0:
            raise too_slow(self._source)
        try:
            response = self._pool.urlopen(
                "GET",
                target,
                headers=dict(headers),
                redirect=False,
                retries=False,
                timeout=Timeout(total=left, connect=min(left, CONNECT_S)),
                preload_content=False,
            )
            try:
                return self._reply(response, expected)
            finally:
                response.close()  # a connection that was read to its end went back to the pool before this
        except HTTPError as error:
            raise judge_failure(self._source, error) from error

    def _reply(self, response: BaseHTTPResponse, expected: frozenset[int]) -> Reply:
        if response.status not in expected:
            said = b"".join(_up_to(_MOST_OF_AN_ERROR, response))
            wait = self._retry_after(response.headers.get("Retry-After"))
            raise judge_status(self.name, response.status, said, wait)
        most = self._source.max_bytes
        body = b"".join(_up_to(most + 1, response))
        if len(body) > most:
            raise TooLarge(
                self.name,
                f"{self.name} answered more than {most / 1e6:g} MB.",
                "Choose a shorter time range or a narrower filter.",
            )
        return Reply(response.status, body)

    def _retry_after(self, value: str | None) -> float | None:
        """Seconds from a Retry-After in seconds or as a date; None for anything else."""
        if value is None:
            return None
        if value.isascii() and value.isdigit():
            return float(value[:9])
        try:
            return max(0.0, (parsedate_to_datetime(value) - self._now()).total_seconds())
        except (ValueError, TypeError, OverflowError):
            return None

    def _parsed(self, reply: Reply) -> object:
        try:
            return json.loads(reply.body, parse_constant=_no_such_number)
        except (ValueError, RecursionError) as error:
            page = reply.body.lstrip()[:1] == b"<"
            sentence = "a web page" if page else "no JSON that can be read"
            advice = "perhaps a sign-in page or another program" if page else "perhaps cut on the way"
            raise WrongAnswer(
                self.name,
                f"{self.name} answered with {sentence}, {advice}.",
                f"Check that the URL of {self.name} is its own address and that no proxy answers for it.",
                status=reply.status,
            ) from error


def _up_to(most: int, response: BaseHTTPResponse) -> Iterator[bytes]:
    """The decompressed body, left off soon after `most` bytes; a small answer can thus not unpack into a large one."""
    count = 0
    while count < most and (chunk := response.read1(_CHUNK)):
        count += len(chunk)
        yield chunk


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
