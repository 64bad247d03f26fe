"""Columns of what the login analysis finds, shared by the pages that show it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dashboard.exports.declaration import Cell
from vigie.login_attacks import LoginAttack, SuccessAfterFailures

Found = LoginAttack | SuccessAfterFailures


def _kind(found: Found) -> Cell:
    return found.kind.value if isinstance(found, LoginAttack) else "success_after_failures"


def _first_seen(found: Found) -> Cell:
    return found.first_seen if isinstance(found, LoginAttack) else found.occurred_at


def _last_seen(found: Found) -> Cell:
    return found.last_seen if isinstance(found, LoginAttack) else found.occurred_at


def _failures(found: Found) -> Cell:
    return found.tries if isinstance(found, LoginAttack) else found.failures


def _accounts(found: Found) -> Cell:
    return found.accounts if isinstance(found, LoginAttack) else 1


def _unknown_share(found: Found) -> Cell:
    return found.unknown_share if isinstance(found, LoginAttack) else None


def _addresses(found: Found) -> Cell:
    return " ".join(found.addresses) if isinstance(found, LoginAttack) else found.source_ip


def _opened(found: Found) -> Cell:
    return ", ".join(found.opened) if isinstance(found, LoginAttack) else found.user_name


def _known_address(found: Found) -> Cell:
    return None if isinstance(found, LoginAttack) else found.known_address


def _known_device(found: Found) -> Cell:
    return None if isinstance(found, LoginAttack) else found.known_device


def _during(found: Found) -> Cell:
    return found.during.value if isinstance(found, SuccessAfterFailures) and found.during else None


COLUMNS: Mapping[str, Callable[[Found], Cell]] = MappingProxyType(
    {
        "kind": _kind,
        "severity": lambda found: found.severity.word,
        "first_seen_utc": _first_seen,
        "last_seen_utc": _last_seen,
        "failures": _failures,
        "accounts": _accounts,
        "unknown_share": _unknown_share,
        "addresses": _addresses,
        "opened": _opened,
        "known_address": _known_address,
        "known_device": _known_device,
        "during": _during,
        "reasons": lambda found: " ".join(found.reasons),
    }
)
"""An attack has no known address or device, a success no share of unknown accounts: those cells are empty."""
