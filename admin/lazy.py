"""Texts that are written down once and said in the language of whoever reads them."""

from __future__ import annotations

from typing import cast

import flask_babel


def lazy_gettext(message: str) -> str:
    """The message, translated each time it is shown; it is a text to all that take one."""
    return cast("str", flask_babel.lazy_gettext(message))
