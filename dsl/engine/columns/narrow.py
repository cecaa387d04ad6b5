"""Whole numbers in as few bytes as hold them: codes above a base, in steps of a scale.

Amounts of cents are whole hundreds of what is counted, instants mostly whole seconds: a code counts
the steps above the least value. What is the same in all rows takes no bytes at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import gcd
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from dsl.engine.cells import NA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
    Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
    Codes = np.ndarray[tuple[int], np.dtype[Any]]
    # Rows by number, or by whether they are asked for.
    Index = np.ndarray[tuple[int], np.dtype[np.integer[Any] | np.bool_]]

DTYPES = (np.uint8, np.uint16, np.uint32, np.uint64)
# So many values are looked at at once, that no column stands in 64 bits as a whole.
BLOCK = 1 << 18
# So many values say what the scale may be, before all are asked.
ASKED = 64
WORDS = 1 << 64


@dataclass(frozen=True, slots=True)
class Narrow:
    """Values by row: `base + scale * code`, absent (NA) where the code is 0.

    No code is beyond `most`. They are unsigned, of 1, 2, 4 or 8 bytes; where all are alike they
    stand in memory once.
    """

    codes: Codes
    base: int
    scale: int
    most: int

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.codes)

    @overload
    def __getitem__(self, rows: int) -> int: ...
    @overload
    def __getitem__(self, rows: slice | Index | list[int]) -> Ints: ...
    def __getitem__(self, rows: int | slice | Index | list[int]) -> int | Ints:
        """The value of a row, or those of some in 64 bits each."""
        if isinstance(rows, int | np.integer):
            return self.value(rows)
        return self.widened(self.codes[rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:  # noqa: ANN401, FBT001 - as NumPy has it
        """The values, for NumPy."""
        return self.values if dtype is None else self.values.astype(dtype)

    def tolist(self) -> list[int]:
        """The values."""
        found: list[int] = self.values.tolist()
        return found

    @property
    def is_constant(self) -> bool:
        """True where all rows are known to be alike."""
        return self.codes.strides == (0,)

    @property
    def least(self) -> int:
        """The smallest value there may be; only where there is one that is not absent."""
        return self.base + self.scale

    @property
    def largest(self) -> int:
        """The largest value there may be."""
        return self.base + self.scale * self.most

    @property
    def values(self) -> Ints:
        """The values in 64 bits each."""
        found = np.empty(len(self), np.int64)
        for rows in blocks(len(self)):
            found[rows] = self.widened(self.codes[rows])
        return found

    def value(self, row: int) -> int:
        """The value in a row."""
        code = int(self.codes[row])
        return self.base + self.scale * code if code else NA

    def widened(self, codes: Codes) -> Ints:
        """What codes stand for."""
        # What wraps around on the way comes to the value, which 64 bits hold.
        words = codes.astype(np.uint64)
        if self.scale != 1:
            words *= np.uint64(self.scale)
        words += np.uint64(self.base % WORDS)
        found = words.view(np.int64)
        if codes.size and not codes.all():
            found[codes == 0] = NA
        return found

    def take(self, rows: Index) -> Narrow:
        """Some rows, or all in another order."""
        if self.is_constant:
            return Narrow(alike(self.codes[:1], len(rows)), self.base, self.scale, self.most)
        return Narrow(self.codes[rows], self.base, self.scale, self.most)

    def repeated(self, counts: Ints) -> Narrow:
        """Each row so many times."""
        if self.is_constant:
            return Narrow(
                alike(self.codes[:1], int(counts.sum())), self.base, self.scale, self.most
            )
        return Narrow(np.repeat(self.codes, counts), self.base, self.scale, self.most)

    def masked(self, keep: Bools) -> Narrow:
        """The same with the other rows absent."""
        if keep.all():
            return self
        codes = np.where(keep, self.codes, self.codes.dtype.type(0))
        return Narrow(codes, self.base, self.scale, self.most)

    @property
    def distinct(self) -> Ints:
        """The values there are, of a column of few; the least first."""
        there = np.zeros(self.most + 1, np.bool_)
        there[self.codes[:1] if self.is_constant else self.codes] = True
        return self.widened(np.flatnonzero(there).astype(np.uint64))

    def all_of(self) -> Ints:
        """The value of every code from 0 on, absent first."""
        return self.widened(np.arange(self.most + 1, dtype=np.uint64))


def narrow(values: np.ndarray[tuple[int], np.dtype[np.integer[Any]]]) -> Narrow:
    """Values in as few bytes as hold them."""
    return joined([_one(values[one].astype(np.int64)) for one in blocks(len(values))])


def natural(values: Ints) -> Narrow:
    """Values of 0 and more, none of them absent: no more is asked than what the largest is."""
    most = int(values.max(initial=0)) + 1
    return Narrow((values + 1).astype(_dtype(most)), -1, 1, most)


def counted(values: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> Narrow:
    """Counts from 0, none of them absent, as they are: it is not asked what they come to."""
    return Narrow(values + np.uint32(1), -1, 1, int(np.iinfo(np.uint32).max))


def blocks(count: int) -> Iterator[slice]:
    """So many rows as blocks of them."""
    return (slice(n, min(count, n + BLOCK)) for n in range(0, count, BLOCK))


def nothing(count: int) -> Narrow:
    """So many rows in which all is absent."""
    return Narrow(alike(np.zeros(1, np.uint8), count), 0, 1, 0)


def joined(parts: list[Narrow]) -> Narrow:
    """Rows one after the other; takes what it joins out of the list, that none is there twice."""
    # Of no rows the codes say nothing, whatever there may be of them.
    parts[:] = [part for part in parts if len(part)]
    count = sum(map(len, parts))
    known = [part for part in parts if part.most]
    if not known:
        return nothing(count)
    if len(parts) == 1:
        return parts[0]
    least, largest = min(one.least for one in known), max(one.largest for one in known)
    step = reduce(gcd, (gcd(0 if one.most == 1 else one.scale, one.least - least) for one in known))
    scale, most = _fitted(least, largest, step)
    if most == 1 and all(part.is_constant and part.most for part in parts):
        return Narrow(alike(parts[0].codes[:1], count), least - scale, scale, 1)
    codes = np.empty(count, _dtype(most))
    start = 0
    while parts:
        part = parts.pop(0)
        codes[start : start + len(part)] = _recoded(part, least, scale)
        start += len(part)
    return Narrow(codes, least - scale, scale, most)


def _recoded(part: Narrow, least: int, scale: int) -> Codes:
    """The codes of a part, where the code of a least value is 1."""
    words = part.codes.astype(np.uint64)
    if not part.most:
        return words
    found = (words - np.uint64(1)) * np.uint64(part.scale // scale)
    found += np.uint64((part.least - least) // scale + 1)
    return np.where(words == 0, words, found)


def _one(values: Ints) -> Narrow:
    """The values of one block."""
    absent = values == NA
    has_absent = bool(absent.any())
    known = values[~absent] if has_absent else values
    if not len(known):
        return nothing(len(values))
    least, largest = int(known.min()), int(known.max())
    scale, most = _fitted(least, largest, _step(known, least))
    if most == 1 and not has_absent:
        return Narrow(alike(np.ones(1, np.uint8), len(values)), least - scale, scale, 1)
    words = values.view(np.uint64) - np.uint64(least % WORDS)
    if scale != 1:
        words //= np.uint64(scale)
    words += np.uint64(1)
    if has_absent:
        words[absent] = 0
    return Narrow(words.astype(_dtype(most)), least - scale, scale, most)


def _step(known: Ints, least: int) -> int:
    """What divides all differences from the least."""
    words = known.view(np.uint64) - np.uint64(least % WORDS)
    step = _divisor(words[:: max(1, len(words) // ASKED)])
    while step > 1:
        # One that does not divide all is too large: what is left over says how small it has to be.
        left = words % np.uint64(step)
        others = left[left != 0]
        if not len(others):
            break
        step = gcd(step, _divisor(others[:ASKED]))
    return step


def _divisor(words: Sequence[Any] | Codes) -> int:
    return gcd(*(int(word) for word in words))


def _fitted(least: int, largest: int, step: int) -> tuple[int, int]:
    """The scale, and the largest code by it."""
    scale = max(1, step)
    return scale, (largest - least) // scale + 1


def _dtype(most: int) -> type[np.unsignedinteger[Any]]:
    return next(dtype for dtype in DTYPES if most <= np.iinfo(dtype).max)


def alike(codes: Codes, count: int) -> Codes:
    """One code for so many rows, which stands in memory once."""
    return np.broadcast_to(codes[0] if len(codes) else np.uint8(0), (count,))
