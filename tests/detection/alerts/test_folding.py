"""What becomes of an alert that is seen again: counted, never doubled, and reopened only where its close is over."""

from datetime import datetime, timedelta

import pytest

from detection.sigma.compiled import Kind
from tests.detection.alerts.conftest import MINUTE, NOON, Watch, event, joined, plain

HOUR = timedelta(hours=1)
STATE = "SELECT status, count, version FROM alerts"
ACTS = "SELECT string_agg(act, ',' ORDER BY id) FROM alert_acts"


@pytest.fixture
def odd(watch: Watch) -> Watch:
    """A rule that makes an alert of each address with an odd event."""
    watch.keeper.load([plain("odd", alerts=True)], ())
    return watch


def close(watch: Watch, verdict: str, at: datetime = NOON, holds_until: datetime | None = None) -> None:
    """As Alice would, at `at`."""
    watch.run(
        "UPDATE alerts SET status = 'closed', verdict = %s, status_at = %s, holds_until = %s, version = version + 1, "
        "count_at_close = count",
        (verdict, at, holds_until),
    )


def test_an_alert_says_what_it_is_about(odd: Watch) -> None:
    odd.see(event(0, "odd"), event(5, "odd"))
    assert odd.ask("SELECT title, severity, entity, sources, status, count FROM alerts") == [
        ("Odd: 192.0.2.7", 4, {"source_ip": "192.0.2.7"}, ["app"], "open", 2)
    ]


def test_an_alert_is_opened_once_however_often_it_is_seen(odd: Watch) -> None:
    for second in range(0, 600, 100):
        odd.see(event(second, "odd"))
    assert odd.ask(ACTS) == [("opened",)]
    assert odd.ask(STATE) == [("open", 6, 1)]


def test_each_group_has_its_own_alert_and_what_has_no_value_is_no_less_one(odd: Watch) -> None:
    odd.see(event(0, "odd"), event(0, "odd", ip="192.0.2.8"), event(0, "odd", ip=None), event(9, "odd", ip=None))
    assert odd.ask("SELECT title, count FROM alerts ORDER BY title") == [
        ("Odd", 2), ("Odd: 192.0.2.7", 1), ("Odd: 192.0.2.8", 1),
    ]  # fmt: skip


def test_a_storm_is_one_alert_with_a_count_and_few_samples(odd: Watch) -> None:
    storm = [event(number / 20, "odd", n=number) for number in range(5000)]
    odd.see(*storm[:3000])
    odd.see(*storm[2900:])
    assert odd.ask(STATE) == [("open", 5000, 1)]
    times = [NOON + timedelta(seconds=number / 20) for number in (*range(10), *range(4990, 5000))]
    assert odd.ask("SELECT array_agg(occurred_at ORDER BY occurred_at) FROM alert_samples") == [(times,)]


def test_an_acknowledged_alert_is_only_counted(odd: Watch) -> None:
    odd.see(event(0, "odd"))
    odd.run("UPDATE alerts SET status = 'acknowledged', version = 2")
    odd.see(event(9000, "odd"))
    assert odd.ask(STATE) == [("acknowledged", 2, 2)]


@pytest.mark.parametrize("verdict", ["false positive", "benign", "duplicate"])
def test_a_close_that_holds_stays_closed_and_counts(odd: Watch, verdict: str) -> None:
    odd.see(event(0, "odd"))
    close(odd, verdict, holds_until=NOON + timedelta(days=1))
    odd.see(event(86_400, "odd"))
    assert odd.ask(STATE) == [("closed", 2, 2)]


def test_what_comes_after_the_hold_opens_it_again(odd: Watch) -> None:
    odd.see(event(0, "odd"))
    close(odd, "benign", holds_until=NOON + HOUR)
    odd.see(event(3600.5, "odd"))
    assert odd.ask(STATE) == [("open", 2, 3)]
    assert odd.ask(ACTS) == [("opened,seen again",)]


def test_a_true_positive_that_comes_back_after_a_quiet_hour_is_a_regression(odd: Watch) -> None:
    odd.see(event(0, "odd"))
    close(odd, "true positive", at=NOON + MINUTE)
    odd.see(event(4000, "odd"))
    assert odd.ask("SELECT status, verdict, regressed_at IS NOT NULL FROM alerts") == [("open", None, True)]
    detail = odd.ask("SELECT act, actor, detail ->> 'verdict' FROM alert_acts ORDER BY id DESC LIMIT 1")
    assert detail == [("regressed", "vigie", "true positive")]


@pytest.mark.parametrize("verdict", ["test", "insufficient data"])
def test_what_was_no_finding_is_seen_again_and_no_regression(odd: Watch, verdict: str) -> None:
    odd.see(event(0, "odd"))
    close(odd, verdict)
    odd.see(event(4000, "odd"))
    assert odd.ask("SELECT status, regressed_at FROM alerts") == [("open", None)]
    assert odd.ask(ACTS) == [("opened,seen again",)]


def test_the_end_of_a_wave_does_not_open_what_was_closed_in_it(odd: Watch) -> None:
    odd.see(event(0, "odd"))
    close(odd, "true positive", at=NOON + MINUTE)
    for second in range(1200, 12_000, 1200):
        odd.see(event(second, "odd"))
    assert odd.ask(STATE) == [("closed", 10, 2)]


def test_an_old_log_that_is_read_after_the_close_opens_nothing(odd: Watch) -> None:
    odd.see(event(0, "odd"))
    close(odd, "true positive", at=NOON + 10 * HOUR)
    odd.see(event(-20_000, "odd"), event(20_000, "odd"))
    assert odd.ask(STATE) == [("closed", 3, 2)]


def test_what_was_counted_before_the_close_opens_nothing_when_it_is_looked_at_again(odd: Watch) -> None:
    odd.see(event(5, "odd"))
    close(odd, "test", at=NOON)  # by a clock that is a little behind
    odd.see(event(70, "odd"))
    assert odd.ask(STATE) == [("closed", 2, 2)]


def test_a_window_that_fires_counts_what_led_to_it(watch: Watch) -> None:
    watch.keeper.load([plain("fail"), joined("many", Kind.EVENT_COUNT, ["fail"], 3)], ())
    watch.see(*(event(second) for second in (0, 50, 100)))
    assert watch.ask("SELECT count(*) FROM alerts") == [(0,)]
    watch.see(event(110))
    assert watch.ask("SELECT count, first_seen, fired_at FROM alerts") == [
        (3, NOON + timedelta(seconds=50), NOON + timedelta(seconds=110))
    ]


def test_hostile_values_are_values(odd: Watch) -> None:
    odd.keeper.load([plain("odd", alerts=True, group=["user_name"])], ())
    name = "'; DROP TABLE alerts; -- %(x)s \\ \u202e\n{}"
    odd.see(event(0, "odd", user=name))
    assert odd.ask("SELECT entity ->> 'user_name' FROM alerts") == [(name,)]
