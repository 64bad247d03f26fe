"""Every fault of every source, as the real console tells it: its own panels say so, the others go on, and it passes.

How soon is measured by `python -m benchmarks.faults`; here every wait has a generous end.
"""

import pytest

from tests.faults.http_proxy import HttpProxy
from tests.faults.modes import FAULTS, Mode
from tests.faults.scene import BOTH, HEALTH, PROMETHEUS, SITUATION, Reader, Scene, Told, states, until
from tests.faults.tcp_proxy import NETWORK_FAULTS

LOKI = frozenset({"log-lines", "log-volume"})
OURS = frozenset({"health-origins", "health-database"})
SEEN = {"ok", "empty", "unknown", "unmatched"}
TRUE_ALL_THE_SAME = {(Mode.NO_NUMBERS, "log-lines"), (Mode.NULL, "log-lines")}  # a line holds no number
ONE_OF_EACH_KIND = (Mode.DOWN, Mode.LOGIN_PAGE, Mode.LATENCY)
names = [mode.value for mode in FAULTS]


def of(told: Told, panels: frozenset[str]) -> Told:
    return {name: given for name, given in told.items() if name in panels}


def expect_said(told: Told, source: str) -> None:
    """Each of these panels says who failed and what to do, and holds no figure of its own."""
    assert {name: state for name, state in states(told).items() if state != "error"} == {}
    assert all(source in each["sentence"] for each in told.values())
    assert all(each["advice"] for each in told.values())


def expect_well_again(alice: Reader, panels: frozenset[str]) -> None:
    until(lambda: set(states(of(alice.read(panels), panels)).values()) <= SEEN, "the panels are well again")


def meet(alice: Reader, proxy: HttpProxy, mode: Mode, panels: frozenset[str], source: str) -> None:
    """Reads the panels while the source has this fault, and again when it has passed."""
    proxy.mode = mode
    told = alice.read(panels)
    proxy.mode = Mode.WELL
    own = {name: each for name, each in of(told, panels).items() if (mode, name) not in TRUE_ALL_THE_SAME}
    if mode is Mode.FLAPPING:
        assert set(states(own).values()) <= {"ok", "unknown", "error"}
    else:
        expect_said(own, source)
    expect_well_again(alice, panels)


@pytest.mark.parametrize("mode", FAULTS, ids=names)
def test_a_fault_of_prometheus_is_said_by_each_of_its_panels(scene: Scene, alice: Reader, mode: Mode) -> None:
    meet(alice, scene.prometheus, mode, HEALTH, "Prometheus")


@pytest.mark.parametrize("mode", ONE_OF_EACH_KIND, ids=lambda mode: mode.value)
def test_situation_says_it_too(scene: Scene, alice: Reader, mode: Mode) -> None:
    meet(alice, scene.prometheus, mode, SITUATION, "Prometheus")


@pytest.mark.parametrize("mode", FAULTS, ids=names)
def test_a_fault_of_loki_is_said_by_each_of_its_panels(scene: Scene, alice: Reader, mode: Mode) -> None:
    meet(alice, scene.loki, mode, LOKI, "Loki")


@pytest.mark.parametrize("mode", NETWORK_FAULTS, ids=[mode.value for mode in NETWORK_FAULTS])
def test_a_fault_of_postgresql_is_said_and_prometheus_and_loki_go_on(scene: Scene, alice: Reader, mode: Mode) -> None:
    scene.postgres.mode = mode
    told = alice.read()
    scene.postgres.mode = Mode.WELL
    ours = frozenset(told) - PROMETHEUS - LOKI - BOTH
    if mode is not Mode.FLAPPING:
        expect_said(of(told, ours), "PostgreSQL")
    assert set(states(of(told, PROMETHEUS | LOKI)).values()) <= SEEN
    expect_well_again(alice, frozenset(told))


def test_while_prometheus_and_loki_hang_everything_else_goes_on(scene: Scene, alice: Reader) -> None:
    scene.prometheus.mode = scene.loki.mode = Mode.LATENCY
    told = alice.read()
    assert {name for name, state in states(told).items() if state == "error"} <= PROMETHEUS | LOKI | BOTH
    assert set(states(of(told, OURS)).values()) <= SEEN
