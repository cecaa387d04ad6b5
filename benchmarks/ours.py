"""Tallystick as a contestant of matching, with dicts in and with columns in."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import dsl
from benchmarks.shape import Answer, Event, ShapeRule, shape_text
from dsl.meaning.checked import Program


def checked_program(text: str) -> Program:
    """The program of a text without errors."""
    checked = dsl.check([dsl.Part(text)])
    assert checked.program is not None, checked.diagnostics[:3]
    return checked.program


class Dicts:
    """Events as dicts, answers as lists."""

    name = "dicts in"

    def __init__(self, rules: Sequence[ShapeRule]) -> None:
        matcher = import_module("dsl.engine.matching").Matcher
        self._match = matcher(checked_program(shape_text(rules))).match

    def prepare(self, events: Sequence[Event]) -> Sequence[Event]:
        """The events as they are."""
        return events

    def run(self, events: Sequence[Event]) -> Any:  # noqa: ANN401 - its own form
        """By event the rules that match, each with its awards."""
        return self._match(events)

    def answers(self, results: Any) -> list[Answer]:  # noqa: ANN401 - its own form
        """The results as everybody's are compared."""
        return [tuple((number, points) for number, points in one) for one in results]


OURS = (Dicts,)
