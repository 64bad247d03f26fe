"""Since you were last here: what is new since this person's last visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.situation.asked import Asked
from dashboard.sources.health_questions import Change
from dashboard.sources.interface import Answer, LoginSummary, TimeRange
from dashboard.sources.situation_questions import NewAlerts, Spell
from dashboard.ui import words
from dashboard.ui.icons import icon
from dashboard.ui.states import together
from dashboard.ui.view import View
from vigie.clock import utc_now
from vigie.login_attacks import LoginAttack, SuccessAfterFailures
from vigie.severity import Severity

Logins = tuple[tuple[Sequence[LoginAttack], Sequence[SuccessAfterFailures]], LoginSummary]
Around = tuple[tuple[NewAlerts, Sequence[Spell]], Sequence[Change]]


@dataclass(frozen=True, slots=True)
class News:
    """Everything that is new, and since when it can be (UTC)."""

    attacks: Sequence[LoginAttack]
    successes: Sequence[SuccessAfterFailures]
    summary: LoginSummary
    alerts: NewAlerts
    spells: Sequence[Spell]
    deploys: Sequence[Change]
    since: datetime

    @property
    def went_blind(self) -> Sequence[Spell]:
        """Spells that began since; one that was known before is no news."""
        return [each for each in self.spells if each.since >= self.since]


def ask(asked: Asked, view: View, visit: datetime | None) -> tuple[TimeRange, Answer[tuple[Logins, Around]]]:
    """What is new since `visit` (UTC), and the window that this is."""
    now = utc_now()
    window = TimeRange(visit or now, now, view.zone)
    night = together(asked.logins.attacks(window), asked.logins.successes_after_failures(window))
    around = together(
        together(asked.alerts.new_alerts(window), asked.alerts.spells(window)), asked.records.deploys(window)
    )
    return window, together(together(night, asked.logins.summary(window)), around)


def news_of(rows: tuple[Logins, Around], since: datetime) -> News:
    """The rows of an answer by name."""
    ((attacks, successes), summary), ((alerts, spells), deploys) = rows
    return News(attacks, successes, summary, alerts, spells, deploys, since)


def counted(news: News) -> Sequence[tuple[str, int]]:
    """The figures of the list, by name."""
    return (
        ("new alerts", sum(news.alerts.by_severity.values())),
        ("new alerts still open", news.alerts.waiting),
        ("attacks", len(news.attacks)),
        ("accounts opened by attacks", len(_opened(news))),
        ("successes after failures", len(news.successes)),
        ("logins", news.summary.success),
        ("failed logins", news.summary.failure),
        ("blind spells", len(news.went_blind)),
        ("deploys", len(news.deploys)),
    )


def entries(news: News, view: View) -> Component:
    """A line for each kind of news. What did not happen is said where that is good to know."""
    total = sum(news.alerts.by_severity.values())
    opened, blind = _opened(news), news.went_blind
    rows = [
        ("alerts", words.count(total, "new alert"), _alert_words(news.alerts) if total else ""),
        (
            "warning",
            words.count(len(news.attacks), "attack"),
            f"{words.count(len(opened), 'account')} opened"
            if opened
            else "nobody got in"
            if news.attacks
            else "on logins",
        ),
        ("key", words.count(len(news.successes), "success", "successes") + " after failures", ""),
        ("user", words.count(news.summary.success, "login"), f"{news.summary.failure:,} failed"),
        (
            "blind" if blind else "check",
            words.count(len(blind), "blind spell"),
            words.outside(blind[-1].title, 40) if blind else "every source was read",
        ),
    ]
    if news.deploys:
        last = news.deploys[-1]
        at = words.clock_time(last.at, view.zone, view.window.until)
        rows.append(("deploy", words.count(len(news.deploys), "deploy"), f"{words.outside(last.what, 30)} at {at}"))
    return html.Ul(
        [html.Li([icon(sign), html.Strong(what), html.Span(more)]) for sign, what, more in rows], className="since"
    )


def _opened(news: News) -> Mapping[str, None]:
    return {name: None for each in news.attacks for name in each.opened}


def _alert_words(alerts: NewAlerts) -> str:
    """`2 critical, 1 still open`."""
    worst = max(alerts.by_severity, default=Severity.INFORMATIONAL)
    waiting = "none open" if not alerts.waiting else f"{alerts.waiting:,} still open"
    return f"{alerts.by_severity.get(worst, 0):,} {worst.word}, {waiting}"
