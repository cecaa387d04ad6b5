"""Refusals of the API as RFC 9457 says them: application/problem+json, never a stack trace."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

import dsl
from app.services.errors import Conflict, Forbidden, Invalid, NotFound, Problem, ServiceError

MEDIA_TYPE = "application/problem+json"
OWN_HEADERS = frozenset({"content-type", "content-length"})
NOT_JSON = {"field": "", "code": "not-json", "message": "this line is not a JSON object"}


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    problems: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> Response:
    """A refusal: `detail` for people, `code` for programs, `problems` by field."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code or HTTPStatus(status).phrase.lower().replace(" ", "-"),
        **members,
    }
    listed = list(problems)
    if listed:
        body["problems"] = listed
    text = json.dumps(body)
    return Response(text, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def from_http(error: HTTPException) -> Response:
    """What Werkzeug refuses, said the API's way."""
    return from_response(error.get_response(), error.description or "")


def from_response(refused: AnyResponse, detail: str = "") -> Response:
    """A refusal said the API's way; headers such as Allow are kept."""
    status = refused.status_code
    details = {
        HTTPStatus.NOT_FOUND: gettext("There is nothing at this address."),
        HTTPStatus.METHOD_NOT_ALLOWED: gettext("This address does not take that method."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext(
            "The body is larger than 8 MB. Send the events in several requests."
        ),
        HTTPStatus.INTERNAL_SERVER_ERROR: gettext(
            "Something went wrong here. Nothing was recorded; the server's log says what it was."
        ),
    }
    kept = {name: value for name, value in refused.headers if name.lower() not in OWN_HEADERS}
    said_detail = details.get(HTTPStatus(status)) or detail or HTTPStatus(status).phrase
    return problem(status, said_detail, headers=kept)


def from_service(error: ServiceError) -> Response:
    """What a service refuses, with every problem of a field."""
    statuses = {
        NotFound: HTTPStatus.NOT_FOUND,
        Conflict: HTTPStatus.CONFLICT,
        Forbidden: HTTPStatus.FORBIDDEN,
    }
    status = statuses.get(type(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    listed = [listed_problem(one) for one in error.problems] if isinstance(error, Invalid) else []
    return problem(status, said(error), problems=listed)


def said(error: ServiceError) -> str:
    """The error in the reader's language."""
    text = gettext(error.message)
    return text % error.arguments if error.arguments else text


def listed_problem(one: Problem | dsl.Diagnostic) -> dict[str, str]:
    """One problem as it is listed."""
    if isinstance(one, Problem):
        return {"field": one.field, "code": one.code, "message": one.message}
    return {"field": "", "code": one.code, "message": dsl.render(one).text}
