"""What is said on the one axis: a band for every attack, tags and labels where they cover nothing, who got in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.sources.interface import LoginBucket, TimeRange
from dashboard.ui import words
from dashboard.ui.palette import role
from vigie.login_attacks import LoginAttack, SuccessAfterFailures
from vigie.severity import Severity

Figure = dict[str, Any]
LETTER = 1 / 115
"""Width of a letter as a share of the axis on a wide screen. A narrow one leaves texts out, in the browser."""
LABEL_BASE = 0.75
"""The label of the worst attack stands on bars lower than this share of the highest."""


def local(instant: datetime, zone: ZoneInfo) -> str:
    """The reader's time without zone, because Plotly draws times as they are."""
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def alarming(attacks: Sequence[LoginAttack]) -> list[LoginAttack]:
    """The attacks that are drawn, worst first."""
    drawn = [each for each in attacks if each.severity >= Severity.MEDIUM]
    return sorted(drawn, key=lambda each: (-each.severity, -each.tries))


def bands(attack: LoginAttack, window: TimeRange) -> list[Figure]:
    """From the first try to the last, with an edge that shows the shortest attack too."""
    x0 = local(max(attack.first_seen, window.since), window.zone)
    x1 = local(min(attack.last_seen, window.until), window.zone)
    colour = attack.severity.word
    place = {"x0": x0, "yref": "paper", "y0": 0, "y1": 0.92}
    return [
        {**place, "type": "rect", "layer": "below", "x1": x1, "fillcolor": role(colour, 20), "line": {"width": 0}},
        {**place, "type": "line", "x1": x0, "line": {"color": role(colour, 70), "width": 1}},
    ]


@dataclass(frozen=True, slots=True)
class Tag:
    """Kind and time of an attack above its band. `begin`, `end`: shares of the axis; `early`: it grows to the right."""

    attack: LoginAttack
    said: str
    begin: float
    end: float
    early: bool


def tagged(attacks: Sequence[LoginAttack], window: TimeRange) -> list[Tag]:
    """The attacks that have a tag, worst first: as many as stand beside one another."""
    made: list[Tag] = []
    for attack in attacks:
        said = f"{words.ATTACK[attack.kind]} {span_words(attack, window)}"
        early = at_share(attack.first_seen, window) < 0.5
        at, width = at_share(_edge(attack, window, early=early), window), (len(said) + 3) * LETTER
        tag = Tag(attack, said, at if early else at - width, at + width if early else at, early)
        if not any(tag.begin < other.end and other.begin < tag.end for other in made):
            made.append(tag)
    return made


def tags(attacks: Sequence[LoginAttack], window: TimeRange) -> list[Figure]:
    """The tags as the figure shows them."""
    return [
        {
            "text": tag.said,
            "name": "tag",
            "yref": "paper",
            "y": 1,
            "yanchor": "top",
            "x": local(_edge(tag.attack, window, early=tag.early), window.zone),
            "xanchor": "left" if tag.early else "right",
            "font": {"color": role(tag.attack.severity.word), "size": 11.5, "weight": 600},
            "bgcolor": role(tag.attack.severity.word, 16),
            "borderpad": 3,
        }
        for tag in tagged(attacks, window)
    ]


def _edge(attack: LoginAttack, window: TimeRange, *, early: bool) -> datetime:
    """Where the tag begins, or ends."""
    return max(attack.first_seen, window.since) if early else min(attack.last_seen, window.until)


def label(attacks: Sequence[LoginAttack], buckets: Sequence[LoginBucket], window: TimeRange) -> list[Figure]:
    """How many tries the worst attack made, beside its bars where no other bar is; else nothing."""
    if not attacks:
        return []
    attack, top = attacks[0], max([each.failure for each in buckets], default=0)
    said = f"{attack.tries:,} tries in {words.span(attack.last_seen - attack.first_seen)}"
    width = window.length * (len(said) + 3) * LETTER
    spans = {
        "right": (attack.first_seen - width, attack.first_seen),
        "left": (attack.last_seen, attack.last_seen + width),
    }
    step = buckets[1].start - buckets[0].start if len(buckets) > 1 else window.length
    high = [each.start for each in buckets if each.failure > top * LABEL_BASE]
    of_attack = [at for at in high if attack.first_seen - step < at <= attack.last_seen]
    for anchor, (begin, end) in spans.items():
        inside = window.since <= begin and end <= window.until
        if inside and not any(begin - step < at < end for at in high if at not in of_attack):
            return [_label(said, attack, anchor, end if anchor == "right" else begin, step, top, window)]
    return []


def _label(
    said: str, attack: LoginAttack, anchor: str, at: datetime, step: timedelta, top: int, window: TimeRange
) -> Figure:
    beside = at - step if anchor == "right" else at + step  # a bar is as wide as a step
    return {
        "text": said,
        "name": "label",
        "yref": "y2",
        "y": top * 1.02,
        "yanchor": "top",
        "x": local(beside, window.zone),
        "xanchor": anchor,
        "font": {"color": role(attack.severity.word), "size": 11.5, "weight": 600},
    }


def intrusions(successes: Sequence[SuccessAfterFailures], window: TimeRange, top: float) -> list[Figure]:
    """A mark above the bars for everyone who got in. `top`: the end of the scale."""
    opened = _opened(successes)
    if not opened:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [local(each.occurred_at, window.zone) for each in opened],
            "y": [top] * len(opened),
            "yaxis": "y2",
            "xaxis": "x",
            "cliponaxis": False,
            "marker": {
                "symbol": "octagon",
                "size": 13,
                "color": [role(each.severity.word) for each in opened],
                "line": {"width": 2, "color": role("panel")},
            },
            "text": [f"{words.in_figure(each.user_name)} gets in" for each in opened],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def names(successes: Sequence[SuccessAfterFailures], window: TimeRange, top: float) -> list[Figure]:
    """Who got in first by severity, between the rows, where no bar is. The others say it when pointed at."""
    return [
        {
            "text": f"{_clock(each.occurred_at, window)} {words.in_figure(each.user_name, 28)} gets in",
            "name": "mark",
            "yref": "y2",
            "y": top,
            "yanchor": "middle",
            "yshift": 2,
            "x": local(each.occurred_at, window.zone),
            "xanchor": "left" if at_share(each.occurred_at, window) < 0.5 else "right",
            "xshift": 12 if at_share(each.occurred_at, window) < 0.5 else -12,
            "font": {"color": role(each.severity.word), "size": 11.5, "weight": 600},
        }
        for each in _opened(successes)[:1]
    ]


def _opened(successes: Sequence[SuccessAfterFailures]) -> list[SuccessAfterFailures]:
    return sorted((each for each in successes if each.severity >= Severity.HIGH), key=lambda each: -each.severity)


def at_share(instant: datetime, window: TimeRange) -> float:
    """Where an instant stands on the axis, 0 to 1; what began before the window stands at its edge."""
    return min(1.0, max(0.0, (instant - window.since) / window.length))


def _clock(instant: datetime, window: TimeRange) -> str:
    """`03:57`, with the day where the window holds more than one."""
    at = instant.astimezone(window.zone)
    return f"{at:%H:%M}" if window.length <= timedelta(days=1) else f"{at:%a %-d %b %H:%M}"


def span_words(attack: LoginAttack, window: TimeRange) -> str:
    """`02:12–02:29`."""
    start, end = attack.first_seen.astimezone(window.zone), attack.last_seen.astimezone(window.zone)
    if start.date() == end.date():
        return f"{_clock(start, window)}–{end:%H:%M}"
    return f"{_clock(start, window)}–{_clock(end, window)}"
