"""From the value behind a field to a comparison."""

import re
from difflib import get_close_matches
from ipaddress import IPv6Network, ip_network

from vigie.query.errors import QueryError, shown
from vigie.query.fields import SEVERITIES, Field, Kind
from vigie.query.nodes import Between, Given, Matches, Network, Node, Not, Pattern, Within
from vigie.query.tokens import Sign, Token
from vigie.severity import Severity

_HIGHEST_STATUS = 999
_NUMBER = re.compile(r"[0-9]{1,3}")
_HUNDREDS = re.compile(r"([0-9])xx", re.IGNORECASE)
_RANGE = re.compile(r"(>=|<=|>|<)?(.*?)(?:(\.\.)(.*))?", re.DOTALL)
_STARRED = re.compile(r"(?:[0-9]{1,3}\.){1,3}\*")
_MAPPED = IPv6Network("::ffff:0:0/96")
_SHORT_SEVERITY = {"info": "informational", "med": "medium", "crit": "critical"}


def plain_value(value: str) -> Token:
    """A value that was chosen rather than typed: nothing in it is a wildcard."""
    return Token(Sign.WORD, 0, 0, value, (value,), quoted=True, of_field=True)


def comparison(field: Field, value: Token) -> Node:
    """What `field:value` says. Raises QueryError with the value's place."""
    if not value.plain:
        return Not(Given(field.name))
    if not value.quoted and not any(value.pieces):
        return Given(field.name)
    match field.kind:
        case Kind.NAME:
            return Matches(field.name, Pattern(_tidy(value.pieces)))
        case Kind.PROSE:
            return Matches(field.name, part_of(value.pieces))
        case Kind.CHOICE:
            return Matches(field.name, Pattern((_choice(field, value, value.plain.lower()),)))
        case Kind.ADDRESS:
            return Within(field.name, _network(field, value))
        case Kind.NUMBER | Kind.SEVERITY:
            return _range(field, value)


def part_of(pieces: tuple[str, ...]) -> Pattern:
    """The pattern of a part of a text: a wildcard at its ends says nothing. `pieces` hold some text."""
    tidy = _tidy(pieces)
    first, last = tidy[0] == "", tidy[-1] == ""
    return Pattern(tidy[first : len(tidy) - last])


def _tidy(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """Two wildcards in a row are one."""
    return (pieces[0], *(each for each in pieces[1:-1] if each), *pieces[1:][-1:])


def _choice(field: Field, value: Token, word: str) -> str:
    if word in field.choices:
        return word
    near = tuple(get_close_matches(word[:40], field.choices, n=2))
    raise _refusal(value, f"{shown(word)} is no {field.name}.", f"Use one of {', '.join(field.choices)}.", near)


def _refusal(value: Token, sentence: str, advice: str, suggestions: tuple[str, ...] = ()) -> QueryError:
    return QueryError(sentence, advice, position=value.start, length=value.end - value.start, suggestions=suggestions)


def _network(field: Field, value: Token) -> Network:
    written = _without_star(value.plain)
    try:
        network = ip_network(written, strict=False)
    except ValueError:
        network = None
    if network is None or "%" in written:
        what = "a network" if "/" in written else "an address"
        raise _refusal(
            value, f"{shown(value.plain)} is not {what}.",
            f"Write {field.name}:203.0.113.7, {field.name}:203.0.113.0/24 or {field.name}:2001:db8::/32.",
        )  # fmt: skip
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        return ip_network(f"{mapped}/{network.prefixlen - 96}")
    return network


def _without_star(written: str) -> str:
    """203.0.113.* as a network."""
    if not _STARRED.fullmatch(written):
        return written
    parts = written.split(".")[:-1]
    return f"{'.'.join([*parts, *['0'] * (4 - len(parts))])}/{8 * len(parts)}"


def _range(field: Field, value: Token) -> Node:
    hundreds = _HUNDREDS.fullmatch(value.plain) if field.kind is Kind.NUMBER else None
    if hundreds:
        return Between(field.name, int(hundreds[1]) * 100, int(hundreds[1]) * 100 + 99)
    found = _RANGE.fullmatch(value.plain)
    assert found is not None  # it takes any text
    sign, first, dots, last = found.groups()
    if sign and dots:
        raise _refusal(value, f"{shown(value.plain)} is two kinds of range at once.", _range_advice(field))
    if dots:
        low = _bound(field, value, first) if first else None
        return _ordered(field, value, low, _bound(field, value, last) if last else None)
    bound = _bound(field, value, first)
    match sign:
        case None:
            return Between(field.name, bound, bound)
        case ">=" | ">":
            return _ordered(field, value, bound + (sign == ">"), None)
        case _:
            return _ordered(field, value, None, bound - (sign == "<"))


def _ordered(field: Field, value: Token, low: int | None, high: int | None) -> Node:
    least, most = limits(field)
    if low is None and high is None:
        raise _refusal(value, "This range has neither a beginning nor an end.", _range_advice(field))
    if (least if low is None else low) > (most if high is None else high):
        turned = f"{bound_text(field, high)}..{bound_text(field, low)}" if low is not None and high is not None else ""
        raise _refusal(value, "No value lies in this range.", _range_advice(field), (turned,) if turned else ())
    return Between(field.name, low, high)


def limits(field: Field) -> tuple[int, int]:
    """The least and the greatest value of a number or a severity."""
    return (Severity.INFORMATIONAL, Severity.CRITICAL) if field.kind is Kind.SEVERITY else (0, _HIGHEST_STATUS)


def bound_text(field: Field, bound: int) -> str:
    """A bound as it is written."""
    return Severity(bound).word if field.kind is Kind.SEVERITY else str(bound)


def _bound(field: Field, value: Token, written: str) -> int:
    if field.kind is Kind.SEVERITY:
        word = written.lower()
        return SEVERITIES.index(_choice(field, value, _SHORT_SEVERITY.get(word, word))) + 1
    if not _NUMBER.fullmatch(written):
        raise _refusal(value, f"{shown(value.plain)} is no {field.name}.", _range_advice(field))
    return int(written)


def _range_advice(field: Field) -> str:
    if field.kind is Kind.SEVERITY:
        return "Write severity:high, severity:>=high or severity:medium..critical."
    return f"Write {field.name}:404, {field.name}:4xx, {field.name}:400..499 or {field.name}:>=500."
