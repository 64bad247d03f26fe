"""How a field is compared with one value of a rule, by the kind of the field.

Capital and small letters from A to Z are the same unless a rule says `cased`. The empty text is what is not there:
events have no empty texts.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import assert_never

from sigma.types import (
    CompareOperators,
    SigmaCIDRExpression,
    SigmaFieldReference,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    TimestampPart,
)

from detection.sigma.bindings import Bindings
from detection.sigma.fields import Field, Kind
from detection.sigma.patterns import translated
from detection.sigma.refusals import Refused, shown
from vigie.severity import Severity, from_word

_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})
_SIGNS = {CompareOperators.LT: "<", CompareOperators.LTE: "<=", CompareOperators.GT: ">", CompareOperators.GTE: ">="}
_NUMBER = r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_MOST_DIGITS = 30


def lowered(text: str) -> str:
    """As SQL's `lower` does it where the collation is "C"."""
    return text.translate(_LOWER)


def like(value: SigmaString) -> str:
    """The value as a pattern of LIKE."""
    return value.convert(escape_char="\\", wildcard_multi="%", wildcard_single="_", add_escaped="\\")


def plain(value: SigmaString) -> str:
    """The text of a value without wildcards."""
    return value.convert(escape_char=None, wildcard_multi=None, wildcard_single=None)


def folded(field: Field, bindings: Bindings) -> str:
    """The field with small letters."""
    expression = bindings.read(field)
    return expression if field.kind is Kind.WORD else f'lower({expression} COLLATE "C")'


def equals(field: Field, value: SigmaString, bindings: Bindings, *, cased: bool = False) -> str:
    """The whole value, with its wildcards."""
    match field.kind:
        case Kind.TEXT | Kind.WORD:
            return _text_equals(field, value, bindings, cased=cased)
        case Kind.ADDRESS:
            return _address_equals(field, value, bindings)
        case Kind.NUMBER:
            text = like(value)
            if value.contains_special():
                return f"{bindings.read(field)}::text LIKE {bindings.bound(text)}"
            if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
                raise Refused(f"{shown(text)} is no number.", "Compare the field with a number, or with * in it.")
            return f"{bindings.read(field)} = {bindings.bound(int(text))}"
        case Kind.SEVERITY:
            return f"{bindings.read(field)} = {bindings.bound(int(_severity(like(value))))}"
        case Kind.FLAG:
            flag = _FLAGS.get(lowered(like(value)))
            if flag is None:
                raise Refused(f"{shown(like(value))} is neither true nor false.", "Write true or false.")
            return is_flag(field, bindings, flag=flag)
        case Kind.TIME:
            raise Refused("The time of an event cannot be compared with a text.", "Use the modifier hour, day or week.")
        case _:
            assert_never(field.kind)


def _text_equals(field: Field, value: SigmaString, bindings: Bindings, *, cased: bool) -> str:
    if len(value.s) == 0:
        return is_absent(field, bindings)
    has_wildcards = value.contains_special()
    text = like(value) if has_wildcards else plain(value)
    left = bindings.read(field) if cased else folded(field, bindings)
    return f"{left} {'LIKE' if has_wildcards else '='} {bindings.bound(text if cased else lowered(text))}"


def _address_equals(field: Field, value: SigmaString, bindings: Bindings) -> str:
    if len(value.s) == 0:
        return is_absent(field, bindings)
    if value.contains_special():
        return f"host({bindings.read(field)}) LIKE {bindings.bound(lowered(like(value)))}"
    text = plain(value)
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        raise Refused(f"{shown(text)} is no IP address.", "Write one address, or a network with |cidr.") from None
    return f"{bindings.read(field)} = {bindings.bound(str(address))}::inet"


def equals_any(field: Field, values: Sequence[SigmaString], bindings: Bindings, *, every: bool) -> str:
    """One of `values`, or all of them, for a field of texts; none of them is empty."""
    has_wildcards = any(value.contains_special() for value in values)
    texts = [lowered(like(value) if has_wildcards else plain(value)) for value in values]
    sign, which = "LIKE" if has_wildcards else "=", "ALL" if every else "ANY"
    return f"{folded(field, bindings)} {sign} {which} {bindings.listed(texts)}"


