"""Arrow columns as integers with a scale, or as codes of texts; exact or not at all.

A value that cannot be had exactly is absent in the result and counted, never rounded.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsl.engine.calendar import instant
from dsl.engine.cells import LARGEST, NA
from dsl.engine.clock import ORDINAL
from dsl.meaning.types import TEXTUAL, Kind, Type
from dsl.meaning.values import read_tags

if TYPE_CHECKING:
    from collections.abc import Callable

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of many rows: scaled integers, or codes into `texts` (NA where absent).

    Tags are codes into `tags`, which has every set of them once.
    """

    values: Ints
    texts: tuple[str, ...] | None = None
    tags: tuple[tuple[str, ...], ...] | None = None

    def take(self, rows: Ints) -> Column:
        """The column's rows in another order."""
        return replace(self, values=self.values[rows])

    def masked(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Column:
        """The column with the other rows absent."""
        return replace(self, values=np.where(keep, self.values, NA))


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column as one array."""
    if isinstance(column, pa.Array):
        return column
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def int64(column: pa.Array | pa.ChunkedArray) -> Ints:
    """A column of whole numbers without absent ones."""
    return np.asarray(whole(column).to_numpy(zero_copy_only=False)).astype(np.int64)


def is_nested(type_: pa.DataType) -> bool:
    """True of a column whose cells are no single values."""
    return bool(pa.types.is_nested(type_) or pa.types.is_binary(type_))


def convert(column: pa.ChunkedArray, type_: Type) -> tuple[Column, int] | None:
    """The column as the type wants it and how many values did not fit; None where none can."""
    array = whole(column)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        nothing = np.full(len(array), NA, np.int64)
        if type_.kind is Kind.TAGS:
            return Column(nothing, tags=()), 0
        return Column(nothing, () if type_.kind in TEXTUAL else None), 0
    if type_.kind is Kind.TAGS:
        return _tags(array)
    if is_nested(array.type):
        return None
    if type_.kind in TEXTUAL:
        return _texts(array, type_)
    fast = _fast(array, type_)
    values, misfits = fast if fast is not None else _one_by_one(array, type_)
    known = len(array) - array.null_count
    return None if known and misfits == known else (Column(values), misfits)


def _texts(array: pa.Array, type_: Type) -> tuple[Column, int] | None:
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        if pa.types.is_floating(array.type):
            return None
        array = array.cast(pa.string())
    encoded = array.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    allowed = np.array([not type_.choices or text in type_.choices for text in texts] + [True])
    misfits = int((~allowed[codes]).sum())
    values = np.where((codes < 0) | ~allowed[codes], NA, codes)
    return Column(values, tuple(texts)), misfits


def _tags(array: pa.Array) -> tuple[Column, int] | None:
    """Lists of texts, or such lists as JSON."""
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        array = pa.array(
            [None if tags is None else json.dumps(tags) for tags in array.to_pylist()], pa.string()
        )
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return None
    encoded = array.dictionary_encode()
    known: dict[tuple[str, ...], int] = {}
    codes = [
        NA if tags is None else known.setdefault(tags, len(known))
        for tags in map(_read_tags, encoded.dictionary.to_pylist())
    ]
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    values = np.array([*codes, NA], np.int64)[places]
    misfits = int(((values == NA) & (places >= 0)).sum())
    if misfits and misfits == len(array) - array.null_count:
        return None
    return Column(values, tags=tuple(known)), misfits


def _read_tags(text: str) -> tuple[str, ...] | None:
    try:
        found = read_tags(json.loads(text), Type(Kind.TAGS))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, tuple) else None


def _fast(array: pa.Array, type_: Type) -> tuple[Ints, int] | None:
    """The common shapes, whole columns at a time; None where values need a closer look."""
    kind = type_.kind
    try:
        if type_.is_numeric:
            return _scaled(array, type_.decimals), 0
        if kind is Kind.FLAG and pa.types.is_boolean(array.type):
            return _filled(array.cast(pa.int64())), 0
        if kind is Kind.DATE and not pa.types.is_integer(array.type):
            return _filled(array.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())), 0
        if kind is Kind.DATETIME and not pa.types.is_integer(array.type):
            return instants(array), 0
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OverflowError):
        return None
    return None


def instants(array: pa.Array) -> Ints:
    """Times as microseconds since the epoch; raises ArrowInvalid where one has no offset."""
    if pa.types.is_timestamp(array.type) and array.type.tz is None:
        msg = "times without offset"
        raise pa.ArrowInvalid(msg)
    return _filled(array.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()))


def _filled(array: pa.Array) -> Ints:
    return np.asarray(array.fill_null(NA).to_numpy(zero_copy_only=False), dtype=np.int64)


def _scaled(array: pa.Array, decimals: int) -> Ints:
    wanted = pa.decimal128(38, decimals)
    if pa.types.is_floating(array.type):
        exact = array.cast(pa.decimal128(38, decimals), safe=False)
        if not pc.all(pc.equal(exact.cast(array.type), array), skip_nulls=True).as_py():
            msg = "more decimals than the attribute has"
            raise pa.ArrowInvalid(msg)
        array = exact
    elif not pa.types.is_decimal(array.type):
        if pa.types.is_boolean(array.type):
            msg = "a flag is no number"
            raise pa.ArrowInvalid(msg)
        array = array.cast(wanted)
    array = array.cast(wanted)
    # A decimal128 is two little-endian words; within 18 digits the low one says it all.
    words = np.frombuffer(array.buffers()[1], dtype="<i8").reshape(-1, 2)
    low, high = (words[array.offset : array.offset + len(array), n] for n in (0, 1))
    absent = np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
    fits = absent | ((high == (low >> 63)) & (np.abs(low) <= LARGEST))
    if not fits.all():
        msg = "a number of more than 18 digits"
        raise pa.ArrowInvalid(msg)
    return np.where(absent, NA, low).astype(np.int64)


def _one_by_one(array: pa.Array, type_: Type) -> tuple[Ints, int]:
    """Each value by itself: what fits is taken, the rest is absent and counted."""
    read = _READERS[type_.kind]
    values, misfits = np.full(len(array), NA, np.int64), 0
    for row, value in enumerate(array.to_pylist()):
        if value is None:
            continue
        try:
            values[row] = read(value, type_.decimals)
        except (ValueError, TypeError, KeyError, InvalidOperation, OverflowError):
            misfits += 1
    return values, misfits


def _number(value: object, decimals: int) -> int:
    if isinstance(value, bool):
        raise TypeError
    exact = Decimal(repr(value) if isinstance(value, float) else str(value))
    scaled = exact.scaleb(decimals)
    if scaled != int(scaled) or abs(scaled) > LARGEST:
        raise ValueError
    return int(scaled)


def _date(value: object, _: int) -> int:
    date = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    return date.toordinal() - ORDINAL


def _datetime(value: object, _: int) -> int:
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError
    return instant(moment)


def _flag(value: object, _: int) -> int:
    return {"true": 1, "false": 0, "True": 1, "False": 0}[str(value)]


_READERS: dict[Kind, Callable[[Any, int], int]] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.FLAG: _flag,
}
