"""What LLVM makes of a text is what CPython makes of it, as long as 64 bits hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.engine.emitter import PRELUDE
from dsl.engine.native.llvm import BETTER, SOONEST, object_file
from dsl.engine.native.lower import UnfitError
from dsl.engine.native.machine import Machine
from dsl.engine.native.modules import lowered
from dsl.engine.native.numbers import TRAPPED

if TYPE_CHECKING:
    from collections.abc import Callable

ARRAY = 4
LEVELS = (SOONEST, BETTER)
LARGEST = (1 << 63) - 1
SMALL = st.integers(-9, 9)
NUMBERS = SMALL | st.sampled_from([LARGEST, -LARGEST, 10**9, -(10**9), 1 << 62])
NAMES = ("a", "b", "x", "y")


@st.composite
def expressions(draw: Callable[..., Any], depth: int = 3) -> str:
    """An expression over the names and the array."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return str(draw(st.sampled_from([*NAMES, "A[1]", "A[2]"]) | SMALL.map(str)))
    left, right = draw(expressions(depth - 1)), draw(expressions(depth - 1))
    form = draw(
        st.sampled_from(
            [
                "({l}) + ({r})",
                "({l}) - ({r})",
                "({l}) * ({r})",
                "({l}) // ({r})",
                "({l}) % ({r})",
                "-({l})",
                "least({l}, {r})",
                "most({l}, {r})",
                "half_up({l}, ({r}) * 2 + 1)",
                "quotient({l}, ({r}) * 2 + 1)",
                "({l}) // 7",
                "({l}) % -3",
            ]
        )
    )
    return str(form.format(l=left, r=right))


@st.composite
def conditions(draw: Callable[..., Any], depth: int = 2) -> str:
    """A condition."""
    if depth == 0:
        sign = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
        return f"{draw(expressions(1))} {sign} {draw(expressions(1))}"
    left, right = draw(conditions(depth - 1)), draw(conditions(depth - 1))
    form = draw(st.sampled_from(["({l}) and ({r})", "({l}) or ({r})", "not ({l})", "{l}"]))
    return str(form.format(l=left, r=right))


@st.composite
def bodies(draw: Callable[..., Any], depth: int = 2, indent: str = "    ") -> str:
    """Statements; loops count to 3 at most."""
    lines = []
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 4)) if depth else 0
        inner = indent + "    "
        if kind <= 1:
            target = draw(st.sampled_from(["x", "y", "A[0]", "A[3]"]))
            lines.append(f"{indent}{target} = {draw(expressions())}\n")
        elif kind == 2:
            lines.append(f"{indent}if {draw(conditions())}:\n{draw(bodies(depth - 1, inner))}")
            if draw(st.booleans()):
                lines.append(f"{indent}else:\n{draw(bodies(depth - 1, inner))}")
        elif kind == 3:
            name = f"i{depth}{number}"
            lines.append(f"{indent}{name} = 0\n{indent}while {name} < 3:\n")
            lines.append(f"{draw(bodies(depth - 1, inner))}{inner}{name} = {name} + 1\n")
        else:
            lines.append(
                f"{indent}if {draw(conditions())}:\n{inner}return {draw(expressions(1))}\n"
            )
    return "".join(lines)


def texts() -> st.SearchStrategy[str]:
    """A function of two numbers and an array."""
    return bodies().map(
        lambda body: f"{PRELUDE}def f(a, b, A):\n    x = a\n    y = b\n{body}    return x + y\n"
    )


def by_machine(text: str, level: int, a: int, b: int, cells: list[int]) -> list[int] | None:
    machine = Machine(lowered(text, frozenset({"f"})), level, object_file)
    array, numbers = np.array(cells, np.int64), np.zeros(1, np.int64)
    found = machine.functions["f"](numbers.ctypes.data, a, b, array.ctypes.data)
    return None if numbers[TRAPPED] else [found, *array.tolist()]


class Left64BitsError(ArithmeticError):
    """A number is larger than 64 bits hold."""


