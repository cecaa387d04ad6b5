"""The API's own description, in OpenAPI 3.1."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def document() -> dict[str, Any]:
    """The description as it stands in openapi.yaml."""
    text = files("app.api").joinpath("openapi.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
