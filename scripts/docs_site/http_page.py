"""The HTTP interface, from its OpenAPI description: routes, then the schemas that they name."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from scripts.docs_site.tables import table
from service.http.app import api

_INTRODUCTION = """# HTTP routes

Made from the interface itself; [openapi.json](openapi.json) is its machine-readable form, and what
the fields do not say is on the page [HTTP](../http.md). Every error is a
[ProblemSchema](#problemschema). Who may ask which route is on the page [Access](../access.md).
"""
_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "maxLength": "characters at most",
    "maxItems": "entries at most",
}
Tree = Mapping[str, Any]


def http_page() -> str:
    """Gives the page; it needs no model and no store."""
    description: Tree = api().openapi()
    routes = [
        (operation["tags"][0], f"{method.upper()} {path}", operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    lines = [_INTRODUCTION]
    for tag, grouped in groupby(routes, key=lambda route: route[0]):
        lines += [f"## {tag.capitalize()}", ""]
        for _, name, operation in grouped:
            lines += _route(name, operation)
    lines += ["## Schemas", ""]
    for name, schema in sorted(description["components"]["schemas"].items()):
        lines += [f"### {name}", "", schema.get("description", ""), "", *_fields(schema), ""]
    return "\n".join(lines) + "\n"


def _route(name: str, operation: Tree) -> Iterator[str]:
    yield from (f"### `{name}`", "", operation.get("description", ""), "")
    given = operation.get("parameters", [])
    if given:
        rows = [
            (f"`{one['name']}`", one["in"], _type(one["schema"]), one.get("description", ""))
            for one in given
        ]
        yield from (*table(("parameter", "in", "type", "meaning"), rows), "")
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield from (f"Body, `{kind}`: {_type(content.get('schema', {}))}", "")
    answers = [
        (code, one.get("description", ""), ", ".join(_contents(one)))
        for code, one in sorted(operation["responses"].items())
    ]
    yield from (*table(("status", "meaning", "body"), answers), "")


def _contents(response: Tree) -> Iterator[str]:
    for kind, content in response.get("content", {}).items():
        schema = content.get("schema", {})
        yield _type(schema) if "$ref" in schema else f"`{kind}`"


def _fields(schema: Tree) -> list[str]:
    needed = schema.get("required", [])
    rows = [
        (f"`{name}`", _type(one), "yes" if name in needed else "", one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]
    return table(("field", "type", "always", "meaning"), rows) if rows else []


def _type(schema: Tree) -> str:
    """A type in words, with its limits; schemas by name as links."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(map(_type, choices))
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    name = schema.get("type", "anything")
    if name == "array":
        return f"list of {_type(schema.get('items', {}))}"
    limits = [f"{words} {schema[key]:g}" for key, words in _LIMITS.items() if key in schema]
    return ", ".join([name, *limits])
