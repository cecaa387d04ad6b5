"""The engine decides as the naive reference does, whatever the program and the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, note, settings

import dsl
from app.services.cases import Actual, CompiledEngine, ReferenceEngine
from app.services.cases.case import Case, Expectation, Version
from dsl.meaning.checked import Program
from tests.strategies_programs import histories, instants, programs

COMPILED, REFERENCE = CompiledEngine(), ReferenceEngine()
# A program drawn anew is checked and compiled each time, which is slow to draw, not wrong.
PATIENT = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)


def checked(text: str) -> Program:
    program = dsl.check([dsl.Part(text)]).program
    assert program is not None
    return program


def held(balances: Mapping[str, Mapping[str, Decimal]]) -> dict[tuple[str, str], Decimal]:
    return {(c, unit): n for c, units in balances.items() for unit, n in units.items() if n}


def assert_alike(versions: tuple[Version, ...], events: list[dict[str, Any]]) -> None:
    case = Case("drawn", Path(), 1, versions, (), tuple(events), Expectation())
    programs = [checked(version.text) for version in versions]
    compiled, reference = COMPILED.run(case, programs), REFERENCE.run(case, programs)
    assert not compiled.problems
    for actual in (compiled, reference):
        note(_told(actual))
    assert list(compiled.awards) == list(reference.awards)
    assert set(compiled.refusals) == set(reference.refusals)
    assert compiled.tiers == reference.tiers
    assert held(compiled.balances) == held(reference.balances)


def _told(actual: Actual) -> str:
    lines = [str(line) for line in (*actual.awards, *actual.refusals)]
    return "\n".join([*lines, str(actual.tiers), ""])


@settings(max_examples=120, deadline=None, suppress_health_check=PATIENT)
@given(programs(), histories())
def test_the_engine_and_the_reference_agree(text: str, events: list[dict[str, Any]]) -> None:
    assert_alike((Version(None, text),), events)


@settings(max_examples=30, deadline=None, suppress_health_check=PATIENT)
@given(programs(), programs(), instants(), histories())
def test_they_agree_where_one_version_follows_another(
    first: str, second: str, since: dt.datetime, events: list[dict[str, Any]]
) -> None:
    assert_alike((Version(None, first), Version(since, second)), events)
