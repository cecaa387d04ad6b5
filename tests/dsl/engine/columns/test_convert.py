"""Arrow columns become exact integers, or say what did not fit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from dsl.engine.cells import NA
from dsl.engine.columns.convert import convert
from dsl.meaning.types import Kind, Type

MONEY = Type(Kind.MONEY, 4)
HUGE = Decimal(10) ** 15


@pytest.mark.parametrize(
    ("array", "type_", "values", "misfits"),
    [
        pytest.param(
            pa.array([Decimal("19.90"), None, Decimal("-0.01")], pa.decimal128(12, 2)),
            MONEY,
            [199000, NA, -100],
            0,
            id="decimals",
        ),
        pytest.param(pa.array([250, None]), MONEY, [2500000, NA], 0, id="whole numbers"),
        pytest.param(pa.array([0.1, 19.9, None]), MONEY, [1000, 199000, NA], 0, id="floats"),
        pytest.param(pa.array([0.1, 3.14159]), MONEY, [1000, NA], 1, id="too fine a float"),
        pytest.param(pa.array(["19.90", "x", None]), MONEY, [199000, NA, NA], 1, id="texts"),
        pytest.param(pa.array([HUGE, Decimal(1)]), MONEY, [NA, 10000], 1, id="too large"),
        pytest.param(pa.array([True, None]), Type(Kind.FLAG), [1, NA], 0, id="flags"),
        pytest.param(pa.array(["true", "no"]), Type(Kind.FLAG), [1, NA], 1, id="flags as texts"),
        pytest.param(
            pa.array([dt.date(1970, 1, 2), None]), Type(Kind.DATE), [1, NA], 0, id="dates"
        ),
        pytest.param(pa.array(["1970-01-02"]), Type(Kind.DATE), [1], 0, id="dates as texts"),
        pytest.param(
            pa.array(["1970-01-01T08:00:01+08:00"]),
            Type(Kind.DATETIME),
            [1_000_000],
            0,
            id="times with offset",
        ),
    ],
)
def test_values_are_taken_exactly(
    array: pa.Array, type_: Type, values: list[int], misfits: int
) -> None:
    converted = convert(pa.chunked_array([array]), type_)
    assert converted is not None
    assert (converted[0].values.tolist(), converted[1]) == (values, misfits)


def test_texts_are_codes_into_their_list() -> None:
    converted = convert(pa.chunked_array([["web", None], ["store", "web"]]), Type(Kind.TEXT))
    assert converted is not None
    column, misfits = converted
    assert (column.values.tolist(), column.texts, misfits) == ([0, NA, 1, 0], ("web", "store"), 0)


def test_a_choice_outside_the_list_is_counted() -> None:
    type_ = Type(Kind.TEXT, choices=("north", "south"))
    converted = convert(pa.chunked_array([["north", "east"]]), type_)
    assert converted is not None
    assert (converted[0].values.tolist(), converted[1]) == ([0, NA], 1)


@pytest.mark.parametrize(
    ("array", "type_"),
    [
        pytest.param(pa.array([[1]]), MONEY, id="lists"),
        pytest.param(pa.array(["x", "y"]), MONEY, id="texts where an amount is wanted"),
        pytest.param(pa.array([True]), MONEY, id="flags where an amount is wanted"),
        pytest.param(pa.array([1.5]), Type(Kind.TEXT), id="floats where a text is wanted"),
        pytest.param(
            pa.array([dt.datetime(2026, 1, 1)]),  # noqa: DTZ001 - without offset is the point
            Type(Kind.DATETIME),
            id="times without offset",
        ),
    ],
)
def test_a_column_of_another_shape_is_not_taken(array: pa.Array, type_: Type) -> None:
    assert convert(pa.chunked_array([array]), type_) is None


def test_an_empty_column_is_absent_throughout() -> None:
    converted = convert(pa.chunked_array([pa.nulls(2)]), MONEY)
    assert converted is not None
    assert converted[0].values.tolist() == [NA, NA]