class Whole(int):
    """A whole number that says so when it leaves 64 bits."""

    def __new__(cls, value: int) -> Self:
        if not -(1 << 63) <= value <= LARGEST:
            raise Left64BitsError(value)
        return super().__new__(cls, value)


def _whole(name: str) -> Callable[..., Whole]:
    return lambda *given: Whole(getattr(int, name)(*given))


for _name in ("add", "sub", "mul", "floordiv", "mod"):
    setattr(Whole, f"__{_name}__", _whole(f"__{_name}__"))
    setattr(Whole, f"__r{_name}__", _whole(f"__r{_name}__"))
Whole.__neg__ = _whole("__neg__")  # type: ignore[method-assign]  # it checks what int does


def by_cpython(text: str, a: int, b: int, cells: list[int]) -> list[int] | None:
    functions: dict[str, Any] = {}
    exec(text, functions)  # noqa: S102 - drawn by this file
    given = [Whole(cell) for cell in cells]
    try:
        found = functions["f"](Whole(a), Whole(b), given)
        return [int(Whole(found)), *map(int, given)]
    except (Left64BitsError, ZeroDivisionError):
        return None


@settings(max_examples=300, deadline=None)
@given(texts(), NUMBERS, NUMBERS, st.lists(NUMBERS, min_size=ARRAY, max_size=ARRAY))
def test_both_come_to_the_same_or_the_machine_says_that_it_cannot(
    text: str, a: int, b: int, cells: list[int]
) -> None:
    expected = by_cpython(text, a, b, cells)
    for level in LEVELS:
        assert by_machine(text, level, a, b, cells) == expected, text


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("body", "a", "b", "fits"),
    [
        ("return a + b", LARGEST, 0, True),
        ("return a + b", LARGEST, 1, False),
        ("return a - b", -LARGEST, 2, False),
        ("return a * b", 1 << 32, 1 << 31, False),
        ("return a * b", 1 << 31, 1 << 31, True),
        ("return -a", -LARGEST - 1, 0, False),
        ("return a // b", 7, 0, False),
        ("return a % b", 7, 0, False),
        ("return a // b", -LARGEST - 1, -1, False),
        ("return a // b", -7, 2, True),
        ("if a == 7 or b // 0 == 1:\n  return 1\n return 2", 7, 1, True),
        ("if a == 8 or b // 0 == 1:\n  return 1\n return 2", 7, 1, False),
    ],
)
def test_what_leaves_64_bits_is_told(body: str, a: int, b: int, fits: bool, level: int) -> None:  # noqa: FBT001 - a parameter
    assert (by_machine(f"def f(a, b, A):\n {body}\n", level, a, b, [0]) is not None) is fits


def test_a_cap_is_put_on_where_it_is_reached_alone() -> None:
    # LLVM 22 took the range of an argument for granted where the call is not reached.
    text = (
        "def most(a, b):\n if a > b:\n  return a\n return b\n"
        "def f(a, b, A):\n x = 30\n if x > 50 - A[0] - b:\n  x = most(0, 50 - A[0] - b)\n"
        " y = 30\n b = b + x\n if y > 50 - A[0] - b:\n  y = most(0, 50 - A[0] - b)\n"
        " A[1] = x\n A[2] = y\n return 0\n"
    )
    for level in LEVELS:
        assert by_machine(text, level, 0, 0, [0, 0, 0]) == [0, 0, 30, 20]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("def f(a):\n return 9223372036854775808\n", UnfitError),
        ("def f(a):\n return 9223372036854775807 + 1\n", UnfitError),
        ("def f(a):\n return a ** 2\n", KeyError),
        ("def f(a):\n for i in a:\n  a = 1\n", TypeError),
        ("def f(a):\n return a.b\n", TypeError),
        ("def f(a):\n return a[0][1]\n", TypeError),
        ("def f(a):\n if a:\n  return 1\n", TypeError),
    ],
)
def test_what_is_no_text_of_ours_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        lowered(text, frozenset({"f"}))
