"""What is true of every checked program, whatever its history."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import dsl
from app.services.cases import CompiledEngine, Engine, ReferenceEngine
from app.services.cases.case import Case
from tests.agreement import unlike
from tests.strategies.cases import Drawn, cases

ENGINES: dict[str, Engine] = {"compiled": CompiledEngine(), "reference": ReferenceEngine()}
PATIENT = (HealthCheck.too_slow, HealthCheck.data_too_large)
# Forms by which one customer's events bear on another's, so that their order among each other
# counts; what falls due is settled for all at once.
SHARED = re.compile(r"budget|anyone|stock|once per (?!customer)|referrer|friend|expire|pending")
OF_ONE_CUSTOMER = ("money", "things", "audience", "history", "groups")

Event = Mapping[str, Any]


def with_events(drawn: Drawn, events: tuple[Event, ...]) -> Case:
    return replace(drawn.case, events=events)


@st.composite
def wild(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[Drawn, Case]:
    """A case whose history makes no sense: anyone's events in any order, about anything."""
    drawn = draw(cases())
    events = [dict(event) for event in draw(st.permutations(drawn.case.events))]
    names = [*(event["id"] for event in events if "id" in event), "nowhere"]
    for event in events:
        if draw(st.booleans()) and "customer" in event:
            event["customer"] = draw(st.sampled_from(("a", "b", "__class__", "{0}", "名前")))
        if "original" in event:
            event["original"] = draw(st.sampled_from(names))
        for name in ("amount", "gross", "store", "items", "referrer", "reward", "option"):
            if name in event and draw(st.booleans()):
                del event[name]
    return drawn, with_events(drawn, tuple(events))


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=100, suppress_health_check=PATIENT)
@given(wild())
def test_a_checked_program_never_raises(engine: str, drawn: tuple[Drawn, Case]) -> None:
    told, case = drawn
    assert ENGINES[engine].run(case, told.programs) is not None


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=50, suppress_health_check=PATIENT)
@given(cases(among=OF_ONE_CUSTOMER), st.permutations(("a", "b", "c")))
def test_customers_may_be_told_of_one_after_the_other(
    engine: str, drawn: Drawn, customers: list[str]
) -> None:
    assume(not any(SHARED.search(version.text) for version in drawn.case.versions))
    events = drawn.case.events
    apart = sorted(events, key=lambda event: customers.index(event["customer"]))
    case = replace(drawn.case, until=drawn.case.ends)
    together = ENGINES[engine].run(case, drawn.programs)
    assert (
        unlike(ENGINES[engine].run(replace(case, events=tuple(apart)), drawn.programs), together)
        == []
    )


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=100, suppress_health_check=PATIENT)
@given(cases(), st.data())
def test_the_same_event_twice_changes_nothing(
    engine: str, drawn: Drawn, data: st.DataObject
) -> None:
    # What is released or rejected has no id of its own.
    events = [event for event in drawn.case.events if "id" in event]
    assume(len({event["id"] for event in events}) == len(events))
    once = ENGINES[engine].run(with_events(drawn, tuple(events)), drawn.programs)
    again = data.draw(st.lists(st.sampled_from(range(len(events))), min_size=1, max_size=3))
    twice = list(events)
    for place in again:
        after = data.draw(st.integers(place + 1, len(twice)))
        twice.insert(max(after, twice.index(events[place]) + 1), dict(events[place]))
    assert unlike(ENGINES[engine].run(with_events(drawn, tuple(twice)), drawn.programs), once) == []


@settings(max_examples=100, suppress_health_check=PATIENT)
@given(cases())
def test_emitted_code_holds_whole_numbers_only(drawn: Drawn) -> None:
    for program in drawn.programs:
        for node in ast.walk(ast.parse(dsl.compile_program(program).text)):
            assert not isinstance(node, ast.Constant) or type(node.value) is int
            assert not isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Lambda)
