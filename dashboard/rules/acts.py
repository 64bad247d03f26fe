"""What one may do about a rule: switch it off, for a reason and until a day, and on again."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update

from dashboard.access.roles import current_person, requires
from dashboard.rules.asked import read_asked
from dashboard.sources.rule_questions import RuleRow, RuleState
from dashboard.ui.view import read_view
from dashboard.ui.words import date_time
from vigie.clock import utc_now
from vigie.errors import VigieError
from vigie.store.people import PersonRole

OFF, ON, SAID = "rule-off", "rule-on", "rule-said"
REASON, UNTIL = "rule-reason", "rule-until"
REASON_LIMIT = 500
_NO_RULE = "Choose a rule first."
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Switching(Protocol):
    """What switches rules; each act raises a VigieError where it cannot be."""

    def switch_off(self, rule: str, until: datetime, reason: str, person_id: int | None, actor: str) -> None: ...

    def switch_on(self, rule: str, actor: str) -> None: ...


class NoDay(VigieError):
    """What was given for the end is no day."""


def acts() -> html.Div:
    """The forms, hidden until a rule is chosen by somebody who may switch it."""
    reason = dmc.TextInput(
        id=REASON, label="Why is it switched off?", size="xs", className="rule-reason",
        attributes={"input": {"maxLength": str(REASON_LIMIT), "autoComplete": "off"}},
    )  # fmt: skip
    until = dmc.TextInput(
        id=UNTIL, label="Off until the end of", size="xs", className="rule-until",
        attributes={"input": {"type": "date"}},
    )  # fmt: skip
    gloss = "It makes no alerts until then, at most 90 days. What it misses is not looked at again."
    return html.Div(
        [
            html.Div(
                [
                    html.H4("Switch it off"),
                    html.P(gloss, className="is-dimmed"),
                    html.Div([reason, until, _button(OFF, "Switch off")], className="acts-row"),
                ],
                id="rule-off-form",
                hidden=True,
            ),
            html.Div(
                [
                    html.H4("It is off"),
                    html.Div([_button(ON, "Switch it on", "button primary")], className="acts-row"),
                ],
                id="rule-on-form",
                hidden=True,
            ),
            html.P("", id=SAID, className="acts-said", role="status"),
        ],
        id="rule-acts",
        hidden=True,
    )


def _button(name: str, label: str, look: str = "button") -> html.Button:
    return html.Button(label, id=name, type="button", className=look)


@dataclass(frozen=True, slots=True)
class Offered:
    """What of the acts a person may see of a rule."""

    is_offered: bool = False
    is_off: bool = False


def shown() -> tuple[Output, ...]:
    """The outputs that `told` fills."""
    return tuple(Output(box, "hidden") for box in ("rule-acts", "rule-off-form", "rule-on-form"))


def told(offered: Offered) -> tuple[bool, bool, bool]:
    """What the outputs of `shown` are given."""
    return not offered.is_offered, offered.is_off, not offered.is_off


def offered_for(row: RuleRow | None) -> Offered:
    """What the person who asks may do about this rule."""
    person = current_person()
    if row is None or person is None or not person.role.includes(PersonRole.ANALYST) or row.state is RuleState.GONE:
        return Offered()
    return Offered(True, row.off is not None)


def register(app: Dash, switching: Switching) -> None:
    """Wires the buttons."""

    @app.callback(
        Output(SAID, "children"),
        Output(REASON, "value"),
        Input(OFF, "n_clicks"),
        State(REASON, "value"),
        State(UNTIL, "value"),
        State("view", "data"),
        prevent_initial_call=True,
    )
    @requires("analyst")
    def switch_off(_pressed: object, reason: object, until: object, asked: object) -> tuple[object, object]:
        rule, person, zone = read_asked(asked).rule, current_person(), read_view(asked).zone
        if rule is None or person is None:
            return _NO_RULE, no_update
        why = reason if isinstance(reason, str) else ""
        try:
            end = end_of(until, zone)
            switching.switch_off(rule, end, why, person.id, person.email)
        except VigieError as error:
            return str(error), no_update
        return f"Off until {date_time(end, zone)}, as of {utc_now().astimezone(zone):%H:%M:%S}.", ""

    @app.callback(
        Output(SAID, "children", allow_duplicate=True),
        Input(ON, "n_clicks"),
        State("view", "data"),
        prevent_initial_call=True,
    )
    @requires("analyst")
    def switch_on(_pressed: object, asked: object) -> str:
        rule, person = read_asked(asked).rule, current_person()
        if rule is None or person is None:
            return _NO_RULE
        return _said(lambda: switching.switch_on(rule, person.email), read_view(asked).zone)


def _said(act: Callable[[], None], zone: ZoneInfo) -> str:
    try:
        act()
    except VigieError as error:
        return str(error)
    return f"It is on again, as of {utc_now().astimezone(zone):%H:%M:%S}."


def end_of(given: object, zone: ZoneInfo) -> datetime:
    """The midnight that ends the day `2026-12-24` in the reader's zone. Raises NoDay."""
    try:
        if not isinstance(given, str) or not _DAY.fullmatch(given):
            raise ValueError
        return datetime.combine(date.fromisoformat(given) + timedelta(days=1), time(), zone)
    except (ValueError, OverflowError) as error:
        raise NoDay("The day on which it ends is missing.", "Choose one within the next 90 days.") from error
