"""Did-you-mean: the word a mistyped one is closest to."""

from __future__ import annotations

from collections.abc import Iterable

# Words up to this length may be one edit away, longer ones two.
SHORT = 5
LONGEST = 64


def distance(left: str, right: str, most: int) -> int:
    """How many letters are added, left out, changed or swapped; `most` + 1 where it is more."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        row = [i]
        for j, b in enumerate(right, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before_last, last = last, row
    return min(last[-1], most + 1)


def near(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The candidates that may have been meant, the closest first; else in their order.

    Case is free; a word of up to five letters may be one edit away, a longer one two.
    """
    if len(word) > LONGEST:
        return ()
    most = 1 if len(word) <= SHORT else 2
    folded = word.casefold()
    found: list[tuple[int, str]] = []
    for candidate in candidates:
        # A word of one or two letters is close to every other.
        room = min(most, len(candidate) // 2)
        edits = distance(folded, candidate.casefold(), room)
        if edits <= room:
            found.append((edits, candidate))
    return tuple(candidate for _, candidate in sorted(found, key=lambda pair: pair[0]))


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was most likely meant, or None; the first of equally close ones."""
    return next(iter(near(word, candidates)), None)
