"""The dialog that lists the keys. The keys themselves are read in assets/keys.js."""

import dash_mantine_components as dmc
from dash import html


def keys_dialog(pages: list[tuple[str, str]]) -> dmc.Modal:
    """`pages`: the letter after `g`, and the page it opens."""
    rows = [
        *[([f"g {key}"], f"Go to {title}") for key, title in pages],
        (["j", "k"], "Next and previous row"),
        (["enter"], "Open the row"),
        (["esc"], "Close what is open"),
        (["/"], "Go to the filter"),
        (["l"], "Pause, and go live again"),
        (["?"], "This list"),
        (["a", "A"], "Alerts: acknowledge; acknowledge until"),
        (["c"], "Alerts: close with a verdict (1 to 6 choose it)"),
        (["r"], "Alerts: open again"),
        (["m", "s"], "Alerts: assign to me; to somebody"),
        (["n", "x"], "Alerts: add a note; select"),
    ]
    listed = [html.Div([html.Dt([html.Kbd(key) for key in keys]), html.Dd(what)]) for keys, what in rows]
    return dmc.Modal(
        html.Dl(listed, className="keys"),
        id="keys-dialog",
        title="Keys",
        size=380,
        radius=12,
        closeButtonProps={"aria-label": "Close"},
    )
