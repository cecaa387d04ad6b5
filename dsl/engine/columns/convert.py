"""Arrow columns as integers with a scale, or as codes of texts; exact or not at all.

A value that cannot be had exactly is absent in the result and counted, never rounded.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsl.engine.calendar import instant
from dsl.engine.cells import LARGEST, NA
from dsl.engine.clock import ORDINAL
from dsl.engine.columns.narrow import Narrow, narrow
from dsl.meaning.types import TEXTUAL, Kind, Type
from dsl.meaning.values import read_tags

if TYPE_CHECKING:
    from collections.abc import Callable

TOO_LONG = "a number of more than 18 digits"
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


class Column:
    """One attribute of many rows: scaled integers, or codes into `texts` (NA where absent).

    Tags are codes into `tags`, which has every set of them once. In memory the integers are narrow.
    """

    __slots__ = ("narrow", "tags", "texts")

    def __init__(
        self,
        values: Ints | Narrow,
        texts: tuple[str, ...] | None = None,
        tags: tuple[tuple[str, ...], ...] | None = None,
    ) -> None:
        self.narrow = values if isinstance(values, Narrow) else narrow(values)
        self.texts, self.tags = texts, tags

    @property
    def values(self) -> Ints:
        """The integers in 64 bits each, made when they are asked for."""
        return self.narrow.values

    def take(self, rows: Ints) -> Column:
        """The column's rows in another order."""
        return Column(self.narrow.take(rows), self.texts, self.tags)

    def masked(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Column:
        """The column with the other rows absent."""
        return Column(self.narrow.masked(keep), self.texts, self.tags)


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column as one array."""
    if isinstance(column, pa.Array):
        return column
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def int64(column: pa.Array | pa.ChunkedArray) -> Ints:
    """A column of whole numbers without absent ones."""
    return np.asarray(whole(column).to_numpy(zero_copy_only=False)).astype(np.int64)


def as_codes(column: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of texts as codes of the texts there are."""
    array = whole(column)
    found = encoded(array)
    return found if found is not None else array.cast(pa.string()).dictionary_encode()


def codes_of(column: pa.Array | pa.ChunkedArray) -> tuple[Ints, list[str]]:
    """A column of texts without absent ones: their codes, and the texts that there are."""
    found = as_codes(column)
    codes, texts = int64(found.indices), [str(text) for text in found.dictionary.to_pylist()]
    used = np.bincount(codes, minlength=len(texts)) > 0
    if used.all():
        return codes, texts
    return (np.cumsum(used) - 1)[codes], [
        t for t, is_used in zip(texts, used, strict=True) if is_used
    ]


def is_nested(type_: pa.DataType) -> bool:
    """True of a column whose cells are no single values."""
    return bool(pa.types.is_nested(type_) or pa.types.is_binary(type_))


def convert(column: pa.ChunkedArray, type_: Type) -> tuple[Column, int] | None:
    """The column as the type wants it and how many values did not fit; None where none can."""
    array = whole(column)
    if pa.types.is_dictionary(array.type) and type_.kind not in TEXTUAL:
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
    coded = encoded(array)
    if coded is None:
        return None
    texts = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    allowed = np.array([not type_.choices or text in type_.choices for text in texts] + [True])
    misfits = int((~allowed[codes]).sum())
    values = np.where((codes < 0) | ~allowed[codes], NA, codes)
    return Column(values, tuple(texts)), misfits


def encoded(array: pa.Array) -> pa.DictionaryArray | None:
    """Texts, or what can be taken for some, as codes of those there are."""
    if pa.types.is_dictionary(array.type):
        texts = array.dictionary
        if _is_text(texts.type) and not texts.null_count and len(texts.unique()) == len(texts):
            return array
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type) or is_nested(array.type):
        return None
    return (array if _is_text(array.type) else array.cast(pa.string())).dictionary_encode()


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _tags(array: pa.Array) -> tuple[Column, int] | None:
    """Lists of texts, or such lists as JSON."""
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        array = pa.array(
            [None if tags is None else json.dumps(tags) for tags in array.to_pylist()], pa.string()
        )
    if not _is_text(array.type):
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
    elif pa.types.is_boolean(array.type):
        msg = "a flag is no number"
        raise pa.ArrowInvalid(msg)
    elif pa.types.is_integer(array.type) and not pa.types.is_unsigned_integer(array.type):
        whole_numbers = array.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        return _raised(whole_numbers, _absent(array), decimals)
    kept = array
    if not (pa.types.is_decimal128(array.type) and 0 <= array.type.scale <= decimals):
        kept = array.cast(wanted)
    # A decimal128 is two little-endian words; within 18 digits the low one says it all.
    words = np.frombuffer(kept.buffers()[1], dtype="<i8").reshape(-1, 2)
    low, high = (words[kept.offset : kept.offset + len(kept), n] for n in (0, 1))
    absent = _absent(kept)
    if not (absent | (high == (low >> 63))).all():
        raise pa.ArrowInvalid(TOO_LONG)
    return _raised(low, absent, decimals - kept.type.scale)


def _absent(array: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if not array.null_count:
        return np.zeros(len(array), np.bool_)
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _raised(
    values: Ints, absent: np.ndarray[tuple[int], np.dtype[np.bool_]], decimals: int
) -> Ints:
    """Whole numbers with so many more decimals, NA where they are absent."""
    factor = 10**decimals
    most = LARGEST // factor
    if not (absent | ((values <= most) & (values >= -most))).all():
        raise pa.ArrowInvalid(TOO_LONG)
    found = np.where(absent, 0, values) * factor if factor > 1 else values
    return np.where(absent, NA, found) if absent.any() else np.ascontiguousarray(found)


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
