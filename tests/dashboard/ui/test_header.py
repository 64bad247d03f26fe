"""How many alerts are open, as every page says it."""

from datetime import UTC, datetime, timedelta

from dashboard.sources.alert_questions import MOST_COUNTED, Looking, OpenCount
from dashboard.sources.interface import Answer, Completeness
from dashboard.ui.header import open_words

NOW = datetime.now(UTC)


def said(total: int, critical: int, looking: Looking | None = None) -> tuple[str, str, str, str]:
    return open_words(Answer(OpenCount(total, critical, looking or Looking(20)), NOW, "Alert store"))


def test_critical_ones_are_named() -> None:
    assert said(6, 2) == ("icon icon-critical is-critical", "6", "2 critical", "6 open alerts, 2 critical")


def test_nothing_critical_is_grey() -> None:
    assert said(1234, 0)[:3] == ("icon icon-alerts is-dimmed", "1,234", "")


def test_very_many_are_not_counted_to_the_end() -> None:
    assert said(MOST_COUNTED, 0)[1] == "10,000+"


def test_a_count_that_nobody_looks_after_is_no_good_sign() -> None:
    for looking in (Looking(0), Looking(20, behind_since=NOW - timedelta(minutes=9))):
        sign, count, _, title = said(0, 0, looking)
        assert (sign, count) == ("icon icon-blind is-blind", "0")
        assert title.endswith("Rules do not look at what is newer.")


def test_not_known_is_no_zero() -> None:
    unknown: Answer[OpenCount] = Answer(None, NOW, "Alert store", Completeness.UNAVAILABLE, "PostgreSQL is down.")
    assert open_words(unknown)[1:] == ("?", "", "How many alerts are open is not known. PostgreSQL is down.")
