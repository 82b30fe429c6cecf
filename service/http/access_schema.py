"""What OpenAPI says of keys and rates, made from the table that refuses requests."""

from typing import Any

from fastapi import FastAPI

from service.http.access import AccessPolicy
from service.http.access_rules import Rule, rule_for

SCHEMES: dict[str, dict[str, str]] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_REFUSALS = {
    "401": "no key, or a wrong one",
    "403": "the key is for other routes, or writes are closed",
    "429": "too often; Retry-After says when again",
}


def declare_access(app: FastAPI, policy: AccessPolicy | None) -> None:
    """Makes the app's description name keys and refusals.

    Args:
        app: with all of its routes.
        policy: of a server; None: keys are set and the search is open, as in the published file.
    """
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = plain()
            schema.setdefault("components", {})["securitySchemes"] = SCHEMES
            for path, operations in schema["paths"].items():
                for method in _METHODS & operations.keys():
                    _declare(operations[method], rule_for(method.upper(), path), policy)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _declare(operation: dict[str, Any], rule: Rule, policy: AccessPolicy | None) -> None:
    if rule.scope is None:
        return
    is_open = rule.scope == "search" if policy is None else policy.is_open(rule.scope)
    by_key: list[dict[str, list[str]]] = [{name: []} for name in SCHEMES]
    operation["security"] = [{}, *by_key] if is_open else by_key
    for status, description in _REFUSALS.items():
        operation["responses"].setdefault(status, _refusal(description))


def _refusal(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemSchema"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
