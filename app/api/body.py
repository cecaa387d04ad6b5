"""What was sent, read exactly: JSON or lines of JSON, decimals as decimals, no key twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Request
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from dsl.meaning.values import json_decimal, json_integer

JSON = ("application/json",)
JSON_LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")
# Stands for a line that is not JSON, so that it keeps its place.
NOT_JSON = object()


@dataclass(frozen=True, slots=True)
class Sent:
    """Events as they were sent; `line` of each is its line where they came as lines."""

    values: list[Any]
    is_one: bool
    lines: list[int] | None = None


def read_body(request: Request) -> Sent:
    """The body by its media type; raises BadRequest, UnsupportedMediaType or ContentTooLarge."""
    media = request.mimetype
    if media in JSON_LINES:
        return _lines(_data(request))
    if media in JSON:
        value = load(_data(request))
        return Sent(value, is_one=False) if isinstance(value, list) else Sent([value], is_one=True)
    raise UnsupportedMediaType(
        gettext(
            "Send Content-Type: application/json, or application/x-ndjson for one event a line."
        )
    )


def load(data: bytes) -> Any:  # noqa: ANN401 - as JSON has it
    """A JSON value with its numbers exact; raises BadRequest saying where it is none."""
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_float=json_decimal,
            parse_int=json_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
    except UnicodeDecodeError as error:
        raise BadRequest(gettext("The body is not UTF-8 text.")) from error
    except RecursionError as error:
        raise BadRequest(gettext("The JSON is nested too deep.")) from error
    except ValueError as error:
        raise BadRequest(gettext("The body is not JSON: %(why)s", why=error)) from error


def _data(request: Request) -> bytes:
    """The whole body; one of no stated length ends unnoticed where no more is read."""
    data = request.get_data(cache=False)
    most = request.max_content_length
    if request.content_length is None and most is not None and len(data) >= most:
        raise RequestEntityTooLarge
    return data


def _lines(data: bytes) -> Sent:
    values: list[Any] = []
    lines: list[int] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            value = load(line)
        except BadRequest:
            value = NOT_JSON
        values.append(value)
        lines.append(number)
    return Sent(values, is_one=False, lines=lines)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {key!r} stands twice in one object")
            seen.add(key)
    return found
