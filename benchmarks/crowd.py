"""How soon the intake answers many senders at once: each holds a connection, posts its next
alert when answered, and comes back a second after it was sent away.

    python -m benchmarks.crowd                     # 50, 300 and 700 senders, 10 s each
    python -m benchmarks.crowd --senders 300

Time runs from the last byte sent to the last byte of the answer, as a sender sees it. The senders are one process
beside the intake, on the same processors: what both need, the answers wait for.
"""

import argparse
import json
import os
import selectors
import shutil
import socket
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.intake import running_intake
from benchmarks.store_path import Figure
from tests.conftest import Store
from tests.detection.conftest import ask
from tests.detection.intake.conftest import TOKEN, Intake, alert

CROWDS = (50, 300, 700)
LIMIT_S, WAIT_S = 0.5, 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--senders", type=int, help="how many, instead of 50, 300 and 700")
    parser.add_argument("--seconds", type=float, default=10, help="how long each crowd posts (default 10)")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    try:
        with running_intake(folder) as (intake, store):
            for senders in (given.senders,) if given.senders else CROWDS:
                for figure in crowd(intake, store, senders, given.seconds):
                    print(f"{figure.name:<34}  {figure.measured:<86}  limit {figure.limit}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Answers:
    """Status and seconds of each answer."""

    statuses: Counter[int] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    unanswered: int = 0

    def slowest_of(self, share: float) -> float:
        """Seconds within which `share` of all answers came."""
        return sorted(self.took_s)[min(len(self.took_s) - 1, int(len(self.took_s) * share))]


@dataclass
class Sender:
    """One connection. `sent_at`: of the monotonic clock."""

    connection: socket.socket
    sent_at: float = 0.0
    answer: bytes = b""

    def post(self) -> None:
        body = json.dumps(alert()).encode()
        head = f"POST /intake/falco HTTP/1.1\r\nHost: vigie\r\nAuthorization: Bearer {TOKEN}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.answer = b""
        self.connection.sendall(head.encode() + body)
        self.sent_at = time.monotonic()

    def status(self) -> int | None:
        """Of the answer, once it is there whole; 0: the connection was ended without one."""
        piece = self.connection.recv(65_536)
        self.answer += piece
        if not piece:
            return 0
        is_whole = self.answer.rstrip().endswith(b"}")  # of the one object that every body of the intake is
        return int(self.answer.split(b" ", 2)[1]) if is_whole else None


def crowd(intake: Intake, store: Store, senders: int, seconds: float) -> Iterator[Figure]:
    before = _stored(store)
    answers = _answers(intake, senders, seconds)
    statuses = ", ".join(f"{status}: {n:,}" for status, n in sorted(answers.statuses.items()))
    statuses += f", never: {answers.unanswered}" if answers.unanswered else ""
    yield Figure(f"{senders:,} senders at once", f"{statuses}; load of the machine {os.getloadavg()[0]:.1f}")
    times = ", ".join(f"{share:.1%} {answers.slowest_of(share):.3f} s" for share in (0.5, 0.95, 0.999))
    yield Figure("  answered within", f"{times}, all {max(answers.took_s):.3f} s", f"{LIMIT_S} s")
    stored = _stored(store) - before
    yield Figure("  acknowledged, stored", f"{answers.statuses[200]:,}, {stored:,}", "stored at least so many")


def _stored(store: Store) -> int:
    return int(ask(store, "SELECT coalesce(sum(n), 0) FROM event_folds"))


def _answers(intake: Intake, senders: int, seconds: float) -> Answers:
    """Lets the senders post until the time is over, and then waits for what is owed."""
    answers, over = Answers(), time.monotonic() + seconds
    busy, idle = 0, deque[tuple[float, Sender]]()  # who waits for an answer, and until when others wait to post
    with selectors.DefaultSelector() as selector, ExitStack() as held:
        for number in range(senders):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", intake.port), timeout=30))
            selector.register(connection, selectors.EVENT_READ, Sender(connection))
            idle.append((time.monotonic() + number / senders, selector.get_key(connection).data))
        while time.monotonic() < over or (busy and time.monotonic() < over + WAIT_S):
            while idle and idle[0][0] <= time.monotonic() < over:
                idle.popleft()[1].post()
                busy += 1
            for key, _ in selector.select(0.005):
                sender, now = key.data, time.monotonic()
                status = sender.status()
                if status is None:
                    continue
                busy -= 1
                answers.statuses[status] += 1
                answers.took_s.append(now - sender.sent_at)
                if status == 200:
                    idle.appendleft((now, sender))
                elif status:
                    idle.append((now + 1, sender))  # as Retry-After asks
                else:
                    selector.unregister(sender.connection)
    answers.unanswered = busy
    return answers


if __name__ == "__main__":
    main()
