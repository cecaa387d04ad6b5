"""Did-you-mean: the word a mistyped one is closest to."""

from __future__ import annotations

from collections.abc import Iterable

# Words up to this length may be one edit away, longer ones two.
SHORT = 5
LONGEST = 64
# With so many letters a word may be the beginning of another.
BEGUN = 4


def distance(left: str, right: str, most: int) -> int:
    """How many letters are added, left out, changed or swapped; `most` + 1 where it is more."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    # What both begin and end with takes no part: mistyped words are alike but for a letter or two.
    shorter = min(len(left), len(right))
    start = 0
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    left, right = left[start : len(left) - end], right[start : len(right) - end]
    if not left or not right:
        return len(left) + len(right)
    # Every letter that the other lacks is an edit of its own.
    if len(set(left) - set(right)) > most or len(set(right) - set(left)) > most:
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

    Case is free; a word of up to five letters may be one edit away, a longer one two, or the
    beginning of what was meant.
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
        if edits > room and len(folded) >= BEGUN and candidate.startswith(folded):
            edits = room
        if edits <= room:
            found.append((edits, candidate))
    return tuple(candidate for _, candidate in sorted(found, key=lambda pair: pair[0]))


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was most likely meant, or None; the first of equally close ones."""
    if len(word) > LONGEST:
        return None
    most = 1 if len(word) <= SHORT else 2
    folded = word.casefold()
    best: str | None = None
    for candidate in candidates:
        room = min(most, len(candidate) // 2)
        if abs(len(candidate) - len(word)) > room + 1:
            continue
        edits = distance(folded, candidate.casefold(), room)
        if edits > room and len(folded) >= BEGUN and candidate.startswith(folded):
            edits = room
        if edits <= room:
            best, most = candidate, edits - 1
            if most < 0:
                break
    return best
