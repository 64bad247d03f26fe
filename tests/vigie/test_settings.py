"""Settings: what is wrong with one is said in our own words, with what it takes."""

from typing import Literal

import pytest
from pydantic import Field, field_validator

from vigie.errors import ConfigurationError
from vigie.settings import Settings, env_prefix


class Kiosk(Settings):
    """One setting of each kind."""

    model_config = env_prefix("KIOSK_")

    port: int = Field(80, ge=1, le=65535)
    other_port: int | None = Field(None, ge=1, le=65535)
    pause: float = Field(1, gt=0)
    most: int = Field(1, le=9)
    open: bool = False
    level: Literal["LOW", "MIDDLE", "HIGH"] = "LOW"
    name: str = Field("kiosk", min_length=3, max_length=9)
    size: float = Field(1, ge=0.01, le=5)
    colour: str = "red"

    @field_validator("colour")
    @classmethod
    def _is_red(cls, value: str) -> str:
        if value != "red":
            raise ValueError("it can be had in red alone")
        return value


@pytest.mark.parametrize(
    ("variable", "value", "wrong"),
    [
        ("KIOSK_PORT", "eighty", "it must be a whole number from 1 to 65535"),
        ("KIOSK_PORT", "0", "it must be a whole number from 1 to 65535"),
        ("KIOSK_PORT", "80.5", "it must be a whole number from 1 to 65535"),
        ("KIOSK_OTHER_PORT", "65536", "it must be a whole number from 1 to 65535"),
        ("KIOSK_PAUSE", "0", "it must be a number of more than 0"),
        ("KIOSK_MOST", "10", "it must be a whole number of at most 9"),
        ("KIOSK_OPEN", "perhaps", "it must be true or false"),
        ("KIOSK_LEVEL", "high", "it must be LOW, MIDDLE or HIGH"),
        ("KIOSK_NAME", "x", "it must be text of at least 3 characters and at most 9 characters"),
        ("KIOSK_SIZE", "nan", "it must be a number from 0.01 to 5"),
        ("KIOSK_COLOUR", "blue", "it can be had in red alone"),
    ],
)
def test_a_wrong_setting_is_told_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, wrong: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as caught:
        Kiosk.load()
    assert caught.value.sentence == f"{variable} is not usable: {wrong}."


def test_the_value_itself_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_PORT", "a-secret-in-the-wrong-place")
    with pytest.raises(ConfigurationError) as caught:
        Kiosk.load()
    assert "secret" not in str(caught.value)
