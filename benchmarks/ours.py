"""Tallystick as a contestant of matching, with dicts in and with columns in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import dsl
from benchmarks.shape import Answer, Event, ShapeRule, shape_texts
from dsl.engine.matching import Matcher
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
        self._match = Matcher(shape_program(tuple(rules))).match

    def prepare(self, events: Sequence[Event]) -> Sequence[Event]:
        """The events as they are."""
        return events

    def run(self, events: Sequence[Event]) -> list[Answer]:
        """By event the rules that match, each with what it awards."""
        return self._match(events)

    def answers(self, results: list[Answer]) -> list[Answer]:
        """The results as everybody's are compared."""
        return results


OURS = (Dicts,)
