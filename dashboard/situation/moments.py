"""Single moments on the one axis: deploys and restarts, and alerts that wait."""

from collections.abc import Sequence

from dashboard.situation.marks import LETTER, Figure, at_share, local, tagged
from dashboard.situation.night import ALARMING_ALERT
from dashboard.sources.health_questions import Change, ChangeKind
from dashboard.sources.interface import TimeRange
from dashboard.sources.situation_questions import WaitingAlert
from dashboard.ui import words
from dashboard.ui.palette import role
from vigie.login_attacks import LoginAttack
from vigie.severity import Severity

_MOST_TAGS = 3
_WORDS = {ChangeKind.DEPLOY: "▼", ChangeKind.VERSION: "version", ChangeKind.RESTART: "restart"}
_SYMBOLS = {Severity.CRITICAL: "octagon", Severity.HIGH: "triangle-up"}


def deploy_lines(changes: Sequence[Change], window: TimeRange) -> list[Figure]:
    """A dotted line through all rows for every deploy, change of version and restart."""
    return [
        {
            "type": "line", "xref": "x", "yref": "paper", "x0": local(each.at, window.zone),
            "x1": local(each.at, window.zone), "y0": 0, "y1": 0.94,
            "line": {"color": role("text" if each.kind is ChangeKind.DEPLOY else "dimmed"), "width": 1, "dash": "dot"},
        }
        for each in changes
        if window.since <= each.at < window.until
    ]  # fmt: skip


def deploy_tags(changes: Sequence[Change], attacks: Sequence[LoginAttack], window: TimeRange) -> list[Figure]:
    """What was deployed, newest first, where no tag of an attack stands."""
    taken = [(tag.begin, tag.end) for tag in tagged(attacks, window)]
    made: list[Figure] = []
    for change in sorted(changes, key=lambda each: each.at, reverse=True):
        if not window.since <= change.at < window.until or len(made) == _MOST_TAGS:
            continue
        said = f"{_WORDS[change.kind]} {words.in_figure(change.what, 18)}"
        half, at = (len(said) + 3) * LETTER / 2, at_share(change.at, window)
        begin, end = max(0.0, at - half), min(1.0, at + half)
        if any(begin < other_end and other_begin < end for other_begin, other_end in taken):
            continue
        taken.append((begin, end))
        anchor = "left" if at < half else "right" if at > 1 - half else "center"
        made.append(
            {
                "text": said, "name": "moment", "yref": "paper", "y": 1, "yanchor": "top",
                "x": local(change.at, window.zone), "xanchor": anchor, "borderpad": 3,
                "font": {"color": role("dimmed"), "size": 11.5, "weight": 600}, "bgcolor": role("hover"),
            }
        )  # fmt: skip
    return made


def alert_marks(alerts: Sequence[WaitingAlert], window: TimeRange, top: float) -> list[Figure]:
    """The worst alerts that wait, at their first event, above the logins. `top`: the end of that scale."""
    shown = [
        each for each in alerts if each.severity >= ALARMING_ALERT and window.since <= each.first_seen < window.until
    ]
    if not shown:
        return []
    return [
        {
            "type": "scatter", "mode": "markers", "xaxis": "x", "yaxis": "y", "cliponaxis": False,
            "x": [local(each.first_seen, window.zone) for each in shown], "y": [top] * len(shown),
            "marker": {
                "symbol": [_SYMBOLS[each.severity] for each in shown], "size": 10,
                "color": [role(each.severity.word) for each in shown], "line": {"width": 1, "color": role("panel")},
            },
            "text": [f"Alert: {words.in_figure(each.title, 60)}" for each in shown],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]  # fmt: skip
