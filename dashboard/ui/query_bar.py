"""The query bar of a page whose address holds a query. assets/events-query.js makes it, inside of what stands here.

What is typed is answered by the Security events page's own callback (dashboard/events/page.py), on every page.
"""

from collections.abc import Sequence

from dash import html

from dashboard.ui.attributes import attributes

STORES = ("events-typed", "events-told", "events_told-taken")
"""What is typed goes out in the first, and its answer comes back in the second. The page must hold them."""


def holder(label: str, hint: str) -> html.Div:
    """Where the bar comes to stand. `label`: its name for who cannot see it; `hint`: what stands in it while empty."""
    return html.Div(id="query-bar", **attributes(data_label=label, data_hint=hint))


def help_sheet(examples: Sequence[tuple[str, str]]) -> html.Div:
    """How to search. `examples`: queries, and what each of them finds."""
    listed = [html.Li([_example(text), html.Span(words)]) for text, words in examples]
    advice = html.P(
        "Words are looked for in messages. NOT or - leaves out, OR is either, * stands for anything.",
        className="hint",
    )
    return html.Div([html.Ul(listed), advice], id="query-help", className="query-help", hidden=True)


def _example(text: str) -> html.Button:
    return html.Button(
        html.Code(text), type="button", className="plain", **attributes(data_act="query-example", data_value=text)
    )
