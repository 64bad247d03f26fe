"""Looking up a host's addresses within a time limit, which the operating system's own look-up does not have.

Where a container is stopped, its name is asked of outside name servers, and those may take many seconds to not answer.
"""

import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a host."""

    family: int
    kind: int
    protocol: int
    place: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]

    def connect(self, timeout_s: float) -> socket.socket:
        """A connected socket. Raises OSError (TimeoutError among them)."""
        made = socket.socket(self.family, self.kind, self.protocol)
        try:
            made.settimeout(timeout_s)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.connect(self.place)
        except OSError:
            made.close()
            raise
        return made


def look_up(host: str, port: int, timeout_s: float) -> list[Address]:
    """The addresses of a host, in the system's order. Raises socket.gaierror, or TimeoutError after `timeout_s`.

    A look-up that hangs is left behind in a thread of its own and ends when the system gives it up.
    """
    answer: Future[list[Address]] = Future()
    threading.Thread(target=_ask_the_system, args=(host, port, answer), daemon=True).start()
    return answer.result(timeout_s)


def _ask_the_system(host: str, port: int, answer: Future[list[Address]]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        answer.set_exception(error)
    except UnicodeError:
        answer.set_exception(socket.gaierror(socket.EAI_NONAME, "no name that a host can have"))
    else:
        answer.set_result([Address(family, kind, protocol, place) for family, kind, protocol, _, place in found])
