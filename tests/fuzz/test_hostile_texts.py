"""A slice of what `make fuzz` does in bulk: no text raises anything but diagnostics."""

from __future__ import annotations

import gc
import os
import random
import tracemalloc

import pytest

from dsl.meaning.check import parsed
from tests.fuzz.reading import failure
from tests.fuzz.runs import TEXTS, Kind, finding_of
from tests.fuzz.texts import HOSTILE

# Texts of each kind.
EXAMPLES = int(os.environ.get("TALLY_TEXTS", "2000"))
# What stays behind a text that has been read; a tree is many times as large.
MOST_BYTES_LEFT = 200
PLACES = {
    "alone": "{}",
    "a name": 'rule "a": on purchase where {} = 1 award 1 point',
    "an event": "rule {} on {} award 1 point",
    "in a text": 'rule "a": on purchase where store = "{}" award message "{}"',
    "a quoted name": "tier `{}`: 5 spent ever rule on purchase award 1 `{}` to `{}`",
    "a declaration": "event {}: {} text list l: {} parameter p: {} segment {}: {} = {}",
    "a number": "tier gold: {} spent in last {} days campaign {}: budget {} points",
    "a reward": "on purchase award ({}) points, one of ({}: 5 points), {} discount to {}",
    "a comment": "# {}\non purchase award 1 point # {}",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_no_text_raises(kind: Kind) -> None:
    chance = random.Random(f"{EXAMPLES} {kind}")  # noqa: S311 - the same texts each time
    for _ in range(EXAMPLES):
        found = finding_of(TEXTS[kind](chance), timed=False)
        assert found is None, f"{found.what}\n{found.file}"


@pytest.mark.parametrize("place", PLACES)
def test_nothing_hostile_raises_wherever_it_stands(place: str) -> None:
    for hostile in HOSTILE:
        text = PLACES[place].replace("{}", hostile)
        assert failure(text) is None, repr(text)


def test_reading_leaves_no_memory_behind() -> None:
    chance = random.Random("memory")  # noqa: S311 - the same texts each time
    texts = [make(chance) for make in TEXTS.values() for _ in range(100)]

    def read() -> int:
        for text in texts:
            failure(text)
        parsed.cache_clear()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        read()
        before = read()
        assert (read() - before) / len(texts) < MOST_BYTES_LEFT
    finally:
        tracemalloc.stop()
