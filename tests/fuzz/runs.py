"""Pieces of work for one process: texts or programs from a seed, up to the first finding."""

from __future__ import annotations

import os
import random
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from hypothesis import HealthCheck, given, seed, settings

from tests.agreement import differences, oracle
from tests.fuzz.reading import MOST_SECONDS, failure, is_slow, seconds
from tests.fuzz.texts import mutated, noise, shrunk
from tests.strategies.cases import Drawn, cases
from tests.strategies.yaml import case_file, text_file

# Texts first: what programs need would hide how much memory they take.
Kind = Literal["mutated", "random", "programs"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TEXTS: dict[Kind, Callable[[random.Random], str]] = {"mutated": mutated, "random": noise}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and the text of a case file that shows it."""

    what: str
    file: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What came of a piece: its finding if any, and the most memory its process has needed."""

    kind: Kind
    number: int
    count: int
    finding: Finding | None
    process: int
    kilobytes: int


def run(kind: Kind, start: int, number: int, count: int) -> Piece:
    """The piece of a kind with a number, of so many texts or programs."""
    found = (
        _programs(start, number, count)
        if kind == "programs"
        else _texts(kind, start, number, count)
    )
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Piece(kind, number, count, found, os.getpid(), kilobytes)


def _texts(kind: Kind, start: int, number: int, count: int) -> Finding | None:
    chance = random.Random(f"{start} {kind} {number}")  # noqa: S311 - drawn again from its seed
    for _ in range(count):
        found = finding_of(TEXTS[kind](chance))
        if found is not None:
            return found
    return None


def finding_of(text: str, *, timed: bool = True) -> Finding | None:
    """What is wrong with what is made of a text, with the least text that shows it."""
    wrong = failure(text)
    if wrong is not None:
        return Finding(wrong, text_file(wrong, shrunk(text, lambda one: failure(one) == wrong)))
    if timed and seconds(text) > MOST_SECONDS and is_slow(text):
        return Finding("too slow", text_file("too slow", shrunk(text, is_slow)))
    return None


def _programs(start: int, number: int, count: int) -> Finding | None:
    shown: list[tuple[Drawn, list[str]]] = []

    @seed(start * 1_000_003 + number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def agree(drawn: Drawn) -> None:
        shown[:] = [(drawn, [])]
        found = differences(drawn)
        shown[:] = [(drawn, found)]
        assert not found

    try:
        agree()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        if not shown:
            return Finding(str(error), "")
        # The last that ran is the least that failed.
        ((drawn, found),) = shown
        what = "\n".join(found) or repr(error)
        return Finding(what, case_file(drawn.case, oracle(drawn)))
    return None
