"""The page before its first answers: the bar, the list, the drawer of one alert, and the form that decides."""

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.alerts import said
from dashboard.alerts.commands import ASKED, TOLD
from dashboard.ui.attributes import attributes
from dashboard.ui.icons import icon
from dashboard.ui.panel import Body, Panel
from vigie.store.triage import LONGEST_NOTE, Verdict

_STORES = (ASKED, TOLD, "alert-asked", "alerts_told-taken")
_NEW = html.Button(
    "", id="new-alerts", type="button", className="button small", hidden=True, **attributes(data_act="new-alerts")
)
_SEE_CLOSED = html.Button(
    "See closed alerts", type="button", className="button small when-empty", **attributes(data_act="alerts-closed")
)


def _sign(name: str, label: str, sign: str) -> html.Button:
    return html.Button(
        icon(sign),
        id=name,
        type="button",
        className="plain icon-button",
        title=label,
        **attributes(data_act=name, aria_label=label),
    )


_SIGNS = html.Span(
    [
        _sign("alert-previous", "Previous alert", "left"),
        _sign("alert-next", "Next alert", "right"),
        _sign("alert-copy", "Copy the link to this alert", "copy"),
        _sign("alert-close", "Close this view", "cross"),
    ],
    className="icon-buttons",
)
_PLACE = html.Span("", id="alert-place", className="is-dimmed")
QUEUE = Panel("alerts", "Alerts", Body.LIST, "alerts-queue rows", legend=(_NEW,), ways_on=(_SEE_CLOSED,))
ALERT = Panel("alert", "Alert", Body.LIST, "alert-drawer rows", legend=(_PLACE, _SIGNS), has_export=False)


def layout() -> html.Div:
    """The page. assets/alerts-*.js fill the bar, the list and the drawer, and act."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div(id="alerts-bar", className="alerts-bar"),
                    html.Div("", id="alerts-notice", className="alerts-notice", role="status", hidden=True),
                    QUEUE.render([html.Div(id="alerts-list", className="alerts-list")]),
                    html.Div(id="alerts-bulk", className="alerts-bulk", hidden=True),
                ],
                className="alerts-middle",
            ),
            html.Div(ALERT.render([_drawer()]), id="alert-drawer", hidden=True),
            _form(),
            html.Div("", id="alerts-said", className="unseen-words", **attributes(aria_live="polite")),
            *[dcc.Store(id=name) for name in _STORES],
        ],
        className="alerts",
        id="alerts-page",
    )


def _drawer() -> Component:
    acts = html.Div(
        [
            _act("acknowledge", "Acknowledge", "check", "a", "button primary"),
            _act("close", "Close", "shield", "c"),
            _act("reopen", "Open again", "retry", "r"),
            _act("assign", "Assign", "user", "s"),
            _act("note", "Note", "plus", "n"),
        ],
        id="alert-acts",
        className="alert-acts",
        hidden=True,
    )
    top = html.Div(html.Span(id="alert-badge", className="alert-badge"), className="alert-top")
    return html.Div(
        [
            top,
            html.H3("", id="alert-title", tabIndex=-1),
            html.P("", id="alert-sentence"),
            html.Ul([], id="alert-marks", className="alert-marks"),
            acts,
            _section("Earlier verdicts, same fingerprint", "alert-earlier"),
            _section("What happened", "alert-happened"),
            _section("Who and where", "alert-where"),
            _section("About the rule", "alert-rule"),
            _section("Its life", "alert-life"),
        ],
        className="alert-inside",
    )


def _act(name: str, label: str, sign: str, key: str, look: str = "button") -> html.Button:
    return html.Button(
        [icon(sign), label],
        type="button",
        className=look,
        title=f"{label} ({key})",
        **attributes(data_act="alert-act", data_value=name),
    )


def _section(title: str, name: str) -> Component:
    return html.Section([html.H4(title), html.Div(id=name)], className="alert-section")


def _form() -> Component:
    """The dialog of every act that asks for something. It stands still, so that what is typed stays."""
    return html.Dialog(
        [
            html.Header([html.H3("", id="alerts-form-title"), _sign("alerts-form-shut", "Close this form", "cross")]),
            html.P("", id="alerts-form-error", className="alerts-form-error", role="alert", hidden=True),
            html.Div(id="alerts-form-earlier", className="alerts-form-earlier", hidden=True),
            html.Div(id="alerts-form-fields"),
            html.Footer(
                [
                    html.Button("Cancel", type="button", className="button", **attributes(data_act="alerts-form-shut")),
                    html.Button(
                        "",
                        id="alerts-form-send",
                        type="button",
                        className="button primary",
                        **attributes(data_act="alerts-form-send"),
                    ),
                ]
            ),
        ],
        id="alerts-form",
        className="alerts-form",
        role="dialog",
        **attributes(aria_labelledby="alerts-form-title", data_longest=str(LONGEST_NOTE), data_verdicts=_verdicts()),
    )


def _verdicts() -> str:
    """`true positive=it was an attack;…` for the six cards."""
    return ";".join(f"{verdict.value}={said.GLOSS[verdict]}" for verdict in Verdict)
