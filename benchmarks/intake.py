"""What the intake and the parsers lose when they are killed and when they are fed rubbish: nothing.

python -m benchmarks.intake             # 100,000 alerts under 20 kills: some minutes
python -m benchmarks.intake --hostile   # 10,000 malformed bodies, 10,000 malformed lines: about two minutes
"""

import argparse
import json
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from benchmarks.outage import running_server
from benchmarks.store_path import Figure, new_store
from detection.collectors.file import FileCollector
from detection.keeping import Keeper
from detection.parsers.registry import PARSERS
from tests.conftest import Store
from tests.detection.collectors.conftest import Log, mapping_of
from tests.detection.conftest import ask, differences, until
from tests.detection.intake.conftest import Intake, alert, end, intake_on
from tests.detection.intake.test_faults import deliver
from tests.detection.intake.test_hostile import mutated, stored, texts
from tests.detection.parsers.reading import ORIGIN
from tests.detection.parsers.reading import SAMPLES as LOGS
from tests.detection.parsers.test_hostile import HOSTILE, SAMPLE_LINES
from vigie.store.roles import Role

ALERTS, KILLS = 100_000, 20
BODIES, LINES = 10_000, 10_000
SENDERS = ("falco", "alertmanager", "grafana")
ALWAYS = timedelta(days=36_500)  # the samples keep their dates
NAMED = {"apache": "apache*", "api": "api*", "falco": "falco/*", "json": "generic*", "grafana": "grafana*"}
NAMED |= {"nginx": "nginx*", "postgres": "postgres*", "sshd": "auth*"}
ABSURD = ("a" * 1_000_000, '{"a":' * 100_000, "[" * 100_000, '{"time":' + "9" * 100_000 + "}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hostile", action="store_true", help="malformed bodies and lines instead of kills")
    parser.add_argument("--alerts", type=int, default=ALERTS, help=f"alerts that are posted (default {ALERTS:,})")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vigie-benchmark-"))
    folder.chmod(0o711)
    try:
        for figure in hostile(folder) if given.hostile else kills(folder, given.alerts):
            print(f"{figure.name:<34}  {figure.measured:<78}  limit {figure.limit}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_intake(folder: Path) -> Iterator[tuple[Intake, Store]]:
    """An intake of an empty store."""
    with running_server(folder / "pg") as server, new_store(server) as store:
        intake = intake_on(store.url(Role.WORKER), folder)
        try:
            yield intake, store
        finally:
            end(intake)


def kills(folder: Path, count: int) -> Iterator[Figure]:
    """Eight senders that try again until acknowledged, while all processes of the intake are killed at once."""
    bodies = [json.dumps(alert()).encode() for _ in range(count)]
    with running_intake(folder) as (intake, store):
        acknowledged: list[int] = []
        sending = threading.Thread(target=lambda: acknowledged.append(deliver(intake, bodies)), daemon=True)
        started = time.monotonic()
        sending.start()
        killed = kill_while(sending, intake, store, count)
        sending.join()
        took = time.monotonic() - started
        yield Figure(f"intake, {killed} kills", f"{acknowledged[0]:,} acknowledged in {took:.0f} s", f"{KILLS} kills")
        yield balance(store, acknowledged[0])


def kill_while(sending: threading.Thread, intake: Intake, store: Store, count: int) -> int:
    """Kills spread over the whole delivery, each at a random moment. Returns how many."""
    dice = random.Random(5)
    for killed in range(KILLS):
        due = (killed + 1) * count // (KILLS + 2)
        until(partial(is_due, sending, store, due), 600)
        sending.join(dice.random() * 0.2)
        if not sending.is_alive():
            return killed
        intake.kill()
        intake.start()
    return KILLS


def is_due(sending: threading.Thread, store: Store, due: int) -> bool:
    return not sending.is_alive() or int(ask(store, "SELECT coalesce(sum(stored), 0) FROM sources")) >= due


def balance(store: Store, acknowledged: int) -> Figure:
    """Acknowledged against stored."""
    found = ask(store, "SELECT count(*) FROM events")
    lost = acknowledged - ask(store, "SELECT count(DISTINCT event_key) FROM events")
    agree = ask(store, "SELECT sum(n) FROM event_folds") == ask(store, "SELECT stored FROM sources") == found
    is_right = agree and not differences(store)
    measured = f"{found:,} stored, {lost} lost, {found - acknowledged + lost} doubled"
    return Figure("  stored", measured + ("" if is_right else ", WRONG"), "0 lost, 0 doubled")


def hostile(folder: Path) -> Iterator[Figure]:
    with running_intake(folder) as (intake, store):
        yield from malformed_bodies(intake, store)
    with running_server(folder / "pg") as server, new_store(server) as store:
        yield from malformed_lines(store, folder)


@dataclass
class Answers:
    """What the intake answered, every attempt counted."""

    statuses: Counter[int] = field(default_factory=Counter)
    longest_s: float = 0
    accepted: int = 0
    rejected: int = 0

    def post(self, intake: Intake, sender: str, body: bytes) -> None:
        """Once, and again as often as it is asked to come back; what was stored all the same is a duplicate then."""
        before = self.statuses.total()
        while True:
            answer = intake.post_once(sender, body)
            self.statuses[answer.status_code] += 1
            self.longest_s = max(self.longest_s, answer.elapsed.total_seconds())
            if answer.status_code not in (429, 503):
                break
        if answer.status_code == 200:
            said = answer.json()
            was_sent_again = self.statuses.total() > before + 1
            self.accepted += said["stored"] + said["folded"] + (said["duplicate"] if was_sent_again else 0)


def malformed_bodies(intake: Intake, store: Store) -> Iterator[Figure]:
    """Broken JSON of every kind to each sender's door, then good bodies with wrong values in random places."""
    answers, dice = Answers(), random.Random(3)
    for sender in SENDERS:
        for body in texts():
            answers.post(intake, sender, body)
    for number in range(BODIES - answers.statuses.total()):
        answers.post(intake, ("falco", "grafana")[number % 2], mutated(("falco", "grafana")[number % 2], dice))
    statuses = ", ".join(f"{status}: {n:,}" for status, n in sorted(answers.statuses.items()))
    defects = intake.said().count("Traceback")
    yield Figure("malformed bodies, answers", f"{statuses}; {defects} defects logged", "no 5xx")
    yield Figure("  the longest answer", f"{answers.longest_s:.2f} s", "2 s")
    yield Figure("  accepted, stored", f"{answers.accepted:,}, {stored(store):,}", "equal")


def malformed_lines(store: Store, folder: Path) -> Iterator[Figure]:
    """Spoilt lines to each format's parser, through a file and the file collector; three of four are of its format.

    One of ten is there twice: identical lines of one second are kept as many as they were.
    """
    dice = random.Random(4)
    slowest, accepted, unread, held_up = 0.0, 0, 0, 0.0
    for name, parser in PARSERS.items():
        own = [line for path in sorted(LOGS.glob(NAMED[name])) for line in path.read_text("utf-8").split("\n") if line]
        lines = [*ABSURD]
        while len(lines) < LINES // len(PARSERS):
            line = spoilt(dice, own if dice.random() < 0.75 else SAMPLE_LINES)
            lines += [line] * (2 if dice.random() < 0.1 else 1)
        del lines[LINES // len(PARSERS) :]
        for line in lines:
            started = time.perf_counter()
            parser.parse(line, ORIGIN)
            slowest = max(slowest, time.perf_counter() - started)
        log = Log(folder / f"{name}.log")
        log.path.write_bytes(b"".join(line.encode("utf-8", "surrogatepass") + b"\n" for line in lines))
        found, passed, longest = read_through(store, log.path, name)
        accepted, unread, held_up = accepted + found, unread + passed, max(held_up, longest)
    events = ask(store, "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM events_unplaced)")
    told = ask(store, "SELECT sum(rejected) FROM sources")
    yield Figure("malformed lines", f"{LINES:,}, the slowest parsed in {slowest:.3f} s, {held_up:.2f} s a look", "2 s")
    yield Figure("  events accepted, stored", f"{accepted:,}, {events:,}", "equal")
    yield Figure("  rejected, counted as rejected", f"{unread:,}, {told:,}", "equal")


def spoilt(dice: random.Random, real: Sequence[str]) -> str:
    """A real line with something hostile in it, a piece cut out, or turned into noise; now and then as it was."""
    line = dice.choice(real)
    at, cut = dice.randrange(len(line)), dice.choice((0, 0, 1, 9, 40, len(line)))
    put = "".join(dice.choices(HOSTILE, k=dice.randint(0, 4)))
    if dice.random() < 0.1:
        put = "".join(chr(dice.randrange(256)) for _ in range(200))
    return (line[:at] + put + line[at + cut :]).replace("\n", " ")


def read_through(store: Store, path: Path, name: str) -> tuple[int, int, float]:
    """Events and rejected lines of the file at `path`, all handed to the store; the longest look with storing it."""
    collector = FileCollector(mapping_of(path, name, name))
    keeper = Keeper(store.url(Role.WORKER), ALWAYS)
    collector.resume(keeper.register(collector.source))
    events = rejected = 0
    longest, more = 0.0, True
    while more:
        started = time.perf_counter()
        look = collector.look()
        keeper.keep(name, look)
        longest = max(longest, time.perf_counter() - started)
        events, rejected = events + len(look.events) + len(look.reread), rejected + len(look.rejected)
        more = look.more
    collector.close()
    keeper.close()
    return events, rejected, longest


if __name__ == "__main__":
    main()