def equals_number(field: Field, number: SigmaNumber, bindings: Bindings) -> str:
    match field.kind:
        case Kind.NUMBER | Kind.SEVERITY:
            return f"{bindings.read(field)} = {bindings.bound(_sane(number))}"
        case _:
            return equals(field, SigmaString(str(number)), bindings)


def compares(field: Field, sign: CompareOperators, number: SigmaNumber, bindings: Bindings) -> str:
    """A text that is no number is neither greater nor less."""
    if sign not in _SIGNS:
        raise Refused("The comparison != is not known here.", "Write the field in a selection of its own, and not.")
    value = _sane(number)
    if field.kind in (Kind.NUMBER, Kind.SEVERITY):
        return f"{bindings.read(field)} {_SIGNS[sign]} {bindings.bound(value)}"
    if field.kind is not Kind.TEXT:
        raise Refused("A field that holds no number is compared with one.", "Compare http_status or severity.")
    text, again = bindings.read(field), bindings.read(field)
    return (
        f"CASE WHEN {text} ~ {bindings.bound(_NUMBER)} THEN {again}::numeric {_SIGNS[sign]} {bindings.bound(value)} END"
    )


def matches(field: Field, expression: SigmaRegularExpression, bindings: Bindings) -> str:
    """The regular expression anywhere in the value."""
    pattern = translated(expression)
    left = _as_text(field, bindings)
    return f'{left} COLLATE "C" {"~*" if pattern.ignores_case else "~"} {bindings.bound(pattern.text)}'


def is_within(field: Field, network: SigmaCIDRExpression, bindings: Bindings) -> str:
    if field.kind is Kind.ADDRESS:
        return f"{bindings.read(field)} <<= {bindings.bound(str(network.network))}::inet"
    if field.kind is not Kind.TEXT:
        raise Refused("A field that holds no address is compared with a network.", "Compare source_ip.")
    patterns = [text.lower() for text in network.expand("%")]
    return f"{folded(field, bindings)} LIKE ANY {bindings.listed(patterns)}"


def equals_field(field: Field, other: Field, reference: SigmaFieldReference, bindings: Bindings) -> str:
    if field.kind is Kind.FLAG or other.kind is Kind.FLAG:
        raise Refused(
            "A field that is true or false cannot be compared with another.", "Compare it with true or false."
        )
    left, right = (f'lower({_as_text(each, bindings)} COLLATE "C")' for each in (field, other))
    if reference.starts_with and reference.ends_with:
        return f"strpos({left}, {right}) > 0"
    if reference.starts_with:
        return f"starts_with({left}, {right})"
    if reference.ends_with:
        return f"starts_with(reverse({left}), reverse({right}))"
    return f"{left} = {right}"


def is_at(field: Field, part: TimestampPart, number: int | float, bindings: Bindings) -> str:
    """A part of the event's own time, UTC."""
    if field.kind is not Kind.TIME:
        raise Refused("A part of a time is asked for of a field that holds none.", "Ask for it of occurred_at.")
    return f"extract({part.name} FROM {bindings.read(field)} AT TIME ZONE 'UTC') = {bindings.bound(number)}"


def is_flag(field: Field, bindings: Bindings, *, flag: bool) -> str:
    return f"({bindings.read(field)}) IS {'TRUE' if flag else 'NOT TRUE'}"


def is_absent(field: Field, bindings: Bindings) -> str:
    if field.kind in (Kind.TEXT, Kind.WORD):
        return f"coalesce({bindings.read(field)}, '') = ''"
    return f"{bindings.read(field)} IS NULL"


def is_present(field: Field, bindings: Bindings) -> str:
    return f"{bindings.read(field)} IS NOT NULL"


def _as_text(field: Field, bindings: Bindings) -> str:
    expression = bindings.read(field)
    if field.kind is Kind.ADDRESS:
        return f"host({expression})"
    return expression if field.kind in (Kind.TEXT, Kind.WORD) else f"({expression})::text"


def _severity(word: str) -> Severity:
    try:
        return Severity(int(word)) if word.isdecimal() else from_word(word)
    except ValueError:
        known = ", ".join(each.word for each in Severity)
        raise Refused(f"{shown(word)} is no severity.", f"Use one of {known}.") from None


def _sane(number: SigmaNumber) -> int | float:
    if abs(number.number) >= 10**_MOST_DIGITS:
        raise Refused(f"The number {shown(number.number)} is too great.", "Write a smaller one.")
    return number.number
