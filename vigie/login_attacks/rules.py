"""Reads config/rules/login_attacks.yml: every threshold of the login analysis, checked before anything starts."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from vigie.errors import ConfigurationError
from vigie.login_attacks import AttackKind
from vigie.severity import Severity, from_word

FILE_NAME = "login_attacks.yml"


def _severity(value: object) -> Severity:
    if not isinstance(value, str):
        raise ValueError("write a severity: informational, low, medium, high or critical")
    return from_word(value)


_Severity = Annotated[Severity, BeforeValidator(_severity)]
_Count = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
_Minutes = Annotated[int, Field(ge=1, le=1440, strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindRule(_Part):
    """How bad one kind of attack is."""

    severity: _Severity
    severity_when_opened: _Severity


class Guessing(KindRule):
    """Many tries on each of few accounts."""

    min_tries: _Count
    min_tries_per_account: _Count
    severity_from_known_address: _Severity


class Spraying(KindRule):
    """Few tries on each of many accounts, most of which exist."""

    min_accounts: _Count
    max_tries_per_account: _Count


class Stuffing(KindRule):
    """One or two tries on each of many accounts, most of which do not exist. `min_unknown_share` is 0 to 1."""

    min_unknown_share: Annotated[float, Field(ge=0, le=1)]


class OverManyAddresses(_Part):
    """Thresholds for what no single address gives away."""

    min_tries_on_account: _Count
    min_accounts: _Count
    min_addresses: _Count
    times_usual: Annotated[float, Field(ge=1, le=1000)]
    usual_days: Annotated[int, Field(ge=1, le=60, strict=True)]


class NewnessSeverity(_Part):
    """Severity by how much of (address, device) was never seen with the account."""

    nothing_new: _Severity
    one_new: _Severity
    both_new: _Severity


class SuccessRule(_Part):
    """When a login after failures is worth showing, and how bad it is."""

    min_failures: _Count
    min_failures_from_attacker: _Count
    within_minutes: _Minutes
    known_days: Annotated[int, Field(ge=1, le=400, strict=True)]
    severity: NewnessSeverity
    severity_during_attack: NewnessSeverity


class Sample(_Part):
    """A described burst of failed logins and what the rule must make of it. `tries` is on each account."""

    name: str
    expect: Literal["guessing", "spraying", "stuffing", "nothing"]
    accounts: _Count
    unknown: Annotated[int, Field(ge=0)]
    addresses: _Count
    tries: _Count
    minutes: _Minutes


class LoginAttackRules(_Part):
    """The whole file. Durations are minutes."""

    title: str
    id: str
    status: str
    description: str
    tags: tuple[str, ...]
    falsepositives: tuple[str, ...]
    window_minutes: _Minutes
    slot_minutes: Annotated[int, Field(ge=1, le=60, strict=True)]
    gap_minutes: _Minutes
    max_failures: Annotated[int, Field(ge=100, le=1_000_000, strict=True)]
    guessing: Guessing
    spraying: Spraying
    stuffing: Stuffing
    over_many_addresses: OverManyAddresses
    success_after_failures: SuccessRule
    samples: tuple[Sample, ...]

    def of(self, kind: AttackKind) -> KindRule:
        """The part that says how bad `kind` is."""
        parts = {AttackKind.GUESSING: self.guessing, AttackKind.SPRAYING: self.spraying}
        return parts.get(kind, self.stuffing)


def load_rules(folder: Path) -> LoginAttackRules:
    """The rule in `folder`/login_attacks.yml. Raises ConfigurationError naming the file and the key."""
    path = folder / FILE_NAME
    try:
        return LoginAttackRules.model_validate(_document(path))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"{path}: {key} is not usable: {first['msg'].removeprefix('Value error, ')}.",
            "Correct it; docs/reference/login-attacks.md explains every key.",
        ) from error


def _document(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", "Restore the file or correct VIGIE_RULES_DIR."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"{path}{where}: this is not YAML in UTF-8.", "Correct the file.") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} holds no keys.", "Restore the file.")
    return document
