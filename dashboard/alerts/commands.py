"""What people do with alerts. An answer names each alert that was left as it is, and what somebody else did to it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from dash import Dash, Input, Output

from dashboard.access.answers import Refused
from dashboard.access.roles import current_person, requires
from dashboard.alerts import said
from dashboard.alerts.asked import read_number
from dashboard.ui import words
from vigie.clock import reader_zone, utc_now
from vigie.errors import VigieError
from vigie.store.triage import LONGEST_NOTE, MOST_AT_ONCE, By, Done, Seen, Verdict

ASKED, TOLD = "alerts-asked", "alerts-told"
_SAID = {
    "acknowledge": "acknowledged",
    "close": "closed",
    "reopen": "open again",
    "assign": "assigned anew",
    "note": "noted on",
}


class Commands(Protocol):
    """See vigie.store.triage.Triage."""

    def acknowledge(self, seen: Sequence[Seen], by: By, until: datetime | None = None, note: str = "") -> Done: ...

    def close(self, seen: Sequence[Seen], by: By, verdict: Verdict, note: str = "") -> Done: ...

    def reopen(self, seen: Sequence[Seen], by: By, note: str = "") -> Done: ...

    def assign(self, seen: Sequence[Seen], by: By, assignee: int | None, note: str = "") -> Done: ...

    def note(self, seen: Sequence[Seen], by: By, note: str) -> Done: ...


def register(app: Dash, commands: Commands) -> None:
    """Registers the one callback: it does what is asked, and tells what became of it."""

    @app.callback(Output(TOLD, "data"), Input(ASKED, "data"), prevent_initial_call=True)
    @requires("analyst")
    def act(data: object) -> dict[str, Any]:
        person = current_person()
        if person is None:
            raise Refused(403, "This needs somebody who is signed in.", "Sign in again.", action="authz_fail")
        return answer(commands, By(person.id, person.email), data if isinstance(data, dict) else {})


def answer(commands: Commands, by: By, given: Mapping[str, object]) -> dict[str, Any]:
    """Does `given["act"]` to `given["alerts"]`. An error is told, not raised."""
    act = given.get("act")
    told: dict[str, Any] = {"n": given.get("n"), "act": act, "changed": [], "left": [], "said": "", "error": None}
    try:
        done = _do(commands, by, given)
    except VigieError as error:
        return told | {"error": str(error)}
    zone, now = reader_zone(given.get("zone")), utc_now()
    left = [
        {"id": each.id, "title": words.outside(each.title, 120), "sentence": said.left_words(each, zone, now)}
        for each in done.left
    ]
    return told | {"changed": list(done.changed), "left": left, "said": _said(str(act), len(done.changed))}


def _do(commands: Commands, by: By, given: Mapping[str, object]) -> Done:
    seen, note = read_seen(given.get("alerts")), _note(given.get("note"))
    acts: Mapping[object, Callable[[], Done]] = {
        "acknowledge": lambda: commands.acknowledge(seen, by, _until(given.get("until")), note),
        "close": lambda: commands.close(seen, by, _verdict(given.get("verdict")), note),
        "reopen": lambda: commands.reopen(seen, by, note),
        "assign": lambda: commands.assign(seen, by, _assignee(given.get("assignee"), by), note),
        "note": lambda: commands.note(seen, by, note),
    }
    asked = given.get("act")
    does = acts.get(asked) if isinstance(asked, str) else None
    if does is None:
        raise VigieError("There is no such act on alerts.", "Load the page anew.")
    return does()


def read_seen(data: object) -> list[Seen]:
    """The alerts and the versions of them that the person saw, from `[[42, 3], …]`."""
    listed = data[: MOST_AT_ONCE + 1] if isinstance(data, list) else []
    pairs = [(read_number(each[0]), each[1]) for each in listed if isinstance(each, list) and len(each) == 2]
    return [Seen(number, version) for number, version in pairs if number is not None and type(version) is int]


def _note(value: object) -> str:
    return value[: LONGEST_NOTE + 1] if isinstance(value, str) else ""


def _verdict(value: object) -> Verdict:
    try:
        return Verdict(value) if isinstance(value, str) else Verdict("")
    except ValueError:
        raise VigieError("A close needs a verdict.", "Choose what it turned out to be.") from None


def _until(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        until = read.astimezone(UTC) if read is not None and read.tzinfo else None
    except (ValueError, OverflowError):
        until = None
    if until is None:
        raise VigieError("The end of the acknowledgement is no time.", "Choose another one.")
    return until


def _assignee(value: object, by: By) -> int | None:
    if value is None:
        return None
    number = by.person_id if value == "me" else read_number(value)
    if number is None:
        raise VigieError("That is nobody who could look after it.", "Choose somebody of the list.")
    return number


def _said(act: str, n: int) -> str:
    if not n:
        return ""
    if act == "note":
        return "The note is added."
    return f"{'The alert is' if n == 1 else f'{n:,} alerts are'} {_SAID[act]}."
