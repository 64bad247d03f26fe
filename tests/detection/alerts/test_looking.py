"""A turn: what waits is looked at and struck off, whatever rules do wrong, whatever is switched off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from detection.alerts.missed import Rests
from detection.alerts.spans import WIDEST, Piece, pieces_of
from detection.sigma.compiled import Condition, Kind, NotLoaded, Rule
from tests.detection.alerts.conftest import MINUTE, NOON, Watch, event, joined, plain
from tests.detection.conftest import until
from vigie.clock import utc_now

WAITING = "SELECT count(*) FROM detection_spans"
MISSED = "SELECT count(*) FROM detection_missed"
NAMES = "SELECT string_agg(rule, ',' ORDER BY rule) FROM alerts"
ODD = plain("odd", alerts=True)


def broken(sql: str) -> Rule:
    return replace(plain("broken", alerts=True), condition=Condition(sql, {}))


def off(watch: Watch, begin: timedelta, end: timedelta) -> None:
    """Bob switches the rule off, from and until so long from now."""
    now = utc_now()
    watch.run(
        "INSERT INTO rule_switches (rule, off_at, until, reason, actor) VALUES ('odd', %s, %s, 'noise', 'bob')",
        (now + begin, now + end),
    )


def test_what_was_looked_at_waits_no_longer(watch: Watch) -> None:
    watch.keeper.load([ODD], ())
    watch.see(event(0, "odd"))
    assert watch.ask(WAITING) == [(0,)]


def test_a_turn_is_woken_by_what_is_stored(watch: Watch) -> None:
    watch.keeper.load([ODD], ())
    watch.look()
    assert not watch.keeper.wait(0)
    watch.keep(event(0, "odd"))
    assert watch.keeper.wait(20)


@pytest.mark.parametrize("sql", ["e.message ~ '('", "no_such_column", "1 / (e.severity - e.severity) = 1"])
def test_a_broken_rule_is_named_and_the_others_go_on(watch: Watch, sql: str) -> None:
    watch.keeper.load([broken(sql), ODD], ())
    watch.keep(event(0, "odd")._replace(message="text"))
    watch.look()
    assert watch.ask(NAMES) == [("odd",)]
    assert watch.ask(
        "SELECT rule, error LIKE 'PostgreSQL refused the rule: %%' FROM rules WHERE error IS NOT NULL"
    ) == [("broken", True)]


def test_a_rule_that_takes_too_long_is_named_and_the_others_go_on(watch: Watch) -> None:
    watch.keeper.load([broken("pg_sleep(60) IS NOT NULL"), ODD], ())
    watch.see(event(0, "odd"))
    assert watch.ask(NAMES) == [("odd",)]
    assert watch.ask("SELECT error FROM rules WHERE rule = 'broken'") == [("The rule broken takes too long.",)]


def test_a_failed_rule_makes_up_for_what_it_missed_once_it_is_mended(watch: Watch) -> None:
    watch.keeper.load([broken("no_such_column"), ODD], ())
    watch.see(event(0, "odd"))
    watch.see(event(3600, "odd"))
    watch.keeper.load([plain("broken", "odd", alerts=True)], ())
    watch.look()
    assert watch.ask("SELECT rule, count FROM alerts ORDER BY rule") == [("broken", 2), ("odd", 2)]
    assert watch.ask("SELECT error FROM rules WHERE rule = 'broken'") == [(None,)]
    assert watch.ask(MISSED) == [(0,)]


def test_a_rule_that_works_again_makes_up_by_itself(watch: Watch) -> None:
    """Here because a column is there again; in the field because the machine is less busy."""
    watch.keeper.load([broken("e.action = 'odd' AND a_column IS NULL"), ODD], ())
    watch.see(event(0, "odd"))
    watch.run("ALTER TABLE events ADD COLUMN a_column text")
    try:
        until(lambda: watch.look() and watch.ask("SELECT count FROM alerts WHERE rule = 'broken'") == [(1,)], 60)
    finally:
        watch.run("ALTER TABLE events DROP COLUMN a_column")
    assert watch.ask("SELECT error FROM rules WHERE rule = 'broken'") == [(None,)]


def test_what_it_missed_a_rule_that_is_off_does_not_owe(watch: Watch) -> None:
    watch.keeper.load([replace(broken("no_such_column"), name="odd")], ())
    watch.see(event(0, "odd"))
    off(watch, -MINUTE, MINUTE)
    watch.keeper.load([ODD], ())
    watch.look()
    assert watch.ask(MISSED) == [(0,)]
    assert watch.ask("SELECT count(*) FROM alerts") == [(0,)]


def test_each_failure_is_followed_by_a_longer_rest() -> None:
    rests = Rests()
    for now, length in ((0.0, 5.0), (100.0, 10.0), (200.0, 20.0)):
        rests.begin("odd", now)
        assert rests.holds("odd", now + length - 0.1)
        assert not rests.holds("odd", now + length)
    rests.end("odd")
    assert not rests.holds("odd", 0)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (joined("few", Kind.EVENT_COUNT, ["odd"], 3, operator="<"), "few compares its count with <"),
        (joined("round", Kind.TEMPORAL, ["odd", "round"]), "The correlation round rests on itself."),
        (joined("lost", Kind.TEMPORAL, ["odd", "gone"]), "lost rests on the rule gone, which is not loaded."),
        (joined("column", Kind.EVENT_COUNT, ["odd"], group=["1; DROP"]), "column names 1; DROP, which no event has."),
        (joined("years", Kind.EVENT_COUNT, ["odd"], seconds=1e8), "The timespan of years is not within 7 days."),
    ],
)
def test_what_cannot_be_evaluated_is_refused_with_its_reason(watch: Watch, rule: Rule, said: str) -> None:
    watch.keeper.load([ODD, rule], ())
    ((error, is_loaded),) = watch.ask("SELECT error, is_loaded FROM rules WHERE rule = %s", (rule.name,))
    assert str(error).startswith(said)
    assert not is_loaded


def test_rules_are_known_with_their_text_and_gone_ones_stay_as_gone(watch: Watch) -> None:
    watch.keeper.load(
        [replace(ODD, text="title: Odd"), plain("old")], [NotLoaded("x.yml", "x", "It is no rule.", "Fix.")]
    )
    watch.keeper.load([replace(ODD, text="title: Odd")], ())
    rows = watch.ask("SELECT rule, kind, is_loaded, error, details ->> 'text' FROM rules ORDER BY rule")
    assert rows == [
        ("odd", "event", True, None, "title: Odd"),
        ("old", "event", False, None, ""),
        ("x", "unknown", False, None, None),
    ]


def test_a_rule_that_is_off_makes_no_alert(watch: Watch) -> None:
    watch.keeper.load([ODD], ())
    off(watch, -MINUTE, MINUTE)
    watch.see(event(0, "odd"))
    assert watch.ask("SELECT count(*) FROM alerts") == [(0,)]


@pytest.mark.parametrize("end", [lambda w: off(w, -2 * MINUTE, -MINUTE), lambda w: off(w, MINUTE, 2 * MINUTE)])
def test_a_rule_is_off_from_then_until_then_and_no_longer(watch: Watch, end: Callable[[Watch], None]) -> None:
    watch.keeper.load([ODD], ())
    end(watch)
    watch.see(event(0, "odd"))
    assert watch.ask(NAMES) == [("odd",)]


def test_a_rule_that_was_switched_on_again_looks_at_what_comes_then(watch: Watch) -> None:
    watch.keeper.load([ODD], ())
    off(watch, -MINUTE, MINUTE)
    watch.see(event(0, "odd"))
    watch.run("UPDATE rule_switches SET ended_at = clock_timestamp()")
    watch.see(event(600, "odd"))
    assert watch.ask("SELECT count, first_seen FROM alerts") == [(1, NOON + timedelta(minutes=10))]


def test_rules_give_a_sign_of_life_when_nothing_waits(watch: Watch) -> None:
    watch.keeper.load([ODD], ())
    watch.look()
    assert watch.ask("SELECT evaluated_at IS NOT NULL FROM rules") == [(True,)]


def test_years_of_old_lines_are_looked_at_whole(watch: Watch) -> None:
    watch.keeper.load([plain("fail"), joined("many", Kind.EVENT_COUNT, ["fail"], 3)], ())
    days = [event(-86_400 * day + second, ip=f"192.0.2.{day}") for day in range(40) for second in (0, 30, 60)]
    watch.see(*days)
    assert watch.ask("SELECT count(*), min(count), max(count) FROM alerts") == [(40, 3, 3)]
    assert watch.ask(WAITING) == [(0,)]


def test_minutes_past_retention_are_forgotten_and_stay_counted(watch: Watch) -> None:
    watch.keeper.load([ODD], ())
    watch.see(event(0, "odd"))
    watch.run("UPDATE alert_minutes SET minute = minute - interval '500 days'")
    watch.keeper.forget()
    assert watch.ask("SELECT count, (SELECT count(*) FROM alert_minutes) FROM alerts") == [(1, 0)]


def piece(begin: float, end: float, category: str = "web") -> Piece:
    return Piece(NOON + timedelta(minutes=begin), NOON + timedelta(minutes=end), frozenset({category}), NOON)


def test_spans_that_touch_are_one_piece_and_the_newest_comes_first() -> None:
    made = pieces_of([piece(10, 11, "iam"), piece(0, 1), piece(1.5, 2), piece(10.5, 12)])
    assert [(each.since, each.until) for each in made] == [
        (piece(10, 12).since, piece(10, 12).until), (piece(0, 2).since, piece(0, 2).until),
    ]  # fmt: skip
    assert made[0].categories == {"iam", "web"}


def test_a_wide_span_is_cut_without_a_gap() -> None:
    made = pieces_of([piece(0, 60 * 24)])
    assert all(each.until - each.since <= WIDEST for each in made)
    assert [each.since for each in made[:-1]] == [each.until for each in made[1:]]
