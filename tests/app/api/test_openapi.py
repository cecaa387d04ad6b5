"""The description says what the routes are and what they really answer."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.openapi import document
from dsl.engine.decision import Reason
from tests.app.given import purchase

API = "/api/v1"
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def fitting(value: object, schema: dict[str, Any], place: str = "") -> list[str]:
    """Where a value is not what a schema says; the keywords that the description uses."""
    while "$ref" in schema:
        found: Any = document()
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    wrong: list[str] = []
    if "oneOf" in schema:
        fits = [one for one in schema["oneOf"] if not fitting(value, one, place)]
        return [] if len(fits) == 1 else [f"{place}: fits {len(fits)} of oneOf: {value!r}"]
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{place}: {value!r} is none of {schema['enum']}")
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kinds = tuple(kind for name in names for kind in TYPES[name])
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            return [*wrong, f"{place}: {value!r} is no {names}"]
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        wrong.append(f"{place}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, list):
        for index, one in enumerate(value):
            wrong += fitting(one, schema.get("items", {}), f"{place}[{index}]")
    return wrong + (fields_fitting(value, schema, place) if isinstance(value, dict) else [])


def fields_fitting(value: dict[str, Any], schema: dict[str, Any], place: str) -> list[str]:
    """The same for what an object has."""
    wrong = [f"{place}: lacks {name}" for name in schema.get("required", ()) if name not in value]
    properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, one in value.items():
        if name in properties:
            wrong += fitting(one, properties[name], f"{place}.{name}")
        elif more is False:
            wrong.append(f"{place}: {name} is not described")
        elif isinstance(more, dict):
            wrong += fitting(one, more, f"{place}.{name}")
    return wrong


def described(path: str, method: str) -> dict[str, Any]:
    operation: dict[str, Any] = document()["paths"][path][method]
    return operation


def test_every_route_is_described_and_no_other(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(API)), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(API)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {
        (path, method) for path, methods in document()["paths"].items() for method in methods
    }


def test_the_description_needs_no_key(anonymous: FlaskClient) -> None:
    answer = anonymous.get(f"{API}/openapi.json")
    assert answer.status_code == 200
    assert answer.json == document()
    assert answer.json["openapi"].startswith("3.1")


GOOD, WRONG = purchase("e1", 250), purchase("e2", "x")
REQUESTS: list[tuple[str, str, str, object]] = [
    ("post", "/events", "/events", GOOD),
    ("post", "/events", "/events", purchase("e0", 250)),
    ("post", "/events", "/events", purchase("e0", 251)),
    ("post", "/events", "/events", WRONG),
    ("post", "/events", "/events", [purchase("e3", 1), WRONG, 7]),
    ("post", "/events", "/events", "{"),
    ("post", "/decisions/preview", "/decisions/preview", GOOD),
    ("post", "/decisions/preview", "/decisions/preview", WRONG),
    ("post", "/decisions/preview", "/decisions/preview", [GOOD]),
    ("get", "/decisions/{event_id}", "/decisions/e0", None),
    ("get", "/decisions/{event_id}", "/decisions/none", None),
    ("get", "/customers/{customer_id}", "/customers/c1", None),
    ("get", "/customers/{customer_id}", "/customers/none", None),
    ("get", "/customers/{customer_id}/ledger", "/customers/c1/ledger?limit=1", None),
    ("get", "/customers/{customer_id}/ledger", "/customers/c1/ledger?limit=x", None),
    ("get", "/rules", "/rules", None),
    ("get", "/rules/{rule_id}/versions", "/rules/1/versions", None),
    ("get", "/rules/{rule_id}/versions", "/rules/0/versions", None),
]


@pytest.mark.parametrize(("method", "path", "address", "body"), REQUESTS)
def test_answers_are_as_described(
    client: FlaskClient, method: str, path: str, address: str, body: object
) -> None:
    assert client.post(f"{API}/events", json=purchase("e0", 250)).status_code == 200
    sent = {"data": body} if isinstance(body, str) else {"json": body}
    if body is None:
        answer = client.get(f"{API}{address}")
    else:
        answer = client.post(f"{API}{address}", content_type="application/json", **sent)
    response: dict[str, Any] = described(path, method)["responses"][str(answer.status_code)]
    while "$ref" in response:
        response = document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    assert answer.mimetype in response["content"]
    schema = response["content"][answer.mimetype]["schema"]
    assert fitting(json.loads(answer.data), schema) == []


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(document())
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', text):
        found: Any = document()
        for name in reference.split("/"):
            found = found[name]
        assert isinstance(found, dict)


def test_reasons_are_those_that_a_rule_can_have() -> None:
    told = document()["components"]["schemas"]["Withheld"]["properties"]["reason"]["enum"]
    of_events = {
        "insufficient",
        "minimum",
        "step",
        "exceeds-original",
        "unknown-original",
        "conflict",
    }
    assert set(told) == set(get_args(Reason)) - of_events
