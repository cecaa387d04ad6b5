"""The numbers of rules stand apart from a text, which says the same with them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.engine.native.machine import machines
from dsl.engine.native.numbers import apart
from dsl.engine.native.text import EXPORTED, decisions
from tests.dsl.engine.native.test_lower import ARRAY, NUMBERS, texts
from tests.programs import HEAD, compiled


@pytest.mark.parametrize(
    ("line", "without", "numbers"),
    [
        ("if E[3] >= (24) * 10000:", "if E[3] >= V[1]:", [240_000]),
        ("x = 50", "x = V[1]", [50]),
        ("after = E[1] - 2592000000000", "after = E[1] - V[1]", [2_592_000_000_000]),
        ("x = (E[3]) * 5 // 100000 * 1", "x = (E[3]) * V[1] // 100000 * 1", [5]),
        ("x = half_up((E[3]) * 6, 10000)", "x = half_up((E[3]) * V[1], 10000)", [6]),
        ("a = most(0, (500 - G[G[2] + 7]))", "a = most(0, (V[1] - G[G[2] + 7]))", [500]),
        ("x = most(0, 700 - l1(E, I))", "x = most(0, V[1] - l1(E, I))", [700]),
        # Steps and divisors, 0 and 1, what stands for absent, and the largest award stay.
        ("b = b + 10", "b = b + 10", []),
        ("x = a // (20)", "x = a // (20)", []),
        ("if 1 == 1:", "if 1 == 1:", []),
        ("x = -4611686018427387904", "x = -4611686018427387904", []),
        ("if x <= 999999999999999999:", "if x <= 999999999999999999:", []),
        ("x = a12 + m3(E, 4)", "x = a12 + m3(E, 4)", []),
    ],
)
def test_what_rules_count_with_stands_apart(line: str, without: str, numbers: list[int]) -> None:
    head = "def m0(E, I):\n "

    found = apart(f"def other(x):\n x = 77\n\n{head}{line}\n")

    assert found.text == f"def other(x):\n x = 77\n\n{head}{without}\n"
    assert list(found.numbers) == numbers


def _run(text: str, a: int, b: int, cells: list[int], numbers: list[int]) -> list[int] | str:
    functions: dict[str, Any] = {"V": numbers}
    exec(text, functions)  # noqa: S102 - drawn by this file
    array = list(cells)
    try:
        return [functions["m0"](a, b, array), *array]
    except ZeroDivisionError:
        return "divided by zero"


@settings(deadline=None)
@given(texts(), NUMBERS, NUMBERS, st.lists(NUMBERS, min_size=ARRAY, max_size=ARRAY))
def test_a_text_says_the_same_with_its_numbers_apart(
    text: str, a: int, b: int, cells: list[int]
) -> None:
    whole = text.replace("def f(", "def m0(")
    found = apart(whole)

    numbers = [0, *found.numbers]
    assert _run(found.text, a, b, cells, numbers) == _run(whole, a, b, cells, [])


def test_an_edit_of_a_number_needs_no_compiler() -> None:
    rules = (
        'tier gold: {2} spent ever rule "a": on purchase where amount >= {0} award {1} points'
        " limit {2} points per customer per month"
    )
    one, other = (
        apart(decisions(compiled(HEAD + rules.format(*numbers))).text)
        for numbers in ((20, 5, 100), (30, 7, 250))
    )

    assert one.numbers != other.numbers
    assert machines.machine(one.text, EXPORTED, 0) is machines.machine(other.text, EXPORTED, 0)
    more = apart(
        decisions(compiled(HEAD + rules.format(20, 5, 9).replace(" limit", " to gold limit"))).text
    )
    assert machines.machine(more.text, EXPORTED, 0) is not machines.machine(one.text, EXPORTED, 0)
