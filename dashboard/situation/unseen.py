"""What nobody saw, in words: a quiet screen is believed only where somebody looked."""

from datetime import datetime

from dashboard.situation.night import Night
from dashboard.sources.interface import TimeRange
from dashboard.ui import words


def before_words(night: Night, window: TimeRange) -> str:
    """From when on anything is known, where that is inside the window; with a space before it."""
    begins = night.collected_since
    if begins is None or begins <= window.since:
        return ""
    return f" Nothing was collected before {words.date_time(begins, window.zone)}."


def unseen_words(night: Night, window: TimeRange) -> str:
    """Everything that was not seen, a sentence each, each with a space before it."""
    return before_words(night, window) + _blind_words(night, window) + _rules_words(night, window)


def hidden_words(night: Night, window: TimeRange) -> str:
    """What may hide that it is not quiet: a blind source, rules that do not look, a service that nobody can ask."""
    said = f"{_blind_words(night, window)}{_rules_words(night, window)}"
    return f"{said} {night.not_seen}".strip() if night.not_seen else said.strip()


def _blind_words(night: Night, window: TimeRange) -> str:
    return "".join(
        f" {words.outside(each.title, 60)} is blind since {words.clock_time(since, window.zone, night.as_of)}."
        for each, since in night.blind(window)[:2]
    )


def _rules_words(night: Night, window: TimeRange) -> str:
    looking = night.alerts.looking
    if not looking.rules and not looking.failing:
        return " No rule is evaluated."
    said = ""
    if looking.behind_since:
        said += f" No rule has looked at what came since {_time(night, looking.behind_since, window)}."
    if looking.failing:
        more = f" and {len(looking.failing) - 1} more" if len(looking.failing) > 1 else ""
        said += f" A rule fails: {words.outside(looking.failing[0], 60)}{more}."
    return said


def _time(night: Night, instant: datetime, window: TimeRange) -> str:
    return words.clock_time(instant, window.zone, night.as_of)
