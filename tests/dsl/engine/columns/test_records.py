"""Rows packed into records are the same rows to machine code, and are decided alike."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.history.tables import tables_of
from dsl.engine.cells import LARGEST, NA
from dsl.engine.columns import native, read_history
from dsl.engine.columns.narrow import narrow
from dsl.engine.columns.records import Cell, looked_up, records
from dsl.engine.native.llvm import BETTER, SOONEST, object_file
from dsl.engine.native.machine import Machine
from dsl.engine.native.modules import lowered
from tests.dsl.engine.columns.test_narrow import columns
from tests.dsl.engine.columns.test_native import assert_alike
from tests.programs import HEAD, compiled

LEVELS = (SOONEST, BETTER)
TEXT = """\
def f(E, M, j, F):
 x = unpack(E, M, j, F)
 return 0
"""
# Cents where another width begins, and what is as large as amounts get.
CENTS = [1, *((1 << bits) + step for bits in (7, 8, 15, 16, 24, 31, 32) for step in (-1, 0, 1))]
LARGE = [10**12, None, 10**15, 10**13 - 1, LARGEST // 100, 1]
RULES = {
    "amounts": 'rule "r": on purchase award 1 point per 0.01 spent at most 99999999999999999',
    "sums": """rule "r": on purchase where total amount of purchase in last 30 days >= 1
                 award 2% cashback limit 100000 USD per customer
               rule "s": on purchase where amount >= 327.67 award 1 mile budget 4 miles
               unit miles: precision 0""",
    "lines": """rule "r": on purchase where any item (category = "c") award 1 point per item
                  limit 5000 points per customer per day
                rule "s": on purchase award (total of items (price > 2)) points""",
    "compared": """rule "r": on purchase where amount >= 99999999999.99 award 3 points
                   rule "s": on purchase where amount < 0.02 award 1 point""",
    "none of it": 'rule "r": on review where hour >= 6 award 3 points once per customer per day',
}


@cache
def machine(level: int) -> Machine:
    """The machine of the text."""
    return Machine(lowered(TEXT, frozenset({"f"})), level, object_file)


def unpacked(cells: list[Cell], order: list[int], level: int) -> list[list[int]]:
    """The rows as machine code sees them."""
    packed = records(
        cells, len(order), [np.array(order[:2], np.int64), np.array(order[2:], np.int64)]
    )
    numbers, rows = np.zeros(1, np.int64), []
    for place in range(len(order)):
        row = packed.first.copy()
        given_ = (numbers, row, packed.data)
        addresses = [one.ctypes.data for one in given_]
        machine(level).functions["f"](*addresses, place, packed.form.ctypes.data)
        rows.append(row.tolist())
    places = np.arange(len(order))[::-1]
    assert packed.rows(places).tolist() == rows[::-1]
    return rows


@given(st.lists(columns(), min_size=1, max_size=5), st.data(), st.sampled_from(LEVELS))
def test_a_record_is_its_row(given_: list[list[int]], data: st.DataObject, level: int) -> None:
    count = max(map(len, given_))
    values = [(own * count)[:count] or [NA] * count for own in given_]
    cells = [Cell(narrow(np.array(own, np.int64))) for own in values]
    order = data.draw(st.permutations(range(count)))

    assert unpacked(cells, order, level) == [[own[row] for own in values] for row in order]


@pytest.mark.parametrize("bits", range(1, 64))
def test_a_cell_of_every_width_beside_others(bits: int) -> None:
    own = [0, 1, (1 << bits) - 1, NA, (1 << bits) - 2]
    values = [[7, NA, 7, 9, 9], own, [LARGEST, 0, NA, -LARGEST, 1], [5] * 5, [0, 1, 2, 3, 255]]
    cells = [Cell(narrow(np.array(one, np.int64))) for one in values]

    rows = [list(row) for row in zip(*values, strict=True)]
    for level in LEVELS:
        assert unpacked(cells, [0, 1, 2, 3, 4], level) == rows


@given(st.lists(st.sampled_from([NA, 0, 1, 2]), max_size=9), st.sampled_from(LEVELS))
def test_what_is_looked_up_is_what_the_list_has(codes: list[int], level: int) -> None:
    held = [1 << 40, NA, -3]
    cell = looked_up(narrow(np.array(codes, np.int64)), np.array(held, np.int64))
    expected = [NA if code == NA else held[code] for code in codes]

    assert cell.values.tolist() == expected
    assert [row for (row,) in unpacked([cell], list(range(len(codes))), level)] == expected


def _purchase(number: int, customer: str, cents: int | None, lines: int = 0) -> dict[str, Any]:
    event: dict[str, Any] = {
        "id": f"e{number:04}",
        "type": "purchase",
        "at": f"2026-03-{1 + number // 24:02}T{number % 24:02}:00:00+00:00",
        "customer": customer,
    }
    if cents is not None:
        event["amount"] = Decimal(cents).scaleb(-2)
    if lines:
        event["items"] = [
            {
                "sku": f"s{line}",
                "category": "cd"[line % 2],
                "price": Decimal(line % 9),
                "quantity": line % 3,
            }
            for line in range(lines)
        ]
    return event


def _histories() -> dict[str, list[dict[str, Any]]]:
    borders = [None, *CENTS, None]
    return {
        "the borders of each width": [
            _purchase(number, f"c{number % 3}", cents) for number, cents in enumerate(borders)
        ],
        "as large as amounts get": [
            _purchase(number, f"c{number % 2}", cents) for number, cents in enumerate(LARGE)
        ],
        "nothing but absent amounts": [_purchase(number, "c", None) for number in range(9)],
        "all alike": [_purchase(number, "c", 500) for number in range(9)],
        "one event of very many lines": [
            _purchase(0, "a", 100, 2), _purchase(1, "b", 70_000, 3_000), _purchase(2, "a", 9),
            _purchase(3, "a", 9, 1),
        ],
        "one event": [_purchase(0, "a", 100, 2)],
    }  # fmt: skip


@pytest.mark.parametrize("together", [False, True], ids=["by customer", "as they came"])
@pytest.mark.parametrize(
    ("name", "rules"),
    [
        (name, rules)
        for name in _histories()
        for rules in RULES
        # What these work out of such amounts leaves 64 bits, and is left to the fold.
        if name != "as large as amounts get" or rules not in {"amounts", "sums"}
    ],
)
def test_widths_change_no_award(
    name: str,
    rules: str,
    together: bool,  # noqa: FBT001 - a parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = compiled(HEAD + RULES[rules])
    history, left_out = read_history(program.program, *tables_of(_histories()[name]))
    assert not left_out.to_json()
    if together:
        monkeypatch.setattr(native.Native, "_apart", lambda *_: None)

    assert_alike(program, history)
