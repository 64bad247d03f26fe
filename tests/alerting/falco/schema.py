"""The part of JSON Schema that Falco's own schemas use: which places of a document break it."""

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES = {
    "string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict,
}  # fmt: skip


def breaches(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Each place that breaks the schema, with what is wrong there."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        yield from breaches(value, root["definitions"][name], root, where)
        return
    choices = schema.get("anyOf", schema.get("oneOf"))
    if choices is not None and all(list(breaches(value, choice, root, where)) for choice in choices):
        yield f"{where} is none of its kinds"
    kind = schema.get("type")
    if kind is not None and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{where} is no {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, not one of {schema['enum']}"
    if isinstance(value, dict):
        yield from _members(value, schema, root, where)
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from breaches(item, schema["items"], root, f"{where}[{number}]")


def _members(value: Mapping[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], where: str) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (f"{where} lacks {key}" for key in schema.get("required", ()) if key not in value)
    if len(value) < schema.get("minProperties", 0):
        yield f"{where} is empty"
    for key, inner in value.items():
        if key in known:
            yield from breaches(inner, known[key], root, f"{where}.{key}")
        elif others is False:
            yield f"{where} has the unknown key {key}"
        elif isinstance(others, dict):
            yield from breaches(inner, others, root, f"{where}.{key}")
