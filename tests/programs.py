"""Programs and events for tests, by the product's own front door."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import dsl
from dsl.meaning.events import Event

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled
    from dsl.meaning.checked import Program

HEAD = 'program "Test" timezone "UTC" currency USD\n'


def checked(text: str) -> Program:
    """The checked program of a text without problems."""
    result = dsl.check([dsl.Part(text)])
    assert result.program is not None, result.diagnostics
    return result.program


def compiled(text: str) -> Compiled:
    """The program of a text, ready to decide."""
    return dsl.compile_program(checked(text))


def event(program: Program, **raw: Any) -> Event:  # noqa: ANN401 - as JSON has it
    """A valid event; id, type, at and customer have defaults."""
    given = {
        "id": "e1",
        "type": "purchase",
        "at": "2026-11-22T10:00:00+00:00",
        "customer": "c1",
        **raw,
    }
    read = dsl.read_event(given, program)
    assert isinstance(read, Event), read
    return read


def utc(text: str) -> dt.datetime:
    """A time in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def money(text: str) -> Decimal:
    """An exact amount."""
    return Decimal(text)
