"""The lists of Situation: the verdict, attacks worst first, sources."""

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.situation.verdict import Mood, Verdict
from dashboard.situation.waiting import alert_link
from dashboard.sources.interface import SourceStatus
from dashboard.ui import words
from dashboard.ui.attributes import attributes
from dashboard.ui.entries import activity_link, address_chip, entries, entry, severity_mark, severity_word, user_chip
from dashboard.ui.icons import icon
from dashboard.ui.view import View
from vigie.login_attacks import LoginAttack, SuccessAfterFailures

MOST_ENTRIES = 6
_SIGN = {Mood.QUIET: "shield", Mood.UNKNOWN: "blind"}
_TONE = {Mood.QUIET: "ok", Mood.UNKNOWN: "blind"}


def verdict(given: Verdict, view: View) -> list[Component]:
    """Sentence, what it rests on, the steps in order, and the one act."""
    tone = _TONE.get(given.mood, given.severity.word)
    steps = [
        html.Li(
            [
                severity_mark(step.severity),
                html.Strong([html.Time(words.clock_time(step.at, view.zone, view.window.until)), f" {step.title}"]),
                html.Span(_breakable(step.detail)),
            ]
        )
        for step in given.steps
    ]
    parts: list[Component] = [
        icon(_SIGN.get(given.mood, given.severity.word), extra=f"verdict-sign is-{tone}"),
        html.Div(
            [html.P(given.sentence, className="verdict-sentence"), html.P(given.detail, className="verdict-detail")],
            className="verdict-text",
        ),
    ]
    if steps:
        parts.append(html.Ol(steps, className="verdict-steps"))
    if given.mood not in _TONE:
        parts.append(html.Div(_acts(given), className="verdict-acts"))
    return [html.Div(parts, className=f"verdict-inner edge-{tone} mood-{given.mood.value}")]


def _breakable(text: str) -> Sequence[Component | str]:
    """Text that may break behind an @ rather than inside a word."""
    parts = text.split("@")
    return [each for part in parts[:-1] for each in (f"{part}@", html.Wbr())] + [parts[-1]]


def _acts(given: Verdict) -> list[Component]:
    """What to look at first, and then: an account that was opened, the worst alert, the service, the attack."""
    acts = [("See this account", activity_link(user=given.user))] if given.user else []
    if given.mood is Mood.FAILING:
        acts.append(("See how it answers", "/health"))
    if given.running_from:
        acts.append(("See the attack going on", activity_link(ip=given.running_from)))
    if given.alert is not None:
        acts.append(("See the worst alert", alert_link(given.alert)))
    looks = ("button primary verdict-act", "button verdict-act")
    return [
        html.A(label, href=href, className=look, **attributes(data_nav="1"))
        for look, (label, href) in zip(looks, acts or [("See the attack", "/activity")], strict=False)
    ]


Night = tuple[Sequence[LoginAttack], Sequence[SuccessAfterFailures]]


def attack_entries(night: Night, view: View) -> Component:
    """Attacks and successes after failures, worst first, newest before older."""
    attacks, successes = night
    rows = [(each.severity, each.last_seen, _attack(each, view)) for each in attacks]
    rows += [(each.severity, each.occurred_at, _success(each, view)) for each in successes]
    rows.sort(key=lambda row: (-row[0], -row[1].timestamp()))
    return entries([row[2] for row in rows[:MOST_ENTRIES]])


def attack_words(night: Night) -> str:
    """`2 attacks, 1 login after failures, worst first`, and how many are not shown."""
    attacks, successes = len(night[0]), len(night[1])
    if not attacks + successes:
        return "none in the window"
    said = [words.count(attacks, "attack") if attacks else "no attack"]
    said += [f"{words.count(successes, 'login')} after failures"] if successes else []
    if attacks + successes > 1:
        said += [f"{MOST_ENTRIES} shown" if attacks + successes > MOST_ENTRIES else "worst first"]
    return ", ".join(said)


def _attack(attack: LoginAttack, view: View) -> Component:
    chips: list[Component] = [html.Span(f"{words.ATTACK[attack.kind]}", className="entry-title")]
    first, rest = attack.addresses[:1], len(attack.addresses) - 1
    chips += [address_chip(each) for each in first]
    if rest > 0:
        chips.append(html.Span(f"+ {rest}", className="is-dimmed", title=f"and {rest} more addresses"))
    below = f"{words.count(attack.tries, 'try', 'tries')} on {words.count(attack.accounts, 'account')}"
    opened = ", ".join(words.outside(name, 40) for name in attack.opened[:2])
    below += f". Opened {opened}." if attack.opened else ". Nobody got in."
    return entry(severity_mark(attack.severity), chips, _side(attack.first_seen, attack, view), [below])


def _success(success: SuccessAfterFailures, view: View) -> Component:
    line = [html.Span("Got in", className="entry-title"), user_chip(success.user_name), address_chip(success.source_ip)]
    reasons = " ".join(words.outside(reason, 80) for reason in success.reasons[:3])
    below: list[Component | str] = [html.Strong(f"{words.count(success.failures, 'failure')}, then in. "), reasons]
    return entry(severity_mark(success.severity), line, _side(success.occurred_at, success, view), below)


def _side(at: datetime, what: LoginAttack | SuccessAfterFailures, view: View) -> list[Component | str]:
    return [html.Time(words.clock_time(at, view.zone, view.window.until)), severity_word(what.severity)]


def source_entries(statuses: Sequence[SourceStatus], view: View) -> Component:
    """Every source with its last sign of life, blind ones first."""
    ordered = sorted(statuses, key=lambda each: (each.blind_since is None, each.title))
    return html.Ul([_source(each, view) for each in ordered[:12]], className="sources")


def _source(status: SourceStatus, view: View) -> Component:
    tone, sign = ("is-blind", "blind") if status.blind_since else ("is-ok", "check")
    if status.blind_since:
        said: Component = html.Span(
            f"blind since {words.clock_time(status.blind_since, view.zone, view.window.until)}", className="is-blind"
        )
    elif status.last_look_at is None:
        tone, sign, said = "is-dimmed", "clock", html.Span("not read yet", className="is-dimmed")
    else:
        said = html.Span("", className="is-dimmed", **attributes(data_as_of=status.last_look_at.isoformat()))
    troubles = [
        f"{status.rejected:,} rejected" if status.rejected else "",
        f"{status.unplaced:,} with a wrong clock" if status.unplaced else "",
    ]
    advice = " ".join(words.outside(each, 160) for each in (status.error, status.error_advice) if each)
    parts = [icon(sign, extra=tone), html.Strong(words.outside(status.title, 40)), said]
    parts += [html.Span(each, className="is-blind") for each in troubles if each]
    parts.append(html.Span(f"{status.stored:,} stored", className="is-dimmed"))
    if advice:
        parts.append(html.P(advice, className="source-advice"))
    return html.Li(parts)


def source_words(statuses: Sequence[SourceStatus]) -> str:
    """`2 of 3 seen, 1 blind`."""
    blind = sum(1 for each in statuses if each.blind_since)
    seen = sum(1 for each in statuses if each.last_look_at and not each.blind_since)
    return f"{seen} of {len(statuses)} seen" + (f", {blind} blind" if blind else "")
