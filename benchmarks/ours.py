"""Tallystick as a contestant of matching, with dicts in and with columns in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

import dsl
from benchmarks.shape import Answer, Event, ShapeRule, shape_texts
from dsl.meaning.checked import Program


def checked_program(texts: Iterable[str]) -> Program:
    """The program of texts without errors."""
    checked = dsl.check([dsl.Part(text) for text in texts])
    assert checked.program is not None, checked.diagnostics[:3]
    return checked.program


@lru_cache(maxsize=1)
def shape_program(rules: tuple[ShapeRule, ...]) -> Program:
    """The program of rules; checking 10,000 takes long, so each form of ours takes the same one."""
    return checked_program(shape_texts(rules))


class Dicts:
    """Events as dicts, answers as lists."""

    name = "dicts in"

    def __init__(self, rules: Sequence[ShapeRule]) -> None:
        matcher = import_module("dsl.engine.matching").Matcher
        self._match = matcher(shape_program(tuple(rules))).match

    def prepare(self, events: Sequence[Event]) -> Sequence[Event]:
        """The events as they are."""
        return events

    def run(self, events: Sequence[Event]) -> Any:  # noqa: ANN401 - its own form
        """By event the rules that match, each with its awards."""
        return self._match(events)

    def answers(self, results: Any) -> list[Answer]:  # noqa: ANN401 - its own form
        """The results as everybody's are compared."""
        return [
            tuple((number, int(amount)) for number, ((_unit, amount),) in one) for one in results
        ]


OURS = (Dicts,)
