"""The ways in which a source misbehaves. Each is a function of the true answer, made before it is sent."""

import json
import math
from collections.abc import Callable
from enum import Enum
from typing import Any

from tests.vigie.clients.faults import Fault, answer, bomb, drip, endless, hang, raw, reset_after

LATE_S = 20.0  # longer than anybody waits
_YEARS_S = 10 * 365 * 86_400
_LOGIN = b"<!doctype html><html><title>Sign in</title><form action='/login'><script>alert(1)</script></form></html>"
_HTML = "Content-Type: text/html; charset=utf-8"
_JSON = "Content-Type: application/json"


class Mode(Enum):
    """Twenty-one faults, one of them in two forms, and the state without any."""

    WELL = "well"
    DOWN = "down"
    CONNECT_TIMEOUT = "connect timeout"
    RESET = "reset"
    RESET_MID_ANSWER = "reset in mid-answer"
    DRIP = "drip"
    CUT = "cut"
    GARBAGE = "garbage"
    LOGIN_PAGE = "HTML login page"
    EMPTY_OBJECT = "{}"
    TRUNCATED = "truncated JSON"
    ENDLESS = "endless body"
    GZIP_BOMB = "gzip bomb"
    WRONG_TYPES = "wrong types"
    NO_NUMBERS = "NaN and Inf"
    NULL = "null"
    FUTURE = "future times"
    ERROR_JSON = "error JSON"
    BUSY = "503"
    TOO_MANY = "429"
    UNAUTHORISED = "401"
    LATENCY = "high latency"
    FLAPPING = "flapping"


FAULTS = tuple(mode for mode in Mode if mode is not Mode.WELL)
AT_THE_PORT = frozenset({Mode.DOWN, Mode.CONNECT_TIMEOUT})  # no request gets as far as an answer
SILENT = frozenset({Mode.CONNECT_TIMEOUT, Mode.DRIP, Mode.LATENCY})  # only a deadline ends them


def _head(body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\n{_JSON}\r\nContent-Length: {len(body)}\r\n\r\n".encode()


def _walked(given: Any, change: Callable[[Any], Any]) -> Any:
    """The same tree with each leaf changed."""
    if isinstance(given, dict):
        return {name: _walked(each, change) for name, each in given.items()}
    if isinstance(given, list):
        return [_walked(each, change) for each in given]
    return change(given)


def _changed(body: bytes, change: Callable[[Any], Any]) -> Fault:
    told = json.loads(body)
    return answer(json.dumps({**told, "data": _walked(told.get("data"), change)}).encode(), "200 OK", _JSON)


def _wrong_type(leaf: Any) -> Any:
    return {"text": leaf} if isinstance(leaf, str) else [leaf]


def _no_number(leaf: Any) -> Any:
    """Numbers in text become what Prometheus writes for none; other numbers, which are times, stay."""
    return ("NaN", "+Inf", "-Inf")[len(leaf) % 3] if _is_number(leaf) else leaf


def _later(leaf: Any) -> Any:
    """Ten years on: seconds, as numbers, and nanoseconds, as long texts."""
    if isinstance(leaf, int | float) and not isinstance(leaf, bool):
        return leaf + _YEARS_S
    if isinstance(leaf, str) and leaf.isdigit() and len(leaf) == 19:
        return str(int(leaf) + _YEARS_S * 10**9)
    return leaf


def _is_number(leaf: Any) -> bool:
    try:
        return isinstance(leaf, str) and len(leaf) < 19 and not math.isnan(float(leaf))
    except ValueError:
        return False


_ERROR = json.dumps({"status": "error", "errorType": "execution", "error": "expanding series: <b>disk</b>"}).encode()


def fault_of(mode: Mode, body: bytes) -> Fault:
    """How `mode` answers where the truth is `body`. What is a matter of time or of the port is the proxy's own."""
    half = body[: len(body) // 2]
    made: dict[Mode, Callable[[], Fault]] = {
        Mode.RESET: lambda: reset_after(b""),
        Mode.RESET_MID_ANSWER: lambda: reset_after(_head(body) + half),
        Mode.DRIP: lambda: drip(_head(body + b" " * 9_000_000) + half, b" "),
        Mode.CUT: lambda: raw(_head(body) + half),
        Mode.GARBAGE: lambda: raw(b"\x00\xff\x13 SSH-2.0-OpenSSH_9.2\r\n\r\n" + bytes(range(256))),
        Mode.LOGIN_PAGE: lambda: answer(_LOGIN, "200 OK", _HTML),
        Mode.EMPTY_OBJECT: lambda: answer(b"{}", "200 OK", _JSON),
        Mode.TRUNCATED: lambda: answer(half, "200 OK", _JSON),
        Mode.ENDLESS: lambda: endless(f"HTTP/1.1 200 OK\r\n{_JSON}\r\n\r\n".encode() + half, b" " * 65_536),
        Mode.GZIP_BOMB: lambda: answer(_BOMB, "200 OK", _JSON, "Content-Encoding: gzip"),
        Mode.WRONG_TYPES: lambda: _changed(body, _wrong_type),
        Mode.NO_NUMBERS: lambda: _changed(body, _no_number),
        Mode.NULL: lambda: _changed(body, lambda leaf: None if _is_number(leaf) else leaf),
        Mode.FUTURE: lambda: _changed(body, _later),
        Mode.ERROR_JSON: lambda: answer(_ERROR, "422 Unprocessable Entity", _JSON),
        Mode.BUSY: lambda: answer(b"Service Unavailable", "503 Service Unavailable"),
        Mode.TOO_MANY: lambda: answer(b"too many outstanding requests", "429 Too Many Requests"),
        Mode.UNAUTHORISED: lambda: answer(b"no org id", "401 Unauthorized"),
    }
    return made[mode]() if mode in made else hang


_BOMB = bomb()
