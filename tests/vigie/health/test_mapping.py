"""`[health]` of the file of sources."""

from pathlib import Path

import pytest

from vigie.errors import ConfigurationError
from vigie.health.mapping import PRESETS, Health, load_health


def loaded(folder: Path, text: str) -> Health:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return load_health(path)


def test_without_the_table_the_reference_service_is_watched(tmp_path: Path) -> None:
    found = loaded(tmp_path, "")
    assert (found.metrics, found.objective.availability, found.objective.latency_s) == (PRESETS["api"], 0.995, 0.3)


def test_a_preset_gives_the_names_and_single_ones_can_differ(tmp_path: Path) -> None:
    text = '[health]\npreset = "opentelemetry"\n[health.metrics]\nroute = "path"\nlabels = {job = "shop"}\n'
    names = loaded(tmp_path, text).metrics
    assert (names.method, names.route, names.labels) == ("http_request_method", "path", {"job": "shop"})


def test_objectives_are_those_of_the_file(tmp_path: Path) -> None:
    found = loaded(tmp_path, "[health.objectives]\navailability_percent = 99.9\ndays = 7\np95_ms = 250\n").objective
    assert (found.availability, found.period.days, found.latency_s) == (pytest.approx(0.999), 7, 0.25)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[health]\ntitel = 'x'", "titel: it is not a key"),
        ("[health]\npreset = 'apache'", "preset is not one of: api, "),
        ("[health]\nmetrics = 5", "metrics is not a table"),
        ('[health.metrics]\nrequests = "up{} or x"', "metrics.requests: "),
        ('[health.metrics]\nlabels = {"a b" = "x"}', "metrics.labels.a b"),
        ("[health.objectives]\navailability_percent = 100", "objectives.availability_percent: "),
        ("[health.objectives]\ndays = '30'", "objectives.days: "),
        ("health = 5", "[health]: "),
        ("[health", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, text)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_health(tmp_path / "none.toml")
